import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { failed, ok, type EpicId, type EpochMillis, type Failure, type Millis, type Result } from '@ginkoai/contract';
import { chooseActiveSprint, type SprintCandidate } from '../sprint/active-sprint.js';
import { parseSprint } from '../sprint/parse-sprint.js';
import { pointedFile } from '../sprint/pointed-file.js';
import type { Sprint } from '../sprint/sprint.js';
import { errorCode } from './agents/error-code.js';
import { readFailure } from './file-failure.js';
import { noSprint, sprintNamings, type SprintNaming } from './no-sprint.js';
import { wasWritten } from './was-written.js';

export const sprintDirectory = join('docs', 'sprints');

/** A file that is empty for so long was not just being saved. */
const emptyForMs: Millis = 1_000;
const mostReads = 20;
const largestBytes = 64 * 1024 * 1024;

export interface SprintSearch {
  readonly cwd: string;
  /** A path, a file name or a sprint id; absent: the active sprint. */
  readonly sprint?: string;
  /** The active sprint of this epic. */
  readonly epic?: EpicId;
  /** How the command lets people say which sprint they mean; absent: with `--sprint`. */
  readonly naming?: SprintNaming;
}

export interface SprintFile {
  /** Absolute; the target where a link was named. */
  readonly file: string;
  /** Exactly what the file holds, a byte order mark included. */
  readonly text: string;
  readonly sprint: Sprint;
}

export interface FoundSprint extends SprintFile {
  readonly root: string;
  /** Why this one, as a sentence for people. */
  readonly why: string;
  /** Nobody named or declared it. */
  readonly isGuessed: boolean;
}

export interface ListedSprint extends SprintCandidate {
  /** Absolute; the target of a link. */
  readonly path: string;
  readonly text: string;
}

export interface SprintListing {
  readonly sprints: readonly ListedSprint[];
  /** Files that could not be read. */
  readonly troubles: readonly Failure[];
}

/** The nearest folder upwards that has `.ginko`, `docs/sprints` or `.git`; without one the folder itself. */
export async function findProjectRoot(cwd: string): Promise<string> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    for (const sign of ['.ginko', sprintDirectory, '.git']) if (await exists(join(folder, sign))) return folder;
    if (dirname(folder) === folder) return resolve(cwd);
  }
}

/** The sprint that is meant, with at least one task. Failures: as of `locateSprint`, and `no_sprint` for a file without. */
export async function findSprint(search: SprintSearch): Promise<Result<FoundSprint>> {
  const found = await locateSprint(search);
  if (!found.ok || found.value.sprint.tasks.length > 0) return found;
  return failed('no_sprint', found.value.sprint.problems.map(({ message }) => message).join(' '));
}

/**
 * The sprint file that is meant, be it a sprint or not. Failures: `not_found`, `no_sprint`, `sprint_ambiguous`,
 * `file_unreadable`.
 */
export async function locateSprint(search: SprintSearch): Promise<Result<FoundSprint>> {
  const root = await findProjectRoot(search.cwd);
  if (search.sprint !== undefined) return locateNamed({ ...search, sprint: search.sprint, root });
  const { sprints, troubles } = await listSprints(root, search.cwd);
  const { epic, naming = 'option' } = search;
  const chosen = chooseActiveSprint(
    epic === undefined
      ? sprints
      : sprints.filter((each) => each.sprint.epicId === epic || each.sprint.sprintId === epic),
    sprintNamings[naming].choose,
  );
  if (!chosen.ok && chosen.failure.code === 'no_sprint') {
    return noSprint({ folder: join(root, sprintDirectory), naming, epic, sprints, troubles });
  }
  if (!chosen.ok) return { ok: false, failure: withTroubles(chosen.failure, troubles) };
  const { path, text, sprint } = chosen.value.chosen;
  const { why, isGuessed = false } = chosen.value;
  return ok({ file: path, text, sprint, root, why, isGuessed });
}

/** All Markdown files of `docs/sprints`, by name; their `file` is shown relative to `cwd`. */
export async function listSprints(root: string, cwd: string): Promise<SprintListing> {
  const folder = join(root, sprintDirectory);
  const sprints: ListedSprint[] = [];
  const troubles: Failure[] = [];
  for (const name of await markdownFiles(folder, troubles)) {
    const path = join(folder, name);
    const read = await readSprint(path, cwd);
    if (read.ok) sprints.push(listed(read.value, { name, file: shownPath(path, cwd) }));
    else troubles.push(read.failure);
  }
  return { sprints, troubles };
}

