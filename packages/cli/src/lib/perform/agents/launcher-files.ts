import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { failed, ok, type LauncherDescriptor, type Result } from '@ginkoai/contract';
import { writeFailure } from '../file-failure.js';
import { errorCode } from './error-code.js';

/** The system keeps a socket's path in 104 (macOS) to 108 (Linux) bytes. */
const longestSocketPath = 100;

export function launcherDirectory(root: string): string {
  return join(root, '.ginko', 'launchers');
}

/** Makes the folder of the launchers, for this user only: whoever can write there can have commands run. */
export function prepareLauncherDirectory(root: string): Result<string> {
  const path = launcherDirectory(root);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    return refused(path, error);
  }
  const opened = openLauncherDirectory(root);
  if (!opened.ok) return opened;
  return opened.value === null
    ? failed('file_unwritable', `The launchers' folder ${path} was removed as soon as it was made.`, { path })
    : ok(opened.value);
}

/** The same folder where it must be there already; null: it is not. */
export function openLauncherDirectory(root: string): Result<string | null> {
  const path = launcherDirectory(root);
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return ok(null);
    const owner = process.getuid?.();
    if (!stats.isDirectory() || (owner !== undefined && stats.uid !== owner)) {
      return failed(
        'file_unwritable',
        `The launchers' folder ${path} must be a folder of your own, not a link or somebody else's. Remove it and start again.`,
        { path },
      );
    }
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
    return ok(path);
  } catch (error) {
    return refused(path, error);
  }
}

function refused(path: string, error: unknown): Result<never> {
  return { ok: false, failure: writeFailure({ error, path, what: "The launchers' folder" }) };
}

export function journalPath(directory: string, launcherId: number): string {
  return join(directory, journalName(launcherId));
}

export function journalName(launcherId: number): string {
  return `${launcherId}.ndjson`;
}

/** Where launcher `launcherId` listens: in its folder, or in a private one of its own where that path is too long. */
export function chooseSocketPath(directory: string, launcherId: number): string {
  const path = join(directory, `${launcherId}.sock`);
  if (Buffer.byteLength(path) <= longestSocketPath) return path;
  return join(mkdtempSync(join(tmpdir(), 'ginko-')), 's');
}

/** Removes a socket that nobody listens on, and the folder made for it alone. */
export function removeSocket(directory: string, descriptor: LauncherDescriptor): void {
  rmSync(descriptor.socket, { force: true });
  const folder = dirname(descriptor.socket);
  if (folder === directory) return;
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
}
