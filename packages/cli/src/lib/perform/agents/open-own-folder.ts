import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { failed, ok, type Result } from '@ginkoai/contract';
import { writeFailure } from '../file-failure.js';
import { folderFault } from '../folder-fault.js';
import { errorCode } from './error-code.js';

/**
 * Makes sure that the path is a folder of ours, open to nobody else, and no link to one; what leads to it must be so
 * already. Asked anew each time: agents work beside it, and it costs 2 µs (measured).
 */
export function openOwnFolder(path: string): Result<{ readonly isNew: boolean }> {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined && make(path)) return ok({ isNew: true });
    const stats = found ?? lstatSync(path);
    const fault = folderFault(stats);
    if (fault !== undefined) {
      const message = `${path} is ${fault}, so no attempt is kept there. Remove it or change its owner, then continue with --resume.`;
      return failed('file_unwritable', message, { path });
    }
    if ((stats.mode & 0o077) !== 0) chmodSync(path, 0o700);
    return ok({ isNew: false });
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what: "An attempt's folder" }) };
  }
}

/** False: something has got that name meanwhile. */
function make(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}
