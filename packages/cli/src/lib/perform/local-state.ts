import { ok, type RunEvent, type Result } from '@ginkoai/contract';
import { applyEvent } from '../decide/apply-event.js';
import { restoreState } from '../decide/restore-state.js';
import { emptyRunState, type RunState } from '../decide/run-state.js';
import { loadLocalRun } from './load-local-run.js';
import type { StateFile } from './state-file.js';

/** What this working copy knows of the epic's last run. */
export type LocalState =
  | {
      readonly kind: 'found';
      /** The checkpoint with the later journal lines folded in. */
      readonly state: RunState;
      /** The same with facts that lost their place in the history (a hole before them); null: there are none. */
      readonly withDetached: RunState | null;
      readonly persistedAt: string | null;
      /** Journalled after another orchestrator had taken over: no part of the history. */
      readonly strays: readonly RunEvent[];
      /** How far the graph's words were read; 0: not at all. */
      readonly graphRevision: number;
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'none'; readonly warnings: readonly string[] };

export interface LoadLocalStateOptions {
  readonly stateFile: StateFile;
  readonly place: string;
  readonly readOnly: boolean;
}

/** The newest state that checkpoint and journals lead to. Failures: `newer_version`, `file_unreadable`. */
export async function loadLocalState({
  stateFile,
  place,
  readOnly,
}: LoadLocalStateOptions): Promise<Result<LocalState>> {
  const run = await loadLocalRun({ stateFile, readOnly });
  if (run.kind === 'failed') return { ok: false, failure: run.failure };
  if (run.kind === 'none') return ok({ kind: 'none', warnings: run.warnings });
  const { checkpoint, replay, warnings } = run;
  const build = (events: readonly RunEvent[]): RunState => {
    if (checkpoint !== undefined) return restoreState(checkpoint, events, place);
    const state = emptyRunState(place);
    for (const event of events) applyEvent(state, event);
    return state;
  };
  return ok({
    kind: 'found',
    state: build(replay.events),
    withDetached: replay.detached.length === 0 ? null : build([...replay.events, ...replay.detached]),
    persistedAt: checkpoint?.persistedAt ?? null,
    strays: replay.strays,
    graphRevision: Number(checkpoint?.eventCursor ?? 0),
    warnings,
  });
}
