import { failed, ok, type OrchestratorCheckpoint, type Result, type RunEvent } from '@ginkoai/contract';
import { applyEvent } from '../decide/apply-event.js';
import { restoreState } from '../decide/restore-state.js';
import { emptyRunState, type RunState } from '../decide/run-state.js';
import { generations, type Generation } from './checkpoint-generations.js';
import { replayJournals, type Replay } from './replay-journals.js';
import type { StateFile } from './state-file.js';

/** What this working copy knows of the epic's last run. */
export type LocalState =
  | {
      readonly kind: 'found';
      /** The checkpoint with the later journal lines folded in. */
      readonly state: RunState;
      /** The same with facts that lost their place in the history (a hole before them); null: there are none. */
      readonly withDetached: RunState | null;
      readonly checkpoint: OrchestratorCheckpoint | null;
      readonly strays: readonly RunEvent[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'none'; readonly warnings: readonly string[] };

export interface LoadLocalStateOptions {
  readonly stateFile: StateFile;
  readonly place: string;
  readonly readOnly: boolean;
}

/**
 * The newest state that checkpoint and journals lead to. A generation that went another way than the run did later (a
 * recovery from an older state) is passed over for an older one. Failures: `newer_version`, `file_unreadable`.
 */
export async function loadLocalState({
  stateFile,
  place,
  readOnly,
}: LoadLocalStateOptions): Promise<Result<LocalState>> {
  const warnings: string[] = [];
  let from: Generation | undefined = 0;
  while (from !== undefined) {
    const loaded = await stateFile.load({ from });
    if (loaded.kind === 'newer_version' || loaded.kind === 'unreadable') return { ok: false, failure: loaded.failure };
    warnings.push(...loaded.warnings);
    const checkpoint: OrchestratorCheckpoint | null = loaded.kind === 'found' ? loaded.checkpoint : null;
    const after =
      checkpoint === null
        ? { epoch: 0, sequence: 0 }
        : { epoch: checkpoint.epoch, sequence: checkpoint.sequence, runId: checkpoint.runId };
    const replayed = await replayJournals({ directory: stateFile.directory, after, readOnly });
    if (!replayed.ok) return replayed;
    const replay = replayed.value;
    if (replay.divergedAt !== undefined && loaded.kind === 'found' && loaded.generation + 1 < generations.length) {
      from = loaded.generation + 1;
      continue;
    }
    warnings.push(...replay.warnings);
    return ok(stateOf(checkpoint, replay, { place, warnings }));
  }
  return failed('bad_state', `No generation of the checkpoint in ${stateFile.directory} fits its journals.`);
}

function stateOf(
  checkpoint: OrchestratorCheckpoint | null,
  replay: Replay,
  { place, warnings }: { place: string; warnings: readonly string[] },
): LocalState {
  if (checkpoint === null && !replay.startsRun) return { kind: 'none', warnings };
  const build = (events: readonly RunEvent[]): RunState => {
    if (checkpoint !== null && !replay.startsRun) return restoreState(checkpoint, events, place);
    const state = emptyRunState(place);
    for (const event of events) applyEvent(state, event);
    return state;
  };
  return {
    kind: 'found',
    state: build(replay.events),
    withDetached: replay.detached.length === 0 ? null : build([...replay.events, ...replay.detached]),
    checkpoint: replay.startsRun ? null : checkpoint,
    strays: replay.strays,
    warnings,
  };
}
