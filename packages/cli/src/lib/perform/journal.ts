import { constants, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { journalLine, ok, type Epoch, type Failure, type Result, type RunEvent } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { checksumOf } from './checksum.js';
import { writeFailure } from './file-failure.js';
import { maxLineBytes } from './journal-lines.js';
import { quarantineRest } from './quarantine.js';
import { readJournal } from './read-journal.js';
import { syncDirectory } from './write-atomically.js';

/** The history of a run on disk, as far as one epoch wrote it. An event is true once its line is durable. */
export interface Journal {
  readonly epoch: Epoch;
  readonly path: string;
  /** Bytes of durable lines, those of earlier openings of the file among them. */
  readonly bytes: number;
  /** What was found damaged on opening, for people. */
  readonly warnings: readonly string[];
  /** Why nothing can be appended any more; `undefined`: it can. */
  readonly failure: Failure | undefined;
  /**
   * Resolves when these events, and all before them, are durable. Without events: when all before are. After a
   * failed write the journal takes nothing more and answers with that failure (`disk_full`, `file_unwritable`).
   */
  append(events: readonly RunEvent[]): Promise<Result<void>>;
  /** For events nobody waits for: they go out with the next group, at the latest after 100 ms. */
  appendLazily(events: readonly RunEvent[]): void;
  /** Writes what is pending and closes the file. */
  close(): Promise<Result<void>>;
}

export interface OpenJournalOptions {
  /** The directory of the epic's state. */
  readonly directory: string;
  readonly epoch: Epoch;
}

/** One journal belongs to one epoch: an orchestrator that gets another epoch in the middle opens another journal. */
export async function openJournal({ directory, epoch }: OpenJournalOptions): Promise<Result<Journal>> {
  const name = journalName(epoch);
  const path = join(directory, name);
  try {
    const { handle, isNew } = await openForAppending(path);
    try {
      if (isNew) {
        await syncDirectory(directory);
        return ok(new FileJournal({ epoch, path, handle, bytes: 0, warnings: [] }));
      }
      const end = await cutDamage({ directory, name, handle });
      if (end.ok) return ok(new FileJournal({ epoch, path, handle, ...end.value }));
      await handle.close();
      return end;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what: 'The journal' }) };
  }
}

export function journalName(epoch: Epoch): string {
  return `journal-${epoch}.ndjson`;
}

/** The epoch of a journal's file name; `undefined`: the file is no journal. */
export function epochOfJournal(name: string): Epoch | undefined {
  const digits = /^journal-(\d{1,15})\.ndjson$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

async function openForAppending(path: string): Promise<{ handle: FileHandle; isNew: boolean }> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW;
  try {
    return { handle: await open(path, flags | constants.O_CREAT | constants.O_EXCL, 0o600), isNew: true };
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    return { handle: await open(path, flags), isNew: false };
  }
}

interface ExistingJournal {
  readonly directory: string;
  readonly name: string;
  readonly handle: FileHandle;
}

/** What stands behind damage is never read again, so nothing may be appended behind it. */
async function cutDamage({ directory, name, handle }: ExistingJournal): Promise<Result<OpenedAt>> {
  const end = await readJournal({ path: join(directory, name), onEvent: () => undefined });
  if (!end.ok) return end;
  const { bytes, intactBytes, damage } = end.value;
  if (damage === undefined) return ok({ bytes, warnings: [] });
  const warnings: string[] = [];
  if (!damage.torn) {
    const rest = await quarantineRest({ directory, name, from: intactBytes, line: damage.line, size: bytes });
    if (!rest.ok) return rest;
    warnings.push(`${name} is damaged from line ${damage.line} on; that part was moved to ${rest.value}.`);
  }
  await handle.truncate(intactBytes);
  await handle.sync();
  return ok({ bytes: intactBytes, warnings });
}

interface OpenedAt {
  readonly bytes: number;
  readonly warnings: readonly string[];
}

interface OpenedJournal extends OpenedAt {
  readonly epoch: Epoch;
  readonly path: string;
  readonly handle: FileHandle;
}

interface Waiter {
  /** How many lines must be durable. */
  readonly lines: number;
  readonly resolve: (result: Result<void>) => void;
}

/** Lines of one group: bounds the text that is built at once, and so how long the loop is held up. */
const maxGroupLines = 5_000;
const lazyDelayMs = 100;
/** A character takes three bytes at most. */
const maxEventCharacters = maxLineBytes / 4;

