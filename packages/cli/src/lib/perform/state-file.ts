import { join } from 'node:path';
import {
  failed,
  ok,
  type EpicId,
  type Epoch,
  type Failure,
  type GraphId,
  type OrchestratorCheckpoint,
  type Result,
} from '@ginkoai/contract';
import {
  generationFile,
  generations,
  pruneJournals,
  removeTemporaries,
  rotateGenerations,
  type Generation,
} from './checkpoint-generations.js';
import { encodeCheckpoint } from './encode-checkpoint.js';
import { writeFailure } from './file-failure.js';
import { inTurns } from './in-turns.js';
import { quarantineFile } from './quarantine.js';
import { readGeneration, type GenerationReading } from './read-generation.js';
import { restoreGeneration } from './restore-generation.js';
import { sizeOf, writeAtomically, writeAtomicallySync, type AtomicWrite } from './write-atomically.js';

/** The checkpoints of one epic in this working copy: the newest and four older generations. */
export interface StateFile {
  readonly directory: string;
  /**
   * Makes the checkpoint the newest generation; durable once this resolves. It must not change meanwhile. Saves go
   * out one after another. Failures, with everything kept as it was: `disk_full`, `file_unwritable`, `bad_state`
   * (a task id that could not be read back), `local_lock_held` (another orchestrator has taken the lock).
   */
  save(checkpoint: OrchestratorCheckpoint): Promise<Result<SavedCheckpoint>>;
  /** The same without giving up the turn; a save that is still under way is dropped in its favour. */
  saveSync(checkpoint: OrchestratorCheckpoint): Result<SavedCheckpoint>;
  /** The newest usable generation, `from` on. What is damaged or foreign is moved to `quarantine/` and named. */
  load(options?: { readonly from?: Generation }): Promise<LoadedState>;
  /** Every generation there is, newest first. Changes nothing. */
  history(): Promise<readonly GenerationEntry[]>;
  /** One generation as it is. Changes nothing. Failures: `not_found`, `bad_state`, `newer_version`, `file_unreadable`. */
  read(generation: Generation): Promise<Result<OrchestratorCheckpoint>>;
  /** Goes back to a generation; see `restoreGeneration`. */
  restore(generation: Generation): Promise<Result<RestoredState>>;
}

export interface SavedCheckpoint {
  /** Size of the file. */
  readonly bytes: number;
  /** What went wrong after the checkpoint was safe, for people. */
  readonly warnings: readonly string[];
}

export type LoadedState =
  | {
      readonly kind: 'found';
      readonly checkpoint: OrchestratorCheckpoint;
      readonly generation: Generation;
      readonly file: string;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'none'; readonly warnings: readonly string[] }
  /** Nothing was touched. */
  | { readonly kind: 'newer_version'; readonly failure: Failure }
  /** The system refused to read it: nothing is known about what it holds, and nothing was touched. */
  | { readonly kind: 'unreadable'; readonly failure: Failure }
  /** There is a state, but of another graph: the project's graph id was changed. Nothing was touched. */
  | { readonly kind: 'other_graph'; readonly failure: Failure };

export type GenerationEntry =
  | ({ readonly kind: 'usable'; readonly generation: Generation; readonly file: string } & GenerationFacts)
  | { readonly kind: 'unusable'; readonly generation: Generation; readonly file: string; readonly failure: Failure };

export type GenerationFacts = Pick<
  OrchestratorCheckpoint,
  'runId' | 'orchestratorId' | 'epoch' | 'sequence' | 'savedAt' | 'exitReason'
> & { readonly completed: number; readonly inProgress: number; readonly blocked: number };

export interface RestoredState {
  readonly checkpoint: OrchestratorCheckpoint;
  /** Where everything later was moved to. */
  readonly quarantined: readonly string[];
}

