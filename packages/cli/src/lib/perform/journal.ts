import { constants, fdatasyncSync, ftruncateSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { journalLine, ok, type Epoch, type Failure, type Result, type RunEvent } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { checksumOf } from './checksum.js';
import { writeFailure } from './file-failure.js';
import { statePace, type Pace } from './flush-pace.js';
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
   * In the file when it returns: the events outlive this process, and the machine once they are flushed. Nobody may
   * hear of them before. After a failure the journal takes nothing more and answers with it (`disk_full`,
   * `file_unwritable`).
   */
  write(events: readonly RunEvent[]): Result<void>;
  /** Resolves when everything written so far is on disk. Those who wait meanwhile share the next flush. */
  flush(): Promise<Result<void>>;
  /** Whether something was written that is not on disk yet. */
  readonly hasUnflushed: boolean;
  /** `write` and `flush`. */
  append(events: readonly RunEvent[]): Promise<Result<void>>;
  /** Flushes and closes the file. */
  close(): Promise<Result<void>>;
}

export interface OpenJournalOptions {
  /** The directory of the epic's state. */
  readonly directory: string;
  readonly epoch: Epoch;
  /** That of the process without it. */
  readonly pace?: Pace;
}

/** One journal belongs to one epoch: an orchestrator that gets another epoch in the middle opens another journal. */
export async function openJournal({
  directory,
  epoch,
  pace = statePace,
}: OpenJournalOptions): Promise<Result<Journal>> {
  const name = journalName(epoch);
  const path = join(directory, name);
  try {
    const { handle, isNew } = await openForAppending(path);
    try {
      if (isNew) {
        await syncDirectory(directory, pace);
        return ok(new FileJournal({ epoch, path, handle, pace, bytes: 0, warnings: [] }));
      }
      const end = await cutDamage({ directory, name, handle });
      if (end.ok) return ok(new FileJournal({ epoch, path, handle, pace, ...end.value }));
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
  const end = readJournal({ path: join(directory, name), onEvent: () => undefined });
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
  readonly pace: Pace;
}

interface Waiter {
  /** How much of the file must be on disk. */
  readonly bytes: number;
  readonly resolve: (result: Result<void>) => void;
}

/** Lines of one write: bounds the text that is built at once. */
const maxLines = 5_000;
/** A character takes three bytes at most. */
const maxEventCharacters = maxLineBytes / 4;

class FileJournal implements Journal {
  readonly epoch: Epoch;
  readonly path: string;
  readonly warnings: readonly string[];
  readonly #handle: FileHandle;
  readonly #pace: Pace;
  #writtenBytes: number;
  #durableBytes: number;
  #failure: Failure | undefined;
  #isFlushBroken = false;
  #waiters: Waiter[] = [];
  #flushing: Promise<void> | undefined;
  #closed = false;

  constructor({ epoch, path, handle, pace, bytes, warnings }: OpenedJournal) {
    this.epoch = epoch;
    this.path = path;
    this.warnings = warnings;
    this.#handle = handle;
    this.#pace = pace;
    this.#writtenBytes = bytes;
    this.#durableBytes = bytes;
  }

  get bytes(): number {
    return this.#durableBytes;
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  get hasUnflushed(): boolean {
    return this.#durableBytes < this.#writtenBytes;
  }

  write(events: readonly RunEvent[]): Result<void> {
    // Closed is also what a journal that has failed ends as.
    if (this.#failure !== undefined) return { ok: false, failure: this.#failure };
    if (this.#closed) throw new Error(`The journal ${this.path} is closed, but events are appended to it.`);
    const before = this.#writtenBytes;
    for (let start = 0; start < events.length && this.#failure === undefined; start += maxLines) {
      this.#writeLines(
        events
          .slice(start, start + maxLines)
          .map(lineOf)
          .join(''),
      );
    }
    if (this.#failure === undefined) return ok(undefined);
    this.#cutTo(before);
    return { ok: false, failure: this.#failure };
  }

  flush(): Promise<Result<void>> {
    if (!this.hasUnflushed || this.#isFlushBroken) return Promise.resolve(this.#outcome());
    return new Promise((resolve) => {
      this.#waiters.push({ bytes: this.#writtenBytes, resolve });
      // At once: whoever asks has other things to do while a slow disk is at work.
      this.#flushing ??= this.#flushAll();
    });
  }

  append(events: readonly RunEvent[]): Promise<Result<void>> {
    const written = this.write(events);
    return written.ok ? this.flush() : Promise.resolve(written);
  }

  async close(): Promise<Result<void>> {
    if (this.#closed) return ok(undefined);
    const flushed = await this.flush();
    this.#closed = true;
    await this.#flushing;
    try {
      await this.#handle.close();
    } catch (error) {
      // Every line was durable before: only a failure that nobody was told of yet is worth telling.
      if (flushed.ok) return { ok: false, failure: this.#failureOf(error) };
    }
    return flushed;
  }

  /** Into the system's cache without a turn of the loop; only the flush is worth waiting for. */
  #writeLines(text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let written = 0; written < bytes.length;) written += writeSync(this.#handle.fd, bytes, written);
      this.#writtenBytes += bytes.length;
    } catch (error) {
      this.#failure = this.#failureOf(error);
    }
  }

  /** Takes back what went out of events that were refused; those that were written before stay. */
  #cutTo(bytes: number): void {
    this.#writtenBytes = bytes;
    try {
      ftruncateSync(this.#handle.fd, bytes);
    } catch (error) {
      // Then they stay too: each is whole, or torn and cut off on load. The first failure is the one to act on.
      if (errorCode(error) === undefined) throw error;
    }
  }

  async #flushAll(): Promise<void> {
    while (this.#waiters.length > 0) {
      const bytes = this.#writtenBytes;
      try {
        // Also what was written before a write was refused.
        if (this.hasUnflushed && !this.#isFlushBroken) await this.#flushFile();
        if (!this.#isFlushBroken) this.#durableBytes = bytes;
      } catch (error) {
        // Tried again on the same file it could succeed without having written anything.
        this.#isFlushBroken = true;
        this.#failure ??= this.#failureOf(error);
      }
      this.#answer();
    }
    // In the turn that saw nobody waiting: whoever was just answered may ask again before this promise settles.
    this.#flushing = undefined;
  }

  #flushFile(): Promise<void> {
    return this.#pace.flush({
      inTurn: () => fdatasyncSync(this.#handle.fd),
      onThread: () => this.#handle.datasync(),
    });
  }

  #answer(): void {
    const isDue = ({ bytes }: Waiter): boolean => this.#failure !== undefined || bytes <= this.#durableBytes;
    const answered = this.#waiters.filter(isDue);
    this.#waiters = this.#waiters.filter((waiter) => !isDue(waiter));
    for (const { resolve } of answered) resolve(this.#outcome());
  }

  #outcome(): Result<void> {
    return this.#failure === undefined ? ok(undefined) : { ok: false, failure: this.#failure };
  }

  #failureOf(error: unknown): Failure {
    return writeFailure({ error, path: this.path, what: 'The journal' });
  }
}

function lineOf(event: RunEvent): string {
  const text = JSON.stringify(event);
  // Too long to be read back, and so as good as lost.
  if (text.length > maxEventCharacters) throw new Error(`A ${event.kind} of ${text.length} characters is no event.`);
  return `${journalLine.head(checksumOf(text))}${text}${journalLine.tail}\n`;
}
