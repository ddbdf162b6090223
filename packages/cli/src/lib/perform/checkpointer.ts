import type { Failure, Millis, OrchestratorCheckpoint, Result } from '@ginkoai/contract';
import type { CheckpointFile, Clock, EventLog } from '../ports.js';
import type { Reporter } from '../report/reporter.js';

/** The journal is folded into a checkpoint at this size at the latest, so that a resume never reads much more. */
const journalBytesBetweenSaves = 4 * 1024 * 1024;

export interface CheckpointerParts {
  readonly file: CheckpointFile;
  readonly journal: Pick<EventLog, 'bytes'>;
  readonly clock: Clock;
  readonly intervalMs: Millis;
  readonly reporter: Pick<Reporter, 'event'>;
  readonly checkpoint: () => OrchestratorCheckpoint;
}

/** Saves the state when it is due and has changed: single flight, never awaited by the loop, its failures told. */
export class Checkpointer {
  readonly #parts: CheckpointerParts;
  #savedSequence = -1;
  #savedAt: Millis;
  #savedBytes = 0;
  #saving: Promise<void> | null = null;
  #toldFailure: string | null = null;

  constructor(parts: CheckpointerParts) {
    this.#parts = parts;
    this.#savedAt = parts.clock.monotonic();
  }

  /** Called in every cycle of the loop; cheap when nothing is due. */
  saveIfDue(sequence: number): void {
    const { clock, intervalMs, journal } = this.#parts;
    if (this.#saving !== null || sequence === this.#savedSequence) return;
    const isTime = clock.monotonic() - this.#savedAt >= intervalMs;
    const isFarAhead = journal.bytes - this.#savedBytes >= journalBytesBetweenSaves;
    // A save that failed is not tried again in every cycle, however far the journal is ahead by then.
    if (isTime || (isFarAhead && this.#toldFailure === null)) void this.save();
  }

  /** Saves now; joins a save that is under way, and then saves what came after it. */
  async save(): Promise<Failure | null> {
    if (this.#saving !== null) await this.#saving;
    let failure: Failure | null = null;
    const run = async (): Promise<void> => {
      const result = await this.#write();
      failure = result.ok ? null : result.failure;
    };
    this.#saving = run().finally(() => (this.#saving = null));
    await this.#saving;
    return failure;
  }

  async #write(): Promise<Result<unknown>> {
    const { file, clock, checkpoint, journal, reporter } = this.#parts;
    const startedAt = clock.monotonic();
    const state = checkpoint();
    const bytes = journal.bytes;
    const result = await file.save(state);
    this.#savedAt = clock.monotonic();
    const at = new Date(clock.now()).toISOString();
    if (result.ok) {
      this.#savedSequence = state.sequence;
      this.#savedBytes = bytes;
      this.#toldFailure = null;
      reporter.event({
        kind: 'checkpoint_saved',
        at,
        checkpointSequence: state.sequence,
        durationMs: this.#savedAt - startedAt,
      });
    } else if (this.#toldFailure !== result.failure.code) {
      // The journal has every event, so the run goes on; but people should know.
      this.#toldFailure = result.failure.code;
      reporter.event({ kind: 'warning', at, code: result.failure.code, message: result.failure.message });
    }
    return result;
  }
}
