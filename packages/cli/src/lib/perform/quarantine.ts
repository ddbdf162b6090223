import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, ok, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { writeFailure } from './file-failure.js';

export const quarantineName = 'quarantine';

/** Renames `<directory>/<name>` into `<directory>/quarantine/` under a name not used there. Gives the new path. */
export async function quarantineFile(directory: string, name: string): Promise<Result<string>> {
  const path = join(directory, name);
  const target = join(directory, quarantineName, `${name}.${randomBytes(6).toString('hex')}`);
  try {
    const made = await makeQuarantine(directory);
    if (!made.ok) return made;
    await rename(path, target);
    return ok(target);
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path: target, what: 'The damaged file' }) };
  }
}

export interface QuarantinedRest {
  readonly directory: string;
  readonly name: string;
  /** Offset of the first byte to keep apart. */
  readonly from: number;
  /** Number of the line that stands there. */
  readonly line: number;
  readonly size: number;
}

/**
 * Copies the end of a file into `quarantine/` and leaves the file as it is. The name tells the place, so that reading
 * the same damage again makes no second copy.
 */
export async function quarantineRest(rest: QuarantinedRest): Promise<Result<string>> {
  const path = join(rest.directory, rest.name);
  const target = join(rest.directory, quarantineName, `${rest.name}.line-${rest.line}.${rest.size - rest.from}-bytes`);
  try {
    const made = await makeQuarantine(rest.directory);
    if (!made.ok) return made;
    await copyFrom({ path, from: rest.from, target });
    return ok(target);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return ok(target);
    return { ok: false, failure: writeFailure({ error, path: target, what: 'The damaged part' }) };
  }
}

interface Copy {
  readonly path: string;
  readonly from: number;
  readonly target: string;
}

async function copyFrom({ path, from, target }: Copy): Promise<void> {
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const copy = await open(target, flags, 0o600);
    try {
      await writeFile(copy, source.createReadStream({ start: from, autoClose: false }));
      await copy.sync();
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}

async function makeQuarantine(directory: string): Promise<Result<void>> {
  const path = join(directory, quarantineName);
  await mkdir(path, { recursive: true, mode: 0o700 });
  if ((await lstat(path)).isDirectory()) return ok(undefined);
  return failed('file_unwritable', `${path} is not a folder of its own. Remove the link, then try again.`, { path });
}
