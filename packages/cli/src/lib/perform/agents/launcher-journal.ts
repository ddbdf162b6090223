import { constants } from 'node:fs';
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

interface Waiting {
  readonly text: string;
  readonly settle: (durable: boolean) => void;
}

/**
 * Append-only NDJSON with group commit: lines that arrive while a flush runs go out together with the next one.
 * After a write that failed nothing in the file is trusted: it is written anew, from the state, once a second until
 * that succeeds.
 */
export class LauncherJournal {
  #file: FileHandle | undefined;
  #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;
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
   * `true` once the record is on disk; `false` when it could not be written. Then it is the caller's choice to take
   * the record back out of the state, or to wait for `recovered`: the snapshot will hold it.
   */
  append(record: LauncherRecord): Promise<boolean> {
    return this.#enqueue(encodeRecord(record));
  }

  /** `true` once everything appended so far is on disk. */
  flushed(): Promise<boolean> {
    return this.#enqueue('');
  }

  #enqueue(text: string): Promise<boolean> {
    if (this.isFailing || this.#closed) {
      this.#missed = true;
      return Promise.resolve(false);
    }
    return new Promise((settle) => {
      this.#queue.push({ text, settle });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when the file holds the state again. */
  recovered(): Promise<void> {
    if (!this.isFailing) return Promise.resolve();
    return new Promise((resolve) => this.#recovery.push(resolve));
  }

  /** Flushes what was appended and closes the file. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#draining;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #drain(): Promise<void> {
    // One turn of the loop later everything that arrived in this turn shares the flush.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      const written = await this.#write(batch);
      for (const { settle } of batch) settle(written);
      if (!written) break;
    }
    this.#draining = undefined;
  }

  async #write(batch: readonly Waiting[]): Promise<boolean> {
    try {
      if (this.#isDueForRewrite()) await this.#writeAnew();
      else await this.#appendText(batch.map(({ text }) => text).join(''));
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  async #appendText(text: string): Promise<void> {
    if (this.#file === undefined) throw new Error('The journal is written to before it is open.');
    const bytes = Buffer.from(text);
    if (bytes.length === 0) return;
    await this.#file.writeFile(bytes);
    await this.#file.datasync();
    this.#bytes += bytes.length;
  }

  #isDueForRewrite(): boolean {
    const limit = this.options.compactAtBytes ?? 4 * 1024 * 1024;
    return this.#bytes > Math.max(limit, 2 * this.#bytesWhenNew);
  }

  /** A new file beside the old one, then renamed over it: at every instant one of them is complete. */
  async #writeAnew(): Promise<void> {
    const { path, snapshot } = this.options;
    // The state is read before anything is awaited, so that what is appended meanwhile comes after it.
    const bytes = Buffer.from([...snapshot()].map(encodeRecord).join(''));
    unwrap(await writeAtomically({ path, chunks: [bytes], what: "The launcher's journal" }));
    const replaced = this.#file;
    this.#file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
    this.#bytes = this.#bytesWhenNew = bytes.length;
    await replaced?.close();
  }

  #fail(error: unknown): void {
    this.options.log(`${reasonOf(error)} It is tried again every second; until then no task is started.`);
    const refused = this.#queue;
    this.#queue = [];
    for (const { settle } of refused) settle(false);
    this.#retryLater();
  }

  #retryLater(): void {
    this.#retry = this.#closed ? undefined : setTimeout(() => void this.#recover(), retryMs);
  }

  async #recover(): Promise<void> {
    try {
      do {
        this.#missed = false;
        await this.#writeAnew();
      } while (this.#missed);
    } catch (error) {
      reasonOf(error);
      this.#retryLater();
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
