export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** `[#####.....]`, `cells` wide between the brackets. Full only when everything is done; nothing to do is empty. */
export function progressBar({ done, total }: Progress, cells: number): string {
  const width = Math.max(0, Math.floor(cells));
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;
  const filled = Math.floor(share * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
}
