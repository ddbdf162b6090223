import { taskStatuses, type TaskId, type TaskStatus, type TaskWord } from '@ginkoai/contract';
import type { RunState, TaskFacts } from '../decide/run-state.js';
import type { TaskSight } from './task-view.js';

/** A task of the sprint as it stands in a state that was looked at. */
export function taskSight(facts: TaskFacts, state: RunState, unread: TaskWord | undefined): TaskSight {
  const { assignment, blocked, notBefore, definition } = facts;
  const dependsOn = definition?.dependsOn ?? [];
  const news = unread !== undefined && isNews(unread, facts) ? unread : undefined;
  return {
    id: facts.id,
    title: definition?.title ?? '',
    status: facts.status,
    ...(blocked === null ? {} : { blockedReason: blocked.reason }),
    ...(blocked?.detail === undefined ? {} : { blockedDetail: blocked.detail }),
    ...(assignment === null ? {} : { agentId: assignment.agentId, since: assignment.assignedAt }),
    generation: facts.generation,
    attempt: facts.attempt,
    failures: facts.failures,
    losses: facts.losses,
    ...(notBefore === null ? {} : { notBefore: new Date(notBefore).toISOString() }),
    dependsOn,
    waitsFor: facts.status === 'complete' ? [] : dependsOn.filter((id) => !isComplete(state, id)),
    ...(news === undefined ? {} : { unread: wordOf(news) }),
  };
}

/** One that says how the task stands anyway changes nothing, and neither does one that a completion made void. */
function isNews(word: TaskWord, { status }: TaskFacts): boolean {
  if (word.unlessComplete === true && status === 'complete') return false;
  return word.status !== status || word.status === 'blocked';
}

/** As it will stand once the unread word is read. */
export function statusToCome(task: TaskSight): TaskStatus {
  return taskStatuses.find((status) => status === task.unread?.status) ?? task.status;
}

function isComplete(state: RunState, id: TaskId): boolean {
  return state.tasks.get(id)?.status === 'complete';
}

function wordOf({ status, by, at, reason }: TaskWord): NonNullable<TaskSight['unread']> {
  return reason === undefined ? { status, by, at } : { status, by, at, reason };
}
