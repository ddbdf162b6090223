import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { failed, ok, type Failure, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { readFailure } from './file-failure.js';

export interface LimitedReading {
  readonly path: string;
  /** What the file is, as the beginning of a sentence: `The checkpoint`. */
  readonly what: string;
  readonly maxBytes: number;
}

/** Not blocking: a pipe in place of the file would keep the open waiting for ever. */
export const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The bytes of a file; `undefined`: there is none. Failures: `bad_state` (a link, no file, too large), `file_unreadable`. */
export async function readLimited(reading: LimitedReading): Promise<Result<Buffer | undefined>> {
  try {
    const handle = await open(reading.path, readFlags);
    try {
      const failure = limitFailure(reading, await handle.stat());
      return failure === undefined ? ok(await handle.readFile()) : { ok: false, failure };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok(undefined) : refusedReading(reading, error);
  }
}

export function limitFailure({ path, what, maxBytes }: LimitedReading, stats: Stats): Failure | undefined {
  if (!stats.isFile()) return { code: 'bad_state', message: `${what} ${path} is not a file.` };
  if (stats.size <= maxBytes) return undefined;
  const message = `${what} ${path} has ${stats.size} bytes, more than the ${maxBytes} that are read.`;
  return { code: 'bad_state', message };
}

export function refusedReading({ path, what }: LimitedReading, error: unknown): Result<never> {
  if (errorCode(error) === 'ELOOP') return failed('bad_state', `${what} ${path} is a symbolic link.`);
  return { ok: false, failure: readFailure({ error, path, what }) };
}
