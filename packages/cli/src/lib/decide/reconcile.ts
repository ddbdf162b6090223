import type { NewRunEvent, TaskId } from '@ginkoai/contract';
import type { ActualTask } from './actual-task.js';
import type { Change } from './change.js';
import type { AttemptId } from './close-attempt.js';
import { reconcileStructure, type Standing } from './reconcile-structure.js';
import type { ReconcileTaskContext } from './reconcile-assigned.js';
import { reconcileTask } from './reconcile-task.js';
import { factsOf, type RunState, type TaskFacts } from './run-state.js';

/**
 * Corrects the state by what is true now. Pure: it returns the changes, each with its events and a sentence; folding
 * the events makes them so. Linear in the tasks of both sides. `actual` must name every task of the sprint: a task that
 * is neither in it nor in the sprint that was applied to the state is gone.
 */
export function reconcile(actual: Iterable<ActualTask>, context: ReconcileTaskContext): Change[] {
  const { state, includeKept } = context;
  const changes: Change[] = [];
  /** Without a definition; the others need no looking up. */
  const present = new Set<TaskFacts>();
  for (const task of actual) {
    const facts = state.tasks.get(task.id) ?? unknownFacts(state, task.id);
    if (facts.definition === null) present.add(facts);
    for (const row of reconcileTask(facts, task, context)) {
      if (includeKept || row.isKept !== true) changes.push({ ...row, taskId: facts.id });
    }
  }
  for (const facts of state.tasks.values()) {
    if (facts.definition === null && !facts.removed && !present.has(facts)) changes.push(gone(facts));
  }
  const after = standingsAfter(changes, state);
  changes.push(...reconcileStructure(state, after));
  return changes;
}

/** A task that the state has never heard of, without making it part of the state. */
function unknownFacts(state: RunState, id: TaskId): TaskFacts {
  return factsOf({ ...state, tasks: new Map() }, id);
}

function gone(facts: TaskFacts): Change {
  const removed: NewRunEvent = { kind: 'task_removed', taskId: facts.id };
  const id: AttemptId = { taskId: facts.id, generation: facts.generation, attempt: facts.attempt };
  if (facts.assignment !== null) {
    const released: NewRunEvent = { kind: 'task_released', ...id, reason: 'task_removed' };
    return {
      row: 'C18',
      taskId: facts.id,
      sentence: `Task ${facts.id} deleted from the sprint; attempt ${facts.attempt} is stopped, its work kept`,
      events: [released, removed],
      stop: id,
    };
  }
  const sentence =
    facts.status === 'complete'
      ? `Task ${facts.id} deleted from the sprint; its completion no longer counts`
      : `Task ${facts.id} deleted from the sprint`;
  return { row: 'C25', taskId: facts.id, sentence, events: [removed] };
}

function standingsAfter(changes: readonly Change[], { tasks }: RunState): Map<TaskId, Standing> {
  const after = new Map<TaskId, Standing>();
  for (const { taskId, events } of changes) {
    for (const event of events) {
      const standing = standingBy(event, tasks.get(taskId)?.held === true);
      if (standing !== null) after.set(taskId, standing);
    }
  }
  return after;
}

function standingBy(event: NewRunEvent, isHeld: boolean): Standing | null {
  switch (event.kind) {
    case 'task_completed':
      return { status: event.held === true ? 'in_progress' : 'complete' };
    case 'task_assigned':
      return { status: 'in_progress' };
    case 'task_blocked':
      return { status: event.reason === 'cancelled' ? 'cancelled' : 'blocked', reason: event.reason };
    case 'task_unblocked':
      return { status: isHeld ? 'in_progress' : 'pending' };
    case 'task_reopened':
    case 'task_released':
    case 'task_failed':
    case 'task_lost':
      return { status: 'pending' };
    default:
      return null;
  }
}
