import type { BlockedReason, NewRunEvent, TaskId, TaskStatus } from '@ginkoai/contract';
import type { Change } from './change.js';
import { findCycles } from './find-cycles.js';
import { isStructural } from './reconcile-task.js';
import type { RunState, TaskFacts } from './run-state.js';

/** How a task stands once the other changes are folded. */
export interface Standing {
  readonly status: TaskStatus;
  /** Of a blocked one. */
  readonly reason?: BlockedReason | undefined;
}

/**
 * What follows from the shape of the sprint alone: missing dependencies, cycles and cancelled dependencies block a
 * task until the shape changes. A block of a person is left alone: the shape is looked at when they lift it. Linear.
 */
export function reconcileStructure(state: RunState, standingAfter: (facts: TaskFacts) => Standing): Change[] {
  const unfinished: UnfinishedTask[] = [];
  const cancelled = new Set<TaskId>();
  for (const facts of state.tasks.values()) {
    const standing = standingAfter(facts);
    if (standing.status === 'cancelled') cancelled.add(facts.id);
    if (facts.definition === null || !isUnfinished(standing)) continue;
    unfinished.push({ facts, standing, id: facts.id, dependsOn: facts.definition.dependsOn });
  }
  const cycles = cyclesAmong(unfinished);
  return unfinished.flatMap((task) =>
    isForShape(task.standing) ? structureOf(task, { state, cancelled, cycle: cycles.get(task.id) }) : [],
  );
}

interface UnfinishedTask {
  readonly facts: TaskFacts;
  readonly standing: Standing;
  readonly id: TaskId;
  readonly dependsOn: readonly TaskId[];
}

/** Those in progress are part of cycles, too: their completion is held until the others are complete. */
const isUnfinished = ({ status }: Standing): boolean => status !== 'complete' && status !== 'cancelled';

const isForShape = ({ status, reason }: Standing): boolean =>
  status === 'pending' || (status === 'blocked' && isStructural(reason));

interface Structure {
  readonly state: RunState;
  readonly cancelled: ReadonlySet<TaskId>;
  readonly cycle: readonly TaskId[] | undefined;
}

function structureOf(task: UnfinishedTask, { state, cancelled, cycle }: Structure): Change[] {
  const { facts, standing, dependsOn } = task;
  const missing = dependsOn.filter((id) => (state.tasks.get(id)?.definition ?? null) === null);
  if (missing.length > 0) {
    const detail = `depends on ${missing.join(', ')}, which the sprint does not have`;
    return block(task, { row: 'C34', reason: 'missing_dependency', detail });
  }
  if (cycle !== undefined) return block(task, { row: 'C30', reason: 'dependency_cycle', detail: cycle.join(' -> ') });
  const dropped = dependsOn.filter((id) => cancelled.has(id));
  if (dropped.length > 0) {
    const detail = `depends on ${dropped.join(', ')}, which was cancelled`;
    return block(task, { row: 'C4a', reason: 'dependency_cancelled', detail });
  }
  if (standing.status === 'pending') return [];
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

function block({ facts, standing }: UnfinishedTask, { row, reason, detail }: Block): Change[] {
  if (standing.reason === reason && facts.blocked?.detail === detail) return [];
  const event: NewRunEvent = { kind: 'task_blocked', taskId: facts.id, reason, detail };
  return [{ row, taskId: facts.id, sentence: `Task ${facts.id} blocked: ${detail}`, events: [event], isWarning: true }];
}

function cyclesAmong(tasks: readonly UnfinishedTask[]): Map<TaskId, readonly TaskId[]> {
  const cycleOf = new Map<TaskId, readonly TaskId[]>();
  for (const cycle of findCycles(tasks)) for (const id of cycle) cycleOf.set(id, cycle);
  return cycleOf;
}
