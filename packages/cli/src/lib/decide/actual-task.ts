import type { AgentId, BlockedReason, DefinitionHash, Failure, RunId, TaskId, Usage } from '@ginkoai/contract';
import type { ReconciliationRow } from './change.js';

/** What is seen of a task's attempt: by the launcher that runs it, or in the graph. */
export interface AttemptSighting {
  /** Absent: whoever our record names. */
  readonly agentId?: AgentId;
  readonly generation: number;
  readonly attempt: number;
  /** The run it belongs to; absent: ours. */
  readonly runId?: RunId;
  readonly place?: string;
  /**
   * - `running`: its agent is alive and works on it
   * - `silent`: nothing is heard of the agent, but its lease is not over
   * - `unheard`: it was sent, and nobody knows whether it arrived
   * - `sent`: the graph has it, the agent has not taken it up
   * - `not_accepted`: nobody ever took it up
   * - `lost`: the lease is over, or the process is gone without a result
   * - `completed`, `failed`, `ended_blocked`, `throttled`, `stopped`: how it ended
   */
  readonly state:
    | 'running'
    | 'silent'
    | 'unheard'
    | 'sent'
    | 'not_accepted'
    | 'lost'
    | 'completed'
    | 'failed'
    | 'ended_blocked'
    | 'throttled'
    | 'stopped';
  readonly failure?: Failure;
  readonly detail?: string;
  readonly durationMs?: number;
  readonly summary?: string;
  readonly usage?: Usage;
  readonly lossReason?: 'process_gone' | 'lease_over' | 'machine_gone' | 'launcher_gone';
}

/**
 * A task as it really is, already judged (three-way for marks, see `judgeWorld`): `status` is what is true now, whoever
 * made it so. Everything but `id` and `status` is optional.
 */
export interface ActualTask {
  readonly id: TaskId;
  /** A task status; any other word is an unknown one. */
  readonly status: string;
  /** Where a status that differs from ours comes from; absent: the sprint file. */
  readonly by?: 'sprint_file' | 'graph';
  readonly blockedReason?: BlockedReason;
  /** Why, in a person's words. */
  readonly reason?: string;
  readonly title?: string;
  readonly dependsOn?: readonly TaskId[];
  readonly definition?: DefinitionHash;
  readonly assignment?: AttemptSighting;
  /** The task is complete with us, and the sprint file does not show it yet. */
  readonly isMarkOwed?: boolean;
  /** The mark was ticked while an attempt runs: the agent's word, which counts when the attempt ends well. */
  readonly isTickedMeanwhile?: boolean;
  /** The sprint file and the graph disagreed; the row of the reconciliation table by which one of them won. */
  readonly settledBy?: Extract<ReconciliationRow, 'C32a'>;
}
