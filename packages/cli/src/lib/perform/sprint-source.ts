import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { failed, ok, type Failure, type Millis, type Result, type TaskId } from '@ginkoai/contract';
import { seenMark, type Mark } from '../decide/judge-world.js';
import type { Clock, MarkWriter, SprintObservation, SprintPort } from '../ports.js';
import { MarkedText } from '../sprint/marked-text.js';
import { parseSprint } from '../sprint/parse-sprint.js';
import type { Sprint, SprintTask } from '../sprint/sprint.js';
import { taskBody } from '../sprint/task-brief.js';
import type { MarksFile } from './marks-file.js';
import { errorCode } from './agents/error-code.js';
import { FileDefinition } from './file-definition.js';
import { wasWritten } from './was-written.js';
import { writeAtomically } from './write-atomically.js';

export interface SprintSourceParts {
  /** The sprint file. */
  readonly file: string;
  /** Its name in `marks.json`, relative to the project. */
  readonly name: string;
  readonly text: string;
  readonly sprint: Sprint;
  readonly marksFile: MarksFile;
  readonly clock: Clock;
  /** Whether finished tasks are marked in the file. */
  readonly isWriteBack: boolean;
  /** False once another orchestrator took over this working copy: then the file is no longer ours to edit. */
  readonly mayWrite: () => boolean;
  readonly onChanged: () => void;
  readonly onTrouble: (failure: Failure) => void;
}

/**
 * Marks are written together: the next write waits at least this long, and so much longer the more the last one cost
 * that marks never take more than a fiftieth of the time.
 */
const writePauseMs: Millis = 100;
const writePausePerCost = 50;
const maxWriteTries = 5;
/** A file without any task, or one that was written to just now, is most likely being saved at this moment. */
const savingPauseMs: Millis = 50;
const maxReads = 5;

/**
 * The sprint file of a run: reads it when it changed, knows what was last seen of it, and writes the marks it owes.
 * Reading and writing take turns, so that what is judged never mixes an old mark with a new memory of it.
 */
export class SprintSource implements MarkWriter, SprintPort {
  readonly #parts: SprintSourceParts;
  #text: string;
  #sprint: Sprint;
  #byId: Map<TaskId, SprintTask>;
  #marks: Map<TaskId, Mark>;
  #lastSeen: Map<TaskId, Mark>;
  /** The file as it was when marks were last written into it. */
  #marked: MarkedText | null = null;
  #signature: string;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #owed = new Set<TaskId>();
  /** Written since the last observation: what that one shows of them is out of date. */
  readonly #written = new Set<TaskId>();
  #writing: Promise<void> | null = null;
  /** Ends the pause before the next write. */
  #writeNow: (() => void) | null = null;
  #isSettling = false;
  #toldTrouble = '';
  #toldWriteTrouble = '';

  constructor(parts: SprintSourceParts) {
    this.#parts = parts;
    this.#text = parts.text;
    this.#sprint = parts.sprint;
    this.#byId = indexOf(parts.sprint);
    this.#marks = marksOf(parts.sprint);
    this.#lastSeen = new Map(parts.marksFile.marksOf(parts.name));
    this.#signature = signatureIfUnchanged(parts.file, parts.text);
  }

