import type { NewRunEvent, TaskId, TaskStatus } from '@ginkoai/contract';
import type { Change } from './change.js';
import { findCycles } from './find-cycles.js';
import { followsFromStructure } from './reconcile-task.js';
import type { RunState, TaskFacts } from './run-state.js';

/**
 * What follows from the shape of the sprint alone: missing dependencies, cycles and cancelled dependencies block a
 * task until the shape changes. `statusAfter` is each task's status once the other changes are folded. Linear.
 */
export function reconcileStructure(state: RunState, statusAfter: (id: TaskId) => TaskStatus | undefined): Change[] {
  const open: OpenTask[] = [];
  for (const facts of state.tasks.values()) {
    if (facts.definition !== null && isOpen(statusAfter(facts.id)))
      open.push({ facts, id: facts.id, dependsOn: facts.definition.dependsOn });
  }
  const cycles = cyclesAmong(open);
  return open.flatMap((task) => structureOf(task, { state, statusAfter, cycle: cycles.get(task.id) }));
}

interface OpenTask {
  readonly facts: TaskFacts;
  readonly id: TaskId;
  readonly dependsOn: readonly TaskId[];
}

const isOpen = (status: TaskStatus | undefined): boolean => status === 'pending' || status === 'blocked';

interface Structure {
  readonly state: RunState;
  readonly statusAfter: (id: TaskId) => TaskStatus | undefined;
  readonly cycle: readonly TaskId[] | undefined;
}

function structureOf({ facts, dependsOn }: OpenTask, { state, statusAfter, cycle }: Structure): Change[] {
  const isBlockedOtherwise = statusAfter(facts.id) === 'blocked' && !followsFromStructure(facts);
  if (isBlockedOtherwise) return [];
  const missing = dependsOn.filter((id) => (state.tasks.get(id)?.definition ?? null) === null);
  if (missing.length > 0) {
    const detail = `depends on ${missing.join(', ')}, which the sprint does not have`;
    return block(facts, { row: 'C34', reason: 'missing_dependency', detail });
  }
  if (cycle !== undefined) return block(facts, { row: 'C30', reason: 'dependency_cycle', detail: cycle.join(' -> ') });
  const cancelled = dependsOn.filter((id) => statusAfter(id) === 'cancelled');
  if (cancelled.length > 0)
    return block(facts, {
      row: 'C4a',
      reason: 'dependency_cancelled',
      detail: `depends on ${cancelled.join(', ')}, which was cancelled`,
    });
  if (!followsFromStructure(facts)) return [];
  return [
    {
      row: 'C29',
      taskId: facts.id,
      sentence: `Task ${facts.id} unblocked`,
      events: [{ kind: 'task_unblocked', taskId: facts.id }],
    },
  ];
}

interface Block {
  readonly row: 'C34' | 'C30' | 'C4a';
  readonly reason: 'missing_dependency' | 'dependency_cycle' | 'dependency_cancelled';
  readonly detail: string;
}

function block(facts: TaskFacts, { row, reason, detail }: Block): Change[] {
  if (facts.blocked?.reason === reason && facts.blocked.detail === detail) return [];
  const event: NewRunEvent = { kind: 'task_blocked', taskId: facts.id, reason, detail };
  return [{ row, taskId: facts.id, sentence: `Task ${facts.id} blocked: ${detail}`, events: [event], isWarning: true }];
}

function cyclesAmong(tasks: readonly OpenTask[]): Map<TaskId, readonly TaskId[]> {
  const cycleOf = new Map<TaskId, readonly TaskId[]>();
  for (const cycle of findCycles(tasks)) for (const id of cycle) cycleOf.set(id, cycle);
  return cycleOf;
}