export interface StateFileOptions {
  /** As `openStateDirectory` gives it. */
  readonly directory: string;
  readonly epicId: EpicId;
  /** Checkpoints of another graph are foreign; absent: any graph's is taken. */
  readonly graphId?: GraphId | undefined;
  /** Loading moves nothing into quarantine: for a dry run, or beside an orchestrator at work. */
  readonly readOnly?: boolean;
  /** Asked before each save takes effect, such as `Lock.isStillOurs`: `false` refuses it. */
  readonly isStillOurs?: () => boolean;
}

export function createStateFile(options: StateFileOptions): StateFile {
  return new CheckpointGenerations(options);
}

class CheckpointGenerations implements StateFile {
  readonly directory: string;
  readonly #options: StateFileOptions;
  #lastSave: Promise<unknown> = Promise.resolve();
  #started = 0;
  #renamed = 0;
  #cleaned = false;
  /** The epoch that no journal is left before. */
  #tidyIn: Epoch | undefined;
  #lockLost = false;

  constructor(options: StateFileOptions) {
    this.directory = options.directory;
    this.#options = options;
  }

  save(checkpoint: OrchestratorCheckpoint): Promise<Result<SavedCheckpoint>> {
    const ticket = this.#nextTicket();
    const saved = this.#lastSave.then(() => this.#save(checkpoint, ticket));
    this.#lastSave = saved;
    return saved;
  }

