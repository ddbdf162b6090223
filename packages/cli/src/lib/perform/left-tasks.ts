import type { TaskId } from '@ginkoai/contract';
import { canDo } from '../decide/agent-pool.js';
import { isMet } from '../decide/apply-event.js';
import type { AttemptId } from '../decide/close-attempt.js';
import type { RunState, TaskDefinition, TaskFacts } from '../decide/run-state.js';
import type { LastFailure, LeftReason, LeftTask } from '../report/left-task.js';

export interface LeftTasksOptions {
  readonly most: number;
  /** Where the output of an attempt of this working copy is kept. */
  readonly outputFileOf: (id: AttemptId) => string;
}

/** What people must see to first. */
const stateOrder: Readonly<Record<LeftReason['state'], number>> = {
  blocked: 0,
  retrying: 1,
  running: 2,
  held: 3,
  ready: 4,
  waiting: 5,
};

/** The tasks of the sprint that are neither complete nor cancelled: at most so many, blocked ones first. */
export function leftTasks(state: RunState, { most, outputFileOf }: LeftTasksOptions): LeftTask[] {
  const failures = lastFailures(state, outputFileOf);
  const left = [...state.tasks.values()].flatMap((facts) => {
    const { definition, status } = facts;
    if (definition === null || status === 'complete' || status === 'cancelled') return [];
    return [{ facts, definition, reason: reasonOf(facts, definition, state) }];
  });
  left.sort(
    (a, b) => stateOrder[a.reason.state] - stateOrder[b.reason.state] || a.definition.order - b.definition.order,
  );
  return left.slice(0, most).map(({ facts, definition, reason }) => {
    const lastFailure = failures.get(facts.id);
    const isOfThisGeneration = lastFailure?.generation === facts.generation;
    const { id: taskId, attempt } = facts;
    return { taskId, title: definition.title, attempt, ...reason, ...(isOfThisGeneration ? { lastFailure } : {}) };
  });
}

function reasonOf(facts: TaskFacts, definition: TaskDefinition, state: RunState): LeftReason {
  if (facts.blocked !== null) return { state: 'blocked', ...facts.blocked };
  if (facts.assignment !== null) return { state: 'running', agentId: facts.assignment.agentId };
  const waitsFor = definition.dependsOn.filter((id) => !isMet(state.tasks.get(id)));
  if (facts.held) return { state: 'held', waitsFor };
  if (waitsFor.length > 0) return { state: 'waiting', waitsFor };
  if (facts.notBefore !== null) return { state: 'retrying', notBefore: new Date(facts.notBefore).toISOString() };
  const agents = [...state.agents.all()];
  const canBeDone = agents.some((agent) => canDo(agent, definition.capabilities));
  return { state: 'ready', canBeDone, needs: definition.capabilities };
}

function lastFailures(
  { closed, place }: RunState,
  outputFileOf: LeftTasksOptions['outputFileOf'],
): Map<TaskId, LastFailure> {
  const failures = new Map<TaskId, LastFailure>();
  for (const { taskId, generation, attempt, failure, place: at } of closed) {
    if (failure === undefined) continue;
    const isHere = at === place;
    const outputFile = outputFileOf({ taskId, generation, attempt });
    failures.set(taskId, { generation, attempt, message: failure.message, ...(isHere ? { outputFile } : {}) });
  }
  return failures;
}
