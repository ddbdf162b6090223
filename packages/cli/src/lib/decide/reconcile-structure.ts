import type { BlockedReason, NewRunEvent, TaskId, TaskStatus } from '@ginkoai/contract';
import type { Change } from './change.js';
import { findCycles } from './find-cycles.js';
import { isStructural } from './reconcile-task.js';
import type { RunState, TaskDefinition, TaskFacts } from './run-state.js';

/** How a task stands once the other changes are folded. */
export interface Standing {
  readonly status: TaskStatus;
  /** Of a blocked one. */
  readonly reason?: BlockedReason | undefined;
}

/**
 * What follows from the shape of the sprint alone: missing dependencies, cycles and cancelled dependencies block a
 * task until the shape changes. A block of a person is left alone: the shape is looked at when they lift it. `after`
 * holds the tasks that the other changes move. Linear.
 */
export function reconcileStructure(state: RunState, after: ReadonlyMap<TaskId, Standing>): Change[] {
  const standingOf = (facts: TaskFacts): Standing =>
    after.get(facts.id) ?? { status: facts.status, reason: facts.blocked?.reason };
  const unfinished: SprintTask[] = [];
  const cancelled = new Set<TaskId>();
  for (const facts of state.tasks.values()) {
    const { status } = standingOf(facts);
    if (status === 'cancelled') cancelled.add(facts.id);
    if (isUnfinished(status) && isInSprint(facts)) unfinished.push(facts);
  }
  // As most sprints are written every task waits for earlier ones: nothing is missing, and there are no cycles.
  const { unordered } = state;
  const cycles = unordered.size === 0 ? none : cyclesAmong(unfinished);
  const isInOrder = unordered.size === 0 && cancelled.size === 0;
  const changes: Change[] = [];
  for (const facts of unfinished) {
    const standing = standingOf(facts);
    if (!isForShape(standing)) continue;
    if (isInOrder && standing.status === 'pending') continue;
    const missing = unordered.has(facts) ? missingOf(facts, state) : [];
    changes.push(...structureOf(facts, { standing, missing, cancelled, cycle: cycles.get(facts.id) }));
  }
  return changes;
}

type SprintTask = TaskFacts & { readonly definition: TaskDefinition };

const isInSprint = (facts: TaskFacts): facts is SprintTask => facts.definition !== null;

/** Those in progress are part of cycles, too: their completion is held until the others are complete. */
const isUnfinished = (status: TaskStatus): boolean => status !== 'complete' && status !== 'cancelled';

const isForShape = ({ status, reason }: Standing): boolean =>
  status === 'pending' || (status === 'blocked' && isStructural(reason));

function missingOf({ definition }: SprintTask, { tasks }: RunState): TaskId[] {
  return definition.dependsOn.filter((id) => (tasks.get(id)?.definition ?? null) === null);
}

interface Structure {
  readonly standing: Standing;
  readonly missing: readonly TaskId[];
  readonly cancelled: ReadonlySet<TaskId>;
  readonly cycle: readonly TaskId[] | undefined;
}

function structureOf(facts: SprintTask, { standing, missing, cancelled, cycle }: Structure): Change[] {
  if (missing.length > 0) {
    const detail = `depends on ${missing.join(', ')}, which the sprint does not have`;
    return block(facts, standing, { row: 'C34', reason: 'missing_dependency', detail });
  }
  if (cycle !== undefined)
    return block(facts, standing, { row: 'C30', reason: 'dependency_cycle', detail: cycle.join(' -> ') });
  const dropped = cancelled.size === 0 ? [] : facts.definition.dependsOn.filter((id) => cancelled.has(id));
  if (dropped.length > 0) {
    const detail = `depends on ${dropped.join(', ')}, which was cancelled`;
    return block(facts, standing, { row: 'C4a', reason: 'dependency_cancelled', detail });
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

function block(facts: TaskFacts, standing: Standing, { row, reason, detail }: Block): Change[] {
  if (standing.reason === reason && facts.blocked?.detail === detail) return [];
  const event: NewRunEvent = { kind: 'task_blocked', taskId: facts.id, reason, detail };
  return [{ row, taskId: facts.id, sentence: `Task ${facts.id} blocked: ${detail}`, events: [event], isWarning: true }];
}

const none: ReadonlyMap<TaskId, readonly TaskId[]> = new Map();

function cyclesAmong(tasks: readonly SprintTask[]): ReadonlyMap<TaskId, readonly TaskId[]> {
  const cycleOf = new Map<TaskId, readonly TaskId[]>();
  const nodes = tasks.map(({ id, definition }) => ({ id, dependsOn: definition.dependsOn }));
  for (const cycle of findCycles(nodes)) for (const id of cycle) cycleOf.set(id, cycle);
  return cycleOf;
}
