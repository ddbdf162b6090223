import type { RunEvent, TaskId, TaskWord } from '@ginkoai/contract';
import type { OrchestratorSight } from '../decide/judge-holder.js';
import type { RunState } from '../decide/run-state.js';

/** A run as it stands, looked at from outside. Nothing was changed for it. */
export interface RunLook {
  /** `none`: nobody ever ran it as far as can be told; the state is what the sprint file shows. */
  readonly source: 'graph' | 'local' | 'none';
  /** Why it is not the graph's; null: it is. */
  readonly reason: string | null;
  readonly graphUrl: string | null;
  /** With the sprint's tasks, where the sprint is known. */
  readonly state: RunState;
  /** When the state was last true for sure: its last event. */
  readonly asOf: string | null;
  /** When the graph was given the state. */
  readonly persistedAt: string | null;
  /** When the state was saved, in the source it is from; null: it stands in journals alone. */
  readonly savedAt: string | null;
  readonly lastEvent: RunEvent | null;
  readonly end: { readonly stopReason: string; readonly exitCode: number | null } | null;
  readonly orchestrator: OrchestratorSight | null;
  /** Of people and other tools, which no orchestrator has read yet. */
  readonly unreadWords: readonly TaskWord[];
  /** The last lines of the output of running tasks, where it is in this working copy; raw. */
  readonly lastLines?: ReadonlyMap<TaskId, string>;
  readonly warnings: readonly string[];
}
