import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { idPattern, ok, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { writeFailure } from './file-failure.js';

export interface PinnedId {
  readonly path: string;
  /** What is kept where there is nothing yet. */
  readonly fresh: string;
  /** What it is, as the beginning of a sentence. */
  readonly what: string;
}

/** An id that is made once and kept in a file. Of several processes that make it at the same time one wins. */
export async function pinId({ path, fresh, what }: PinnedId): Promise<Result<string>> {
  try {
    const known = await readPinnedId(path);
    if (known !== null) return ok(known);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = `${path}.${randomBytes(6).toString('hex')}`;
    await writeFile(temporary, `${fresh}\n`, { flag: 'wx', mode: 0o600 });
    // A link is made whole or not at all, and only by one of several that try.
    await link(temporary, path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    await unlink(temporary);
    return ok((await readPinnedId(path)) ?? fresh);
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what }) };
  }
}

/** null: there is none, or it is no id. */
export async function readPinnedId(path: string): Promise<string | null> {
  try {
    const known = (await readFile(path, 'utf8')).trim();
    return idPattern.test(known) ? known : null;
  } catch (error) {
    // ENOTDIR: something else stands in the folder's place, of which whoever writes there will speak.
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}
