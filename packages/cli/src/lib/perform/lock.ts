import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { failed, lockHolderSchema, ok, type LockHolder, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { isSameProcess } from './agents/process-identity.js';
import { writeFailure } from './file-failure.js';
import { parseJsonSafely } from './parse-json.js';

/**
 * One orchestrator per epic and working copy. It spares people a surprise; what a late process may still write is
 * judged by its epoch.
 */
export interface Lock {
  readonly path: string;
  /** Whom this lock was taken from, dead or by force; `undefined`: it was free. */
  readonly replaced: LockHolder | undefined;
  /**
   * Looks at the file: some microseconds. A network file system may answer from its cache, and show a takeover from
   * another machine some seconds later.
   */
  isStillOurs(): boolean;
  /** Who has it now, if it is not ours any more; `undefined` also when it is gone again. */
  takenBy(): LockHolder | undefined;
  /** Removes the file if it is still ours. */
  release(): void;
}

export interface AcquireLockOptions {
  /** The directory of the epic's state. */
  readonly directory: string;
  readonly holder: LockHolder;
  /** Takes the lock from a live holder too. */
  readonly force?: boolean;
}

/** Enough for any number of starts at the same time that people can bring about. */
const attempts = 5;
/** A holder writes its name in the turn in which it makes the file; a file that stays without was left by a crash. */
const unfinishedDelayMs = 20;

/** Failures: `local_lock_held` with the live holder in `details`; `file_unwritable`, `disk_full`. */
export async function acquireLock({ directory, holder, force = false }: AcquireLockOptions): Promise<Result<Lock>> {
  const path = join(directory, 'lock');
  const text = JSON.stringify(holder);
  let replaced: LockHolder | undefined;
  let unfinished: string | undefined;
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const file = createWith(path, text);
      if (file !== undefined) return ok(new FileLock({ path, text, file, replaced }));
      const found = readLock(path);
      if (found === undefined) continue;
      const other = holderIn(found);
      if (other === undefined && unfinished !== found) {
        unfinished = found;
        await setTimeout(unfinishedDelayMs);
        continue;
      }
      if (other !== undefined && !force && isSameProcess(other)) return heldBy(other, path);
      if (takeAway(path, found)) replaced = other;
    }
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what: 'The lock' }) };
  }
  return failed('local_lock_held', `The lock ${path} is being taken by other orchestrators. Try again.`, { path });
}

/** The lock's file as it was made. */
interface OwnFile {
  readonly descriptor: number;
  readonly stats: Stats;
}

interface OpenLock {
  readonly path: string;
  readonly text: string;
  readonly file: OwnFile;
  readonly replaced: LockHolder | undefined;
}

class FileLock implements Lock {
  readonly path: string;
  readonly replaced: LockHolder | undefined;
  readonly #text: string;
  /** Kept open: no other file can get the number of ours, by which it is known again. */
  #descriptor: number | undefined;
  readonly #own: Stats;

  constructor({ path, text, file, replaced }: OpenLock) {
    this.path = path;
    this.replaced = replaced;
    this.#text = text;
    this.#descriptor = file.descriptor;
    this.#own = file.stats;
  }

  isStillOurs(): boolean {
    return this.#isUntouched() || readLock(this.path) === this.#text;
  }

  takenBy(): LockHolder | undefined {
    const found = readLock(this.path);
    return found === undefined || found === this.#text ? undefined : holderIn(found);
  }

  release(): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    if (this.isStillOurs()) unlinkSync(this.path);
    this.#descriptor = undefined;
    closeSync(descriptor);
  }

  #isUntouched(): boolean {
    if (this.#descriptor === undefined) return false;
    const found = lstatSync(this.path, { throwIfNoEntry: false });
    const { ino, dev, size, mtimeMs } = this.#own;
    return found?.ino === ino && found.dev === dev && found.size === size && found.mtimeMs === mtimeMs;
  }
}

/** The file, open; `undefined`: there is one already. */
function createWith(path: string, text: string): OwnFile | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(
      path,
      constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
      0o600,
    );
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  try {
    writeSync(descriptor, text);
    return { descriptor, stats: fstatSync(descriptor) };
  } catch (error) {
    closeSync(descriptor);
    unlinkSync(path);
    throw error;
  }
}

/** `undefined`: there is none. A link is read as a lock without a holder, so that it is replaced. */
function readLock(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (errorCode(error) === 'ELOOP') return '';
    throw error;
  }
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function holderIn(text: string): LockHolder | undefined {
  const value = parseJsonSafely(text, { maxBytes: 64 << 10 });
  if (!value.ok) return undefined;
  const holder = lockHolderSchema.safeParse(value.value);
  return holder.success ? holder.data : undefined;
}

/**
 * Moves the judged lock out of the way. Another orchestrator may have replaced it meanwhile: then what was moved is
 * a live lock, and it is put back.
 */
function takeAway(path: string, judged: string): boolean {
  const aside = `${path}.${randomBytes(8).toString('hex')}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
  const isJudged = readLock(aside) === judged;
  if (!isJudged) putBack(aside, path);
  unlinkSync(aside);
  return isJudged;
}

function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    // A third one has the lock by now: it was free for it to take.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function heldBy(holder: LockHolder, path: string): Result<never> {
  return failed(
    'local_lock_held',
    `Another orchestrator works on this epic in this folder: ${holder.orchestratorId}, process ${holder.pid}, ` +
      `since ${holder.startedAt}. Wait for it or stop it, then try again.`,
    { path, holder },
  );
}
