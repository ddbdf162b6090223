import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';

/** Makes a folder read-only, for root too, and gives the function that undoes it. */
export function makeReadOnly(path: string): () => void {
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0o555);
    return () => chmodSync(path, 0o755);
  }
  // Permissions do not bind root: the folder is mounted over itself, read-only.
  execFileSync('mount', ['--bind', path, path]);
  execFileSync('mount', ['-o', 'remount,bind,ro', path]);
  return () => execFileSync('umount', [path]);
}
