import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { failed, ok, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { readFailure } from './file-failure.js';

export interface LimitedReading {
  readonly path: string;
  /** What the file is, as the beginning of a sentence: `The checkpoint`. */
  readonly what: string;
  readonly maxBytes: number;
}

/** The bytes of a file; `undefined`: there is none. Failures: `bad_state` (a link, no file, too large), `file_unreadable`. */
export async function readLimited({ path, what, maxBytes }: LimitedReading): Promise<Result<Buffer | undefined>> {
  try {
    // Not blocking: a pipe in place of the file would keep the open waiting for ever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return failed('bad_state', `${what} ${path} is not a file.`);
      if (stats.size > maxBytes) {
        return failed('bad_state', `${what} ${path} has ${stats.size} bytes, more than the ${maxBytes} that are read.`);
      }
      return ok(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ok(undefined);
    if (errorCode(error) === 'ELOOP') return failed('bad_state', `${what} ${path} is a symbolic link.`);
    return { ok: false, failure: readFailure({ error, path, what }) };
  }
}
