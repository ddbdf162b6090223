import { constants, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { FailureError, launcherLine, unwrap, type LauncherRecord } from '@ginkoai/contract';
import { checksumOf } from '../checksum.js';
import { writeAtomically } from '../write-atomically.js';
import { errorCode } from './error-code.js';

export interface LauncherJournalOptions {
  readonly path: string;
  /** Records that stand for everything appended so far; asked for when the file is written anew. */
  readonly snapshot: () => Iterable<LauncherRecord>;
  readonly log: (line: string) => void;
  /** A file that has grown beyond this, and to twice what it was when written anew, is written anew. */
  readonly compactAtBytes?: number;
}

const retryMs = 1_000;
/** How long what nobody waits for stays in the system's cache only. */
const lazyFlushMs = 10;

interface Waiting {
  readonly text: string;
  readonly isFlushed: boolean;
  readonly settle: (isThere: boolean) => void;
}

/**
 * Append-only NDJSON. A record is written at once, so that it outlives this process, and flushed in groups, so that it
 * outlives the machine. After a write that failed nothing in the file is trusted: it is written anew, from the state,
 * once a second until that succeeds.
 */
export class LauncherJournal {
  #file: FileHandle | undefined;
  /** What came while the file was written anew. */
  #queue: Waiting[] = [];
  /** Written, and waiting for the flush. */
  #unflushed: Waiting[] = [];
  #isDirty = false;
  #isFlushDue = false;
  #isWritingAnew = false;
  #draining: Promise<void> | undefined;
  #lazyTimer: NodeJS.Timeout | undefined;
  #bytes = 0;
  #bytesWhenNew = 0;
  #retry: NodeJS.Timeout | undefined;
  #recovery: (() => void)[] = [];
  /** Something was refused while the file was written anew, so the snapshot may lack it. */
  #missed = false;
  #closed = false;

  private constructor(private readonly options: LauncherJournalOptions) {}

  /** Makes the file, with the snapshot in it. Rejects with a typed failure when that fails. */
  static async create(options: LauncherJournalOptions): Promise<LauncherJournal> {
    const journal = new LauncherJournal(options);
    await journal.#writeAnew();
    return journal;
  }

  /** Whether the disk refuses what is appended. */
  get isFailing(): boolean {
    return this.#retry !== undefined;
  }

  /**
   * `true` once the record is in the file, where the next launcher finds it; some milliseconds later it is on disk.
   * `false` when it could not be written. Then it is the caller's choice to take the record back out of the state, or
   * to wait for `recovered`: the snapshot will hold it.
   */
  write(record: LauncherRecord): Promise<boolean> {
    return this.#enqueue(encodeRecord(record), { isFlushed: false });
  }

  /** Like `write`, but `true` once the record is on disk. */
  append(record: LauncherRecord): Promise<boolean> {
    return this.#enqueue(encodeRecord(record), { isFlushed: true });
  }

  /** `true` once everything written so far is on disk. */
  flushed(): Promise<boolean> {
    return this.#enqueue('', { isFlushed: true });
  }

  #enqueue(text: string, { isFlushed }: { readonly isFlushed: boolean }): Promise<boolean> {
    if (this.isFailing || this.#closed) {
      this.#missed = true;
      return Promise.resolve(false);
    }
    return new Promise((settle) => {
      this.#queue.push({ text, isFlushed, settle });
      if (!this.#isWritingAnew) this.#writeQueue();
      if (isFlushed) this.#flushNow();
      else if (this.#isDirty) this.#lazyTimer ??= setTimeout(() => this.#flushNow(), lazyFlushMs);
    });
  }

  /** Resolves when the file holds the state again. */
  recovered(): Promise<void> {
    if (!this.isFailing) return Promise.resolve();
    return new Promise((resolve) => this.#recovery.push(resolve));
  }

  /** Flushes what was appended and closes the file. */
  async close(): Promise<void> {
    if (this.#isDirty && !this.isFailing) this.#flushNow();
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#lazyTimer);
    await this.#draining;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Into the system's cache, without a turn of the loop. */
  #writeQueue(): void {
    const waiting = this.#queue;
    this.#queue = [];
    try {
      this.#writeText(waiting.map(({ text }) => text).join(''));
    } catch (error) {
      this.#fail(error, waiting);
      return;
    }
    for (const entry of waiting) {
      if (entry.isFlushed) this.#unflushed.push(entry);
      else entry.settle(true);
    }
  }

  #writeText(text: string): void {
    if (this.#file === undefined) throw new Error('The journal is written to before it is open.');
    const bytes = Buffer.from(text);
    if (bytes.length === 0) return;
    for (let written = 0; written < bytes.length;) written += writeSync(this.#file.fd, bytes, written);
    this.#bytes += bytes.length;
    this.#isDirty = true;
  }

  #flushNow(): void {
    this.#isFlushDue = true;
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // One turn of the loop later everything that was written in this turn shares the flush.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#isFlushDue && !this.isFailing) {
      this.#isFlushDue = false;
      clearTimeout(this.#lazyTimer);
      this.#lazyTimer = undefined;
      const waiting = this.#unflushed;
      this.#unflushed = [];
      try {
        await this.#makeDurable();
        for (const { settle } of waiting) settle(true);
      } catch (error) {
        this.#fail(error, waiting);
      }
    }
    this.#draining = undefined;
  }

  async #makeDurable(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    if (!this.#isDueForRewrite()) return this.#file?.datasync();
    await this.#writeAnew();
    this.#writeQueue();
    // What came meanwhile stands behind the snapshot, in the cache only.
    if (this.#isDirty) this.#isFlushDue = true;
  }

  #isDueForRewrite(): boolean {
    const limit = this.options.compactAtBytes ?? 4 * 1024 * 1024;
    return this.#bytes > Math.max(limit, 2 * this.#bytesWhenNew);
  }

  /** A new file beside the old one, then renamed over it: at every instant one of them is complete. */
  async #writeAnew(): Promise<void> {
    this.#isWritingAnew = true;
    try {
      await this.#replaceFile();
    } finally {
      this.#isWritingAnew = false;
    }
  }

  async #replaceFile(): Promise<void> {
    const { path, snapshot } = this.options;
    // The state is read before anything is awaited, so that what is appended meanwhile comes after it.
    const bytes = Buffer.from([...snapshot()].map(encodeRecord).join(''));
    unwrap(await writeAtomically({ path, chunks: [bytes], what: "The launcher's journal" }));
    const replaced = this.#file;
    this.#file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
    this.#bytes = this.#bytesWhenNew = bytes.length;
    await replaced?.close();
  }

  #fail(error: unknown, waiting: readonly Waiting[]): void {
    const reason = reasonOf(error);
    if (!this.isFailing) {
      this.options.log(`${reason} It is tried again every second; until then no task is started.`);
      // At once first: written anew it is shorter, and may find room.
      this.#retryAfter(0);
    }
    const refused = [...waiting, ...this.#unflushed.splice(0), ...this.#queue.splice(0)];
    for (const { settle } of refused) settle(false);
  }

  #retryAfter(delayMs: number): void {
    this.#retry = this.#closed ? undefined : setTimeout(() => void this.#recover(), delayMs);
  }

  async #recover(): Promise<void> {
    try {
      do {
        this.#missed = false;
        await this.#writeAnew();
      } while (this.#missed);
    } catch (error) {
      reasonOf(error);
      this.#retryAfter(retryMs);
      return;
    }
    this.#retry = undefined;
    this.options.log(`The journal ${this.options.path} is written again.`);
    const waiting = this.#recovery;
    this.#recovery = [];
    for (const resolve of waiting) resolve();
  }
}

/** Anything but the system's refusal is a bug, and ends the launcher; its journal stays as it is. */
function reasonOf(error: unknown): string {
  if (error instanceof FailureError) return error.message;
  if (error instanceof Error && errorCode(error) !== undefined) return error.message;
  throw error;
}

export function encodeRecord(record: LauncherRecord): string {
  const text = JSON.stringify(record);
  return `${launcherLine.head(checksumOf(text))}${text}${launcherLine.tail}\n`;
}
