import type { Output } from './output.js';

export type ReportMode = 'terminal' | 'plain' | 'json';

/** How a run is reported: live on a terminal, unless lines were asked for. */
export function reportMode(
  output: Pick<Output, 'canRedraw'>,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): ReportMode {
  if (json) return 'json';
  return output.canRedraw && !quiet ? 'terminal' : 'plain';
}