  /** The sprint as last read, our own writes included. */
  observe(): SprintObservation {
    this.#written.clear();
    const text = this.#text;
    const { tasks } = this.#sprint;
    return {
      title: this.title(),
      definitions: tasks.map((task, order) => new FileDefinition(text, task, order)),
      marks: tasks.map((task) => ({ id: task.id, mark: this.#marks.get(task.id) ?? markOf(task) })),
    };
  }

  title(): string {
    return this.#sprint.title ?? this.#parts.name;
  }

  lastSeen(): ReadonlyMap<TaskId, Mark> {
    return this.#lastSeen;
  }

  /** What was judged is now what was last seen. */
  async acknowledge({ marks }: SprintObservation, isComplete: (id: TaskId) => boolean): Promise<void> {
    const seen = new Map(marks.map(({ id, mark }) => [id, seenMark(mark, { isComplete: isComplete(id) })]));
    for (const id of this.#written) seen.set(id, 'complete');
    await this.#remember(seen);
  }

  async overrule(ids: readonly TaskId[]): Promise<void> {
    const seen = new Map(this.#lastSeen);
    for (const id of ids) if (seen.get(id) === 'complete') seen.set(id, seenMark('complete', { isComplete: false }));
    await this.#remember(seen);
  }

  async #remember(seen: Map<TaskId, Mark>): Promise<void> {
    this.#lastSeen = seen;
    const saved = await this.#parts.marksFile.save(this.#parts.name, seen);
    if (!saved.ok) this.#parts.onTrouble(saved.failure);
  }

  task(id: TaskId): SprintTask | undefined {
    return this.#byId.get(id);
  }

  /** The Markdown of the task's own section. */
  bodyOf(task: SprintTask): string {
    return taskBody(this.#text, task);
  }

  /** Looks whether the file changed; cheap when it did not. */
  async poll(): Promise<void> {
    const changed = await this.#inTurn(() => this.#readIfChanged());
    if (changed.ok && changed.value) {
      this.#toldTrouble = '';
      this.#parts.onChanged();
      this.#payOwed();
    } else if (!changed.ok && this.#toldTrouble !== changed.failure.message) {
      this.#toldTrouble = changed.failure.message;
      this.#parts.onTrouble(changed.failure);
    }
  }

  owe(taskIds: readonly TaskId[]): void {
    if (!this.#parts.isWriteBack || taskIds.length === 0) return;
    for (const id of taskIds) this.#owed.add(id);
    this.#payOwed();
  }

  #payOwed(): void {
    if (this.#owed.size > 0) this.#writing ??= this.#writeUntilPaid().finally(() => (this.#writing = null));
  }

  async settle(): Promise<void> {
    // What could not be written before is tried once more.
    this.#payOwed();
    this.#isSettling = true;
    this.#writeNow?.();
    while (this.#writing !== null) await this.#writing;
    this.#isSettling = false;
  }

  async #writeUntilPaid(): Promise<void> {
    // Completions of the same cycle come together.
    await Promise.resolve();
    while (this.#owed.size > 0) {
      const batch = [...this.#owed];
      this.#owed.clear();
      const startedAt = this.#parts.clock.monotonic();
      const written = await this.#inTurn(() => this.#write(batch));
      if (!written.ok) {
        // Tried again when the file has changed, with the next completion, and by a later start: the state has them.
        for (const id of batch) this.#owed.add(id);
        if (this.#toldWriteTrouble !== written.failure.code) this.#parts.onTrouble(written.failure);
        this.#toldWriteTrouble = written.failure.code;
        return;
      }
      this.#toldWriteTrouble = '';
      if (this.#owed.size === 0) return;
      const cost = this.#parts.clock.monotonic() - startedAt;
      await this.#pauseBeforeWrite(writePauseMs + cost * writePausePerCost);
    }
  }

  async #pauseBeforeWrite(delayMs: Millis): Promise<void> {
    if (this.#isSettling) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.clock.after(delayMs, resolve);
      this.#writeNow = () => {
        cancel();
        resolve();
      };
    });
    this.#writeNow = null;
  }

  #pause(delayMs: Millis): Promise<void> {
    return new Promise((resolve) => this.#parts.clock.after(delayMs, resolve));
  }

  async #write(ids: readonly TaskId[]): Promise<Result<void>> {
    const { name, mayWrite } = this.#parts;
    for (let tries = 0; tries < maxWriteTries; tries += 1) {
      if (!mayWrite()) return ok(undefined);
      const path = await realpath(this.#parts.file).catch(() => this.#parts.file);
      const before = signatureOf(path);
      const text = await readText(path);
      const mode = await modeOf(path);
      if (typeof text !== 'string')
        return failed('file_unreadable', `${name} cannot be read to mark ${ids.join(', ')} complete: ${text.message}`);
      if (this.#marked?.text !== text) {
        const { tasks } = text === this.#text ? this.#sprint : parseSprint(text, name);
        this.#marked = new MarkedText(text, tasks);
      }
      const file = this.#marked;
      // Being saved or swapped at this moment.
      if (file.size === 0 || mode === null) {
        await this.#pause(savingPauseMs);
        continue;
      }
      const present = ids.filter((id) => file.has(id));
      file.complete(present);
      const marked = file.text;
      let isOvertaken = false;
      if (marked !== text) {
        const written = await writeAtomically({
          path,
          chunks: [Buffer.from(marked)],
          what: 'The sprint file',
          mode,
          beforeRename: () => {
            // Somebody saved the file meanwhile: their words first, ours on top of them.
            isOvertaken = signatureOf(path) !== before || !mayWrite();
            return isOvertaken ? 'skip' : undefined;
          },
        });
        if (!written.ok) return written;
      }
      if (isOvertaken) continue;
      for (const id of present) {
        this.#marks.set(id, 'complete');
        this.#lastSeen.set(id, 'complete');
        this.#written.add(id);
      }
      // Unless somebody else's words came with the text or right after it, what we know of the file is all there is.
      const after = signatureOf(path);
      const isOurs = marked !== text && before === this.#signature && (await readText(path)) === marked;
      if (isOurs) this.#signature = after;
      return this.#parts.marksFile.save(name, this.#lastSeen);
    }
    return failed(
      'file_unwritable',
      `${name} changes all the time or has no tasks; ${ids.join(', ')} could not be marked complete. The state has them.`,
    );
  }

  async #readIfChanged(): Promise<Result<boolean>> {
    const { file, name } = this.#parts;
    if (signatureOf(file) === this.#signature) return ok(false);
    const { signature, text } = await this.#readSettled(file);
    if (typeof text !== 'string')
      return failed(
        'file_unreadable',
        `${name} cannot be read any more (${text.message}); the run goes on with what it knows.`,
      );
    const sprint = parseSprint(text, name);
    const unusable = sprint.problems.find(({ code }) => code === 'duplicate_id');
    if (unusable !== undefined)
      return failed(
        'duplicate_task',
        `${name}:${unusable.line}: ${unusable.message} Until then the run goes on with what it knows.`,
      );
    if (sprint.tasks.length === 0)
      return failed('no_sprint', `${name} has no tasks any more; the run goes on with what it knows.`);
    this.#signature = signature;
    this.#text = text;
    this.#sprint = sprint;
    this.#byId = indexOf(sprint);
    this.#marks = marksOf(sprint);
    return ok(true);
  }

  /** An editor may be in the middle of saving: what still changes is read again, within bounds. */
  async #readSettled(file: string): Promise<{ readonly signature: string; readonly text: string | Error }> {
    for (let reads = 1; ; reads += 1) {
      const signature = signatureOf(file);
      const text = await readText(file);
      if (reads === maxReads || !this.#isBeingSaved(file)) return { signature, text };
      await this.#pause(savingPauseMs);
    }
  }

  #isBeingSaved(path: string): boolean {
    return wasWritten({ path, withinMs: savingPauseMs, now: this.#parts.clock.now() });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** What is not text in UTF-8 is refused: written back, its bytes would not be the same. */
async function readText(path: string): Promise<string | Error> {
  try {
    const bytes = await readFile(path);
    return isUtf8(bytes) ? bytes.toString('utf8') : new Error('it is not text in UTF-8');
  } catch (error) {
    return error as Error;
  }
}

/** Its permissions; null: it is not there any more. */
async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

/** What a change of the file would change; empty: there is none, or the system refuses to look, which a read says. */
function signatureOf(path: string): string {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? '' : `${found.ino}/${found.size}/${found.mtimeMs}`;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return '';
  }
}

/** Empty, so that the next look reads the file, if it was saved since its text was read for the start of the run. */
function signatureIfUnchanged(path: string, text: string): string {
  const signature = signatureOf(path);
  try {
    return readFileSync(path, 'utf8') === text ? signature : '';
  } catch {
    // The next look says what is wrong with it.
    return '';
  }
}

export function markOf(task: SprintTask): Mark {
  return task.status === 'blocked' ? `blocked:${task.blockedReason ?? 'person'}` : task.status;
}

function marksOf(sprint: Sprint): Map<TaskId, Mark> {
  return new Map(sprint.tasks.map((task) => [task.id, markOf(task)]));
}

function indexOf(sprint: Sprint): Map<TaskId, SprintTask> {
  return new Map(sprint.tasks.map((task) => [task.id, task]));
}