  saveSync(checkpoint: OrchestratorCheckpoint): Result<SavedCheckpoint> {
    const encoding = encodeCheckpoint(checkpoint);
    let step = encoding.next();
    while (step.done !== true) step = encoding.next();
    if (!step.value.ok) return step.value;
    const written = writeAtomicallySync(this.#writeOf(step.value.value, this.#nextTicket()));
    return this.#outcome(written, step.value.value);
  }

  async load({ from = 0 }: { readonly from?: Generation } = {}): Promise<LoadedState> {
    const unusable: { file: string; failure: Failure }[] = [];
    let otherGraph: GraphId | undefined;
    for (const generation of generations.slice(from)) {
      const file = generationFile(generation);
      const read = this.#read(generation);
      if (read.kind === 'absent') continue;
      if (read.kind === 'usable') {
        const warnings = await this.#setAside(unusable);
        if (warnings.length > 0) warnings.push(`${file} is used instead: ${describe(read.checkpoint)}.`);
        return { kind: 'found', checkpoint: read.checkpoint, generation, file, warnings };
      }
      if (read.failure.code === 'newer_version') return { kind: 'newer_version', failure: read.failure };
      if (read.failure.code === 'file_unreadable') return { kind: 'unreadable', failure: read.failure };
      unusable.push({ file, failure: read.failure });
      otherGraph ??= read.otherGraph;
    }
    if (otherGraph !== undefined) return { kind: 'other_graph', failure: this.#ofOtherGraph(otherGraph) };
    return { kind: 'none', warnings: await this.#setAside(unusable) };
  }

  #ofOtherGraph(graphId: GraphId): Failure {
    return {
      code: 'bad_configuration',
      message: `The state in ${this.directory} is that of the graph "${graphId}", and this project's graph is "${this.#options.graphId}" now. Set "graphId" in .ginko/config.json (or GINKO_GRAPH_ID) back to "${graphId}", or move that folder away to start anew.`,
    };
  }

  history(): Promise<readonly GenerationEntry[]> {
    const entries: GenerationEntry[] = [];
    for (const generation of generations) {
      const file = generationFile(generation);
      const read = this.#read(generation);
      if (read.kind === 'usable') entries.push({ kind: 'usable', generation, file, ...factsOf(read.checkpoint) });
      if (read.kind === 'unusable') entries.push({ kind: 'unusable', generation, file, failure: read.failure });
    }
    return Promise.resolve(entries);
  }

  read(generation: Generation): Promise<Result<OrchestratorCheckpoint>> {
    return Promise.resolve(this.#checkpointOf(generation));
  }

  #checkpointOf(generation: Generation): Result<OrchestratorCheckpoint> {
    const read = this.#read(generation);
    if (read.kind === 'usable') return ok(read.checkpoint);
    if (read.kind === 'unusable') return { ok: false, failure: read.failure };
    return failed(
      'not_found',
      `There is no checkpoint generation ${generation} in ${this.directory}. See ginko checkpoint history.`,
    );
  }

  async restore(generation: Generation): Promise<Result<RestoredState>> {
    const checkpoint = await this.read(generation);
    if (!checkpoint.ok) return checkpoint;
    return restoreGeneration({ directory: this.directory, generation, checkpoint: checkpoint.value });
  }

  async #save(checkpoint: OrchestratorCheckpoint, ticket: number): Promise<Result<SavedCheckpoint>> {
    const encoded = await inTurns(encodeCheckpoint(checkpoint));
    if (!encoded.ok) return encoded;
    const written = await writeAtomically(this.#writeOf(encoded.value, ticket));
    const saved = this.#outcome(written, encoded.value);
    return saved.ok ? ok({ ...saved.value, warnings: await this.#tidy(checkpoint) }) : saved;
  }

  /** Saves take effect in the order in which they were asked for, or not at all. */
  #nextTicket(): number {
    this.#started += 1;
    return this.#started;
  }

  #writeOf(chunks: readonly Uint8Array[], ticket: number): AtomicWrite {
    return {
      path: join(this.directory, generationFile(0)),
      chunks,
      what: 'The checkpoint',
      beforeRename: () => {
        if (ticket < this.#renamed) return 'skip';
        this.#lockLost ||= this.#options.isStillOurs?.() === false;
        if (this.#lockLost) return 'skip';
        rotateGenerations(this.directory);
        this.#renamed = ticket;
        return undefined;
      },
    };
  }

  #outcome(written: Result<void>, chunks: readonly Uint8Array[]): Result<SavedCheckpoint> {
    if (!written.ok) return written;
    if (!this.#lockLost) return ok({ bytes: sizeOf(chunks), warnings: [] });
    return failed(
      'local_lock_held',
      `Another orchestrator has taken the lock in ${this.directory}, so the state was not saved. Leave the run to it.`,
    );
  }

  /** Best effort: the checkpoint is safe by now. */
  async #tidy({ epoch }: OrchestratorCheckpoint): Promise<string[]> {
    try {
      if (!this.#cleaned) await removeTemporaries(this.directory);
      this.#cleaned = true;
      // Whoever still begins a journal of an earlier epoch was overtaken, and the next epoch removes it: the folder need
      // not be read at every save.
      if (this.#tidyIn === epoch) return [];
      const left = await pruneJournals(this.directory, epoch);
      if (!left.ok) return [left.failure.message];
      if (left.value === 0) this.#tidyIn = epoch;
      return [];
    } catch (error) {
      return [writeFailure({ error, path: this.directory, what: 'Old files in' }).message];
    }
  }

  #read(generation: Generation): GenerationReading {
    return readGeneration({ ...this.#options, generation });
  }

  async #setAside(unusable: readonly { file: string; failure: Failure }[]): Promise<string[]> {
    const warnings: string[] = [];
    for (const { file, failure } of unusable) {
      if (this.#options.readOnly === true) {
        warnings.push(failure.message);
        continue;
      }
      const moved = await quarantineFile(this.directory, file);
      warnings.push(`${failure.message} ${moved.ok ? `It was moved to ${moved.value}.` : moved.failure.message}`);
    }
    return warnings;
  }
}

function factsOf(checkpoint: OrchestratorCheckpoint): GenerationFacts {
  const { runId, orchestratorId, epoch, sequence, savedAt, exitReason } = checkpoint;
  return {
    runId,
    orchestratorId,
    epoch,
    sequence,
    savedAt,
    exitReason,
    completed: checkpoint.completedTasks.length,
    inProgress: Object.keys(checkpoint.inProgressTasks).length,
    blocked: checkpoint.blockedTasks.length,
  };
}

function describe({ epoch, sequence, savedAt }: OrchestratorCheckpoint): string {
  return `saved ${savedAt}, epoch ${epoch}, sequence ${sequence}`;
}
