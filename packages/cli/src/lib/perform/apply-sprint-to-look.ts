import type { NewRunEvent, TaskId } from '@ginkoai/contract';
import { applyEvent } from '../decide/apply-event.js';
import { applySprint } from '../decide/apply-sprint.js';
import { seenMark, type Mark } from '../decide/judge-world.js';
import { priorityRank } from '../decide/priority-rank.js';
import type { RunState, TaskDefinition } from '../decide/run-state.js';
import { stampEvent } from '../orchestrator-state.js';
import type { Sprint, SprintTask } from '../sprint/sprint.js';
import { markOf } from './sprint-source.js';

/** Looking compares no texts. */
const noHash = { title: '', body: '' } as const;

/**
 * Puts a sprint's tasks into a state that is only looked at. Tasks that the run has not heard of stand as the file
 * shows them, unless that mark was seen here before and said nothing new then. Without a sprint the tasks are those
 * that the run knows, without titles.
 */
export function applySprintToLook(
  state: RunState,
  sprint: Sprint | null,
  lastSeen: ReadonlyMap<TaskId, Mark> = new Map(),
): void {
  const known = new Set(state.tasks.keys());
  applySprint(state, sprint === null ? definitionsFromState(state) : definitionsFromSprint(sprint));
  for (const task of sprint?.tasks ?? []) {
    if (!known.has(task.id) && isNews(markOf(task), lastSeen.get(task.id))) applyMark(state, task);
  }
}

/** A tick that did not count when it was seen says nothing new either. */
function isNews(mark: Mark, seen: Mark | undefined): boolean {
  return seen !== mark && seen !== seenMark(mark, { isComplete: false });
}

function definitionsFromSprint(sprint: Sprint): TaskDefinition[] {
  return sprint.tasks.map((task, order) => ({
    id: task.id,
    title: task.title,
    dependsOn: task.dependsOn,
    rank: priorityRank(task.priority),
    capabilities: task.capabilities,
    order,
    hash: noHash,
  }));
}

function definitionsFromState(state: RunState): TaskDefinition[] {
  const present = [...state.tasks.values()].filter(({ removed }) => !removed);
  return present.map(({ id }, order) => ({
    id,
    title: '',
    dependsOn: [],
    rank: priorityRank(null),
    capabilities: [],
    order,
    hash: noHash,
  }));
}

function applyMark(state: RunState, task: SprintTask): void {
  const event = eventOf(task);
  if (event === null) return;
  // Of no run's history: it leaves the place in it as it is.
  const { sequence, lastEventAt, lastProgressAt } = state;
  applyEvent(state, stampEvent(event, sequence - 1, lastEventAt));
  Object.assign(state, { sequence, lastEventAt, lastProgressAt });
}

function eventOf({ id: taskId, status, blockedReason }: SprintTask): NewRunEvent | null {
  switch (status) {
    case 'pending':
      return null;
    case 'complete':
      return { kind: 'task_completed', taskId, generation: 1, by: 'sprint_file' };
    case 'in_progress':
      return { kind: 'task_blocked', taskId, reason: 'in_progress_elsewhere' };
    case 'blocked':
      return { kind: 'task_blocked', taskId, reason: blockedReason ?? 'person' };
    case 'cancelled':
      return { kind: 'task_blocked', taskId, reason: 'cancelled' };
  }
}
