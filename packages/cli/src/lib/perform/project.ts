import { hostname } from 'node:os';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { idPattern } from '@ginkoai/contract';

/** The id of this working copy: whose launchers run an attempt. Made once, kept in `.ginko/launchers/place`. */
export async function placeOf(root: string): Promise<string> {
  const directory = join(root, '.ginko', 'launchers');
  const path = join(directory, 'place');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const fresh = randomBytes(6).toString('hex');
  try {
    await writeFile(path, `${fresh}\n`, { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const known = (await readFile(path, 'utf8')).trim();
  if (idPattern.test(known)) return known;
  // Cut off between making and writing the file: nobody can have used it.
  await writeFile(path, `${fresh}\n`, { mode: 0o600 });
  return fresh;
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
