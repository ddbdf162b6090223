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
  const open = [...state.tasks.values()].filter((facts) => facts.definition !== null && isOpen(statusAfter(facts.id)));
  const cycles = cyclesAmong(open);
  return open.flatMap((facts) => structureOf(facts, { state, statusAfter, cycle: cycles.get(facts.id) }));
}

const isOpen = (status: TaskStatus | undefined): boolean => status === 'pending' || status === 'blocked';

interface Structure {
  readonly state: RunState;
  readonly statusAfter: (id: TaskId) => TaskStatus | undefined;
  readonly cycle: readonly TaskId[] | undefined;
}

function structureOf(facts: TaskFacts, { state, statusAfter, cycle }: Structure): Change[] {
  const needed = facts.definition?.dependsOn ?? [];
  const isBlockedOtherwise = statusAfter(facts.id) === 'blocked' && !followsFromStructure(facts);
  if (isBlockedOtherwise) return [];
  const missing = needed.filter((id) => (state.tasks.get(id)?.definition ?? null) === null);
  if (missing.length > 0) {
    const detail = `depends on ${missing.join(', ')}, which the sprint does not have`;
    return block(facts, { row: 'C34', reason: 'missing_dependency', detail });
  }
  if (cycle !== undefined) return block(facts, { row: 'C30', reason: 'dependency_cycle', detail: cycle.join(' -> ') });
  const cancelled = needed.filter((id) => statusAfter(id) === 'cancelled');
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

function cyclesAmong(tasks: readonly TaskFacts[]): Map<TaskId, readonly TaskId[]> {
  const cycleOf = new Map<TaskId, readonly TaskId[]>();
  const edges = tasks.map((facts) => ({ id: facts.id, dependsOn: facts.definition?.dependsOn ?? [] }));
  for (const cycle of findCycles(edges)) for (const id of cycle) cycleOf.set(id, cycle);
  return cycleOf;
}
