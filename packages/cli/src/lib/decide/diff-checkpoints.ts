import type { AgentId, OrchestratorCheckpoint, TaskId, TaskStatus } from '@ginkoai/contract';
import { restoreState } from './restore-state.js';
import type { TaskFacts } from './run-state.js';

/** How a task stands in a checkpoint. */
export interface TaskPosture {
  readonly status: TaskStatus | 'removed';
  readonly generation: number;
  readonly attempt: number;
  readonly agentId?: AgentId;
  /** Why it is blocked. */
  readonly reason?: string;
}

export interface TaskDifference {
  readonly taskId: TaskId;
  readonly before: TaskPosture;
  readonly after: TaskPosture;
}

/** The tasks that stand differently in two checkpoints, by id. A task that one does not name is pending there. */
export function diffCheckpoints(before: OrchestratorCheckpoint, after: OrchestratorCheckpoint): TaskDifference[] {
  const old = restoreState(before, [], '').tasks;
  const now = restoreState(after, [], '').tasks;
  const ids = [...new Set([...old.keys(), ...now.keys()])].sort(compareIds);
  return ids.flatMap((taskId) => {
    const difference = { taskId, before: postureOf(old.get(taskId)), after: postureOf(now.get(taskId)) };
    return isSame(difference.before, difference.after) ? [] : [difference];
  });
}

function postureOf(facts: TaskFacts | undefined): TaskPosture {
  if (facts === undefined) return { status: 'pending', generation: 1, attempt: 0 };
  const { generation, attempt, assignment, blocked } = facts;
  return {
    status: facts.removed ? 'removed' : facts.status,
    generation,
    attempt,
    ...(assignment === null ? {} : { agentId: assignment.agentId }),
    ...(blocked === null ? {} : { reason: blocked.detail ?? blocked.reason }),
  };
}

function isSame(one: TaskPosture, other: TaskPosture): boolean {
  return (
    one.status === other.status &&
    one.generation === other.generation &&
    one.attempt === other.attempt &&
    one.agentId === other.agentId &&
    one.reason === other.reason
  );
}

/** `TASK-2` before `TASK-10`. */
export function compareIds(one: TaskId, other: TaskId): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
