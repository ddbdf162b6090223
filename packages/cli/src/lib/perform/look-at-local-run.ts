import { ok, type EpicId, type OrchestratorCheckpoint, type Result, type RunEvent } from '@ginkoai/contract';
import { applyEvent } from '../decide/apply-event.js';
import { restoreState } from '../decide/restore-state.js';
import { emptyRunState, type RunState } from '../decide/run-state.js';
import { loadLocalRun } from './load-local-run.js';
import { createStateFile } from './state-file.js';

/** What one source shows of a run. */
export interface SeenRun {
  /** Without the later events; undefined: the journals alone told. */
  readonly checkpoint: OrchestratorCheckpoint | undefined;
  /** With them. */
  readonly state: RunState;
  /** The last of them; null: the checkpoint has everything, and the event is not known any more. */
  readonly lastEvent: RunEvent | null;
}

export interface LocalLook {
  /** null: this working copy has no state of the epic. */
  readonly seen: SeenRun | null;
  readonly warnings: readonly string[];
}

/**
 * What this working copy knows of the run, beside an orchestrator at work: nothing is moved, no lock is taken.
 * Failures: `newer_version`, `file_unreadable`.
 */
export async function lookAtLocalRun(where: {
  readonly directory: string;
  readonly epicId: EpicId;
}): Promise<Result<LocalLook>> {
  const stateFile = createStateFile({ ...where, readOnly: true });
  const run = await loadLocalRun({ stateFile, readOnly: true });
  if (run.kind === 'failed') return { ok: false, failure: run.failure };
  const { warnings } = run;
  if (run.kind === 'none') return ok({ seen: null, warnings });
  const { checkpoint, replay } = run;
  const state = checkpoint === undefined ? emptyRunState('') : restoreState(checkpoint, [], '');
  for (const event of replay.events) applyEvent(state, event);
  return ok({ seen: { checkpoint, state, lastEvent: replay.events.at(-1) ?? null }, warnings });
}