class FileJournal implements Journal {
  readonly epoch: Epoch;
  readonly path: string;
  readonly warnings: readonly string[];
  readonly #handle: FileHandle;
  #bytes: number;
  #failure: Failure | undefined;
  #pending: string[] = [];
  #waiters: Waiter[] = [];
  #takenLines = 0;
  #durableLines = 0;
  #flushing: Promise<void> | undefined;
  #lazyTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ epoch, path, handle, bytes, warnings }: OpenedJournal) {
    this.epoch = epoch;
    this.path = path;
    this.warnings = warnings;
    this.#handle = handle;
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  append(events: readonly RunEvent[]): Promise<Result<void>> {
    this.#take(events);
    if (this.#failure !== undefined) return Promise.resolve({ ok: false, failure: this.#failure });
    if (this.#durableLines === this.#takenLines) return Promise.resolve(ok(undefined));
    return new Promise((resolve) => {
      this.#waiters.push({ lines: this.#takenLines, resolve });
      this.#flushSoon();
    });
  }

  appendLazily(events: readonly RunEvent[]): void {
    this.#take(events);
    if (this.#failure !== undefined || this.#flushing !== undefined || events.length === 0) return;
    this.#lazyTimer ??= setTimeout(() => this.#flushSoon(), lazyDelayMs);
  }

  async close(): Promise<Result<void>> {
    if (this.#closed) return ok(undefined);
    const flushed = await this.append([]);
    this.#closed = true;
    clearTimeout(this.#lazyTimer);
    await this.#flushing;
    try {
      await this.#handle.close();
    } catch (error) {
      // Every line was durable before: only a failure that nobody was told of yet is worth telling.
      if (flushed.ok) return { ok: false, failure: writeFailure({ error, path: this.path, what: 'The journal' }) };
    }
    return flushed;
  }

  #take(events: readonly RunEvent[]): void {
    if (this.#closed) throw new Error(`The journal ${this.path} is closed, but events are appended to it.`);
    if (this.#failure !== undefined) return;
    for (const event of events) {
      const text = JSON.stringify(event);
      // Too long to be read back, and so as good as lost.
      if (text.length > maxEventCharacters)
        throw new Error(`A ${event.kind} of ${text.length} characters is no event.`);
      this.#pending.push(`${journalLine.head(checksumOf(text))}${text}${journalLine.tail}\n`);
    }
    this.#takenLines += events.length;
  }

  #flushSoon(): void {
    clearTimeout(this.#lazyTimer);
    this.#lazyTimer = undefined;
    // One turn later, so that what is appended in the same turn goes out together.
    this.#flushing ??= Promise.resolve().then(() => this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#pending.length > 0 && this.#failure === undefined) {
      const lines = this.#pending.splice(0, maxGroupLines);
      const failure = await this.#write(Buffer.from(lines.join('')));
      if (failure === undefined) this.#durableLines += lines.length;
      else this.#break(failure);
      this.#answer();
    }
    // In the turn that saw nothing pending: whoever was just answered may append again before this promise settles.
    this.#flushing = undefined;
  }

  async #write(bytes: Buffer): Promise<Failure | undefined> {
    try {
      // Into the system's cache without a turn of the loop; only the flush is worth waiting for.
      for (let written = 0; written < bytes.length;) written += writeSync(this.#handle.fd, bytes, written);
      await this.#handle.datasync();
      this.#bytes += bytes.length;
      return undefined;
    } catch (error) {
      const failure = writeFailure({ error, path: this.path, what: 'The journal' });
      // What went out of this group was acknowledged to nobody. If even this fails, the lines stay: each is whole, or
      // torn and cut off on load. Nothing is told apart from that, since the first failure is the one to act on.
      await this.#handle.truncate(this.#bytes).catch(() => undefined);
      return failure;
    }
  }

  #break(failure: Failure): void {
    this.#failure = failure;
    this.#pending = [];
  }

  #answer(): void {
    const failure = this.#failure;
    const due =
      failure === undefined
        ? this.#waiters.findIndex((waiter) => waiter.lines > this.#durableLines)
        : this.#waiters.length;
    const answered = this.#waiters.splice(0, due === -1 ? this.#waiters.length : due);
    for (const { resolve } of answered) resolve(failure === undefined ? ok(undefined) : { ok: false, failure });
  }
}