/** How a path is shown to people and in JSON: relative to where they are, if it is below. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}

interface ReadSprint extends SprintFile {
  readonly modifiedAtMs: EpochMillis;
}

function listed({ file: path, ...read }: ReadSprint, shown: { name: string; file: string }): ListedSprint {
  const pointsTo = read.sprint.tasks.length === 0 ? pointedFile(read.text) : null;
  return pointsTo === null ? { ...read, path, ...shown } : { ...read, path, ...shown, pointsTo };
}

async function markdownFiles(folder: string, troubles: Failure[]): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /\.md$/i.test(name) && !/^readme\.md$/i.test(name)).sort();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') troubles.push(readFailure({ error, path: folder, what: 'The folder' }));
    return [];
  }
}

interface NamedSearch extends SprintSearch {
  readonly sprint: string;
  readonly root: string;
}

async function locateNamed({ cwd, sprint: wanted, root }: NamedSearch): Promise<Result<FoundSprint>> {
  const folder = join(root, sprintDirectory);
  const places = [resolve(cwd, wanted), resolve(root, wanted), join(folder, wanted), join(folder, `${wanted}.md`)];
  for (const path of new Set(places)) {
    if (!(await exists(path))) continue;
    const read = await readSprint(path, cwd);
    return read.ok ? ok(found(read.value, root, `${shownPath(path, cwd)} was named`)) : read;
  }
  return locateById({ cwd, sprint: wanted, root });
}

async function locateById({ cwd, sprint: wanted, root }: NamedSearch): Promise<Result<FoundSprint>> {
  const { sprints, troubles } = await listSprints(root, cwd);
  const same = sprints.filter(({ sprint }) => sprint.sprintId?.toLowerCase() === wanted.toLowerCase());
  // CURRENT-SPRINT.md is often a copy of the sprint that is under way.
  const originals = same.filter(({ name }) => !/^current-sprint\.md$/i.test(name));
  const [first, second] = originals.length > 0 ? originals : same;
  if (first === undefined) return { ok: false, failure: withTroubles(unknownSprint(wanted, sprints), troubles) };
  if (second !== undefined) {
    return failed(
      'sprint_ambiguous',
      `The sprint id ${wanted} stands in ${originals.map(({ file }) => file).join(' and ')}. Name one of the files.`,
    );
  }
  return ok(found({ ...first, file: first.path }, root, `${first.file} has the sprint id ${first.sprint.sprintId}`));
}

function unknownSprint(wanted: string, sprints: readonly ListedSprint[]): Failure {
  const known = sprints.flatMap(({ sprint }) => sprint.sprintId ?? []).slice(0, 10);
  const ids = known.length === 0 ? 'no file there has an id' : `known are ${known.join(', ')}`;
  return {
    code: 'not_found',
    message: `There is no sprint "${wanted}": no such file, and no sprint with that id in ${sprintDirectory} (${ids}). See ginko sprint list.`,
  };
}

function found({ file, text, sprint }: SprintFile, root: string, why: string): FoundSprint {
  return { file, text, sprint, root, why, isGuessed: false };
}

function withTroubles(failure: Failure, troubles: readonly Failure[]): Failure {
  if (troubles.length === 0) return failure;
  return { ...failure, message: [failure.message, ...troubles.map(({ message }) => message)].join(' ') };
}

/**
 * Reads and parses one file. An empty one that was written to just now is read again: who saves a file empties it first,
 * and on a busy machine it may be a while before it is filled. Failures: `file_unreadable`.
 */
async function readSprint(path: string, cwd: string): Promise<Result<ReadSprint>> {
  for (let reads = 1; ; reads += 1) {
    const read = await readOnce(path, cwd);
    if (!read.ok || read.value.text !== '' || reads === mostReads) return read;
    if (!wasWritten({ path: read.value.file, withinMs: emptyForMs, now: Date.now() })) return read;
    await pause(emptyForMs / mostReads);
  }
}

async function readOnce(path: string, cwd: string): Promise<Result<ReadSprint>> {
  const shown = shownPath(path, cwd);
  try {
    const file = (await lstat(path)).isSymbolicLink() ? await realpath(path) : path;
    // Not blocking: a pipe in place of the file would keep the open waiting for ever.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      const refusal = refusalOf(stats, shown);
      if (refusal !== null) return failed('file_unreadable', refusal);
      const text = textOf(await handle.readFile());
      if (text === null) {
        return failed('file_unreadable', `${shown} is not a UTF-8 text file. Name a Markdown file, or convert it.`);
      }
      return ok({ file, text, sprint: parseSprint(text, shown), modifiedAtMs: stats.mtimeMs });
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { ok: false, failure: readFailure({ error, path: shown, what: 'The sprint file' }) };
  }
}

function refusalOf(stats: Stats, shown: string): string | null {
  if (stats.isDirectory()) return `${shown} is a directory. Name a sprint file in it.`;
  if (!stats.isFile()) return `${shown} is not a regular file. Name a Markdown file.`;
  if (stats.size <= largestBytes) return null;
  return `${shown} has ${stats.size} bytes, more than the ${largestBytes} that are read. Split it.`;
}

/** null: not text. A lossy reading would change bytes when a mark is written back. */
function textOf(bytes: Buffer): string | null {
  return bytes.includes(0) || !isUtf8(bytes) ? null : bytes.toString('utf8');
}

// A name that is too long or holds a NUL cannot exist either.
const absentCodes = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EACCES', 'ELOOP', 'ERR_INVALID_ARG_VALUE']);

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined || !absentCodes.has(code)) throw error;
    return false;
  }
}
