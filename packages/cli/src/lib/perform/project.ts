import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { idPattern, ok, type Result } from '@ginkoai/contract';
import { writeFailure } from './file-failure.js';

/** The id of this working copy: whose launchers run an attempt. Made once, kept in `.ginko/launchers/place`. */
export async function placeOf(root: string, { readOnly = false } = {}): Promise<Result<string>> {
  const directory = join(root, '.ginko', 'launchers');
  const path = join(directory, 'place');
  try {
    const known = await readPlace(path);
    if (known !== null) return ok(known);
    if (readOnly) return ok('none');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const fresh = randomBytes(6).toString('hex');
    const temporary = `${path}.${fresh}`;
    await writeFile(temporary, `${fresh}\n`, { flag: 'wx', mode: 0o600 });
    // A link is made whole or not at all, and only by one of several that try.
    await link(temporary, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    await unlink(temporary);
    return ok((await readPlace(path)) ?? fresh);
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what: "The working copy's id" }) };
  }
}

async function readPlace(path: string): Promise<string | null> {
  try {
    const known = (await readFile(path, 'utf8')).trim();
    return idPattern.test(known) ? known : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function hostName(): string {
  return hostname();
}

/** The graph id where none is configured: the name of the project's folder, as an id. */
export function defaultGraphId(root: string): string {
  const name = root.split(/[\\/]/).filter(Boolean).at(-1) ?? '';
  const id = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return id === '' ? 'project' : id;
}
