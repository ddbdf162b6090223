import type { AgentId, EpochMillis, NewRunEvent, StopReason, TaskId } from '@ginkoai/contract';

export interface AssignDecision {
  readonly kind: 'assign';
  readonly taskId: TaskId;
  readonly agentId: AgentId;
  readonly generation: number;
  readonly attempt: number;
}

/** What should be done. Performing one gives events. */
export type Decision =
  | AssignDecision
  /** Only the record changes. */
  | { readonly kind: 'record'; readonly event: NewRunEvent }
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly message: string };

export interface CycleDecisions {
  readonly decisions: readonly Decision[];
  /** Look again at this time even if nothing happens; null: only when something happens. */
  readonly wakeAt: EpochMillis | null;
  /** Nothing is under way and nothing can be given out: at `until` the run ends for this reason. */
  readonly waiting?: { readonly message: string; readonly until: EpochMillis };
}
