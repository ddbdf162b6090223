import type { Stats } from 'node:fs';

/** Why nothing is written into this folder of `.ginko`; undefined: it is a folder, no link to one, and ours. */
export function folderFault(stats: Stats): string | undefined {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (!stats.isDirectory()) return 'not a folder';
  if (process.getuid !== undefined && stats.uid !== process.getuid()) return `owned by another user (uid ${stats.uid})`;
  return undefined;
}
