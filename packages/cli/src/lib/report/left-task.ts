import type { AgentId, BlockedReason, TaskId } from '@ginkoai/contract';

/** Why a task is not complete. */
export type LeftReason =
  | { readonly state: 'blocked'; readonly reason: BlockedReason; readonly detail?: string }
  /** In back-off, until an ISO time. */
  | { readonly state: 'retrying'; readonly notBefore: string }
  | { readonly state: 'running'; readonly agentId: AgentId }
  /** Its work is done, but counts only once dependencies that were added meanwhile are complete. */
  | { readonly state: 'held'; readonly waitsFor: readonly TaskId[] }
  /** `needs`: its capabilities; `canBeDone`: an agent of the run has them. */
  | { readonly state: 'ready'; readonly needs: readonly string[]; readonly canBeDone: boolean }
  | { readonly state: 'waiting'; readonly waitsFor: readonly TaskId[] };

export interface LastFailure {
  readonly generation: number;
  readonly attempt: number;
  readonly message: string;
  /** Relative to the working copy; absent: the attempt ran elsewhere. */
  readonly outputFile?: string;
}

/** A task that a run leaves neither complete nor cancelled. */
export type LeftTask = LeftReason & {
  readonly taskId: TaskId;
  readonly title: string;
  /** The last attempt; 0: none yet. */
  readonly attempt: number;
  /** Of its generation; absent: none that is remembered. */
  readonly lastFailure?: LastFailure;
};
