import { join } from 'node:path';
import { ok, seenMarksSchema, type Result, type TaskId } from '@ginkoai/contract';
import { parseJsonSafely } from './parse-json.js';
import { quarantineFile } from './quarantine.js';
import { readLimited } from './read-limited.js';
import { writeAtomically } from './write-atomically.js';

/** The mark of each task of one sprint file as it was last seen in this working copy, as the words or signs there. */
export type Marks = ReadonlyMap<TaskId, string>;

export interface MarksFile {
  /** Empty: a first sight. */
  marksOf(sprintFile: string): Marks;
  /** Writes only what changed; resolves when it is durable. Failures: `disk_full`, `file_unwritable`. */
  save(sprintFile: string, marks: Marks): Promise<Result<void>>;
}

export interface LoadedMarks {
  readonly marksFile: MarksFile;
  readonly warnings: readonly string[];
}

export interface MarksFileOptions {
  /** The directory of the epic's state. */
  readonly directory: string;
  /** Damage is left where it is, and saving is a bug. */
  readonly readOnly?: boolean;
}

const fileName = 'marks.json';
const maxBytes = 64 << 20;

/** Damaged marks are moved to `quarantine/` and named, and every mark is seen for the first time again. */
export async function loadMarksFile({ directory, readOnly = false }: MarksFileOptions): Promise<Result<LoadedMarks>> {
  const path = join(directory, fileName);
  const open = (files: Map<string, Marks>, warnings: readonly string[]): Result<LoadedMarks> =>
    ok({ marksFile: new FileOfMarks({ path, files, readOnly }), warnings });
  const bytes = await readLimited({ path, what: 'The file of last seen marks', maxBytes });
  if (bytes.ok && bytes.value === undefined) return open(new Map(), []);
  if (!bytes.ok && bytes.failure.code !== 'bad_state') return bytes;
  const marks = bytes.ok ? parseMarks(bytes.value ?? Buffer.alloc(0), path) : bytes;
  if (marks.ok) return open(marks.value, []);
  const found = `${marks.failure.message} Changes to the sprint file since the last run may go unnoticed.`;
  if (readOnly) return open(new Map(), [found]);
  const moved = await quarantineFile(directory, fileName);
  return moved.ok ? open(new Map(), [`${found} The file was moved to ${moved.value}.`]) : moved;
}

function parseMarks(bytes: Buffer, path: string): Result<Map<string, Marks>> {
  const value = parseJsonSafely(bytes, { maxBytes, name: path });
  if (!value.ok) return value;
  const marks = seenMarksSchema.safeParse(value.value);
  if (!marks.success) {
    return { ok: false, failure: { code: 'bad_state', message: `${path} is not a file of last seen marks.` } };
  }
  const files = Object.entries(marks.data.files);
  return ok(new Map(files.map(([file, ofFile]) => [file, new Map(Object.entries(ofFile))])));
}

class FileOfMarks implements MarksFile {
  readonly #path: string;
  readonly #readOnly: boolean;
  readonly #files: Map<string, Marks>;
  #lastSave: Promise<unknown> = Promise.resolve();

  constructor({ path, files, readOnly }: { path: string; files: Map<string, Marks>; readOnly: boolean }) {
    this.#path = path;
    this.#files = files;
    this.#readOnly = readOnly;
  }

  marksOf(sprintFile: string): Marks {
    return this.#files.get(sprintFile) ?? new Map();
  }

  save(sprintFile: string, marks: Marks): Promise<Result<void>> {
    if (this.#readOnly) throw new Error(`${this.#path} was opened for reading only.`);
    const seen = new Map(marks);
    const saved = this.#lastSave.then(() => this.#save(sprintFile, seen));
    this.#lastSave = saved;
    return saved;
  }

  async #save(sprintFile: string, marks: Marks): Promise<Result<void>> {
    const before = this.#files.get(sprintFile);
    if (before !== undefined && isSame(before, marks)) return ok(undefined);
    const files = new Map(this.#files).set(sprintFile, marks);
    const chunks = [Buffer.from(`${textOf(files)}\n`)];
    const written = await writeAtomically({ path: this.#path, chunks, what: 'The file of last seen marks' });
    // Kept only once it is durable, so that a failed save is tried again.
    if (written.ok) this.#files.set(sprintFile, marks);
    return written;
  }
}

function textOf(files: ReadonlyMap<string, Marks>): string {
  const plain = [...files].map(([file, marks]) => [file, Object.fromEntries(marks)] as const);
  return JSON.stringify({ version: 1, files: Object.fromEntries(plain) });
}

function isSame(one: Marks, other: Marks): boolean {
  if (one.size !== other.size) return false;
  for (const [taskId, mark] of one) if (other.get(taskId) !== mark) return false;
  return true;
}
