import type { AgentId, NewRunEvent, OrchestratorCheckpoint, RunEvent, TaskId } from '@ginkoai/contract';
import type { AgentPool } from '../../src/lib/decide/agent-pool.js';
import { applyEvent } from '../../src/lib/decide/apply-event.js';
import { applySprint } from '../../src/lib/decide/apply-sprint.js';
import { checkpointOf } from '../../src/lib/decide/checkpoint-of.js';
import { defaultLimits, type RunLimits } from '../../src/lib/decide/limits.js';
import {
  emptyRunState,
  factsOf,
  type RunState,
  type TaskDefinition,
  type TaskFacts,
} from '../../src/lib/decide/run-state.js';

export const place = 'place-1';
export const start = Date.parse('2026-01-05T10:00:00.000Z');
export const isoTime = (at: number): string => new Date(at).toISOString();

export const holder = {
  orchestratorId: 'orchestrator-1',
  host: 'host-1',
  bootId: 'boot-1',
  pid: 4711,
  processStartedAt: '1000',
  place,
};

export function aDefinition(id: TaskId, fields: Partial<TaskDefinition> = {}): TaskDefinition {
  const hash = { title: `title of ${id}`, body: `body of ${id}` };
  return { id, title: `Title of ${id}`, dependsOn: [], rank: 2, capabilities: [], order: 0, hash, ...fields };
}

/** The tasks of a sprint in their order; a string is a task that waits for nothing. */
export function aSprint(tasks: readonly (string | (Partial<TaskDefinition> & { id: TaskId }))[]): TaskDefinition[] {
  return tasks.map((task, order) =>
    typeof task === 'string' ? aDefinition(task, { order }) : aDefinition(task.id, { order, ...task }),
  );
}

export function limitsOf(fields: Partial<RunLimits> = {}): RunLimits {
  return {
    ...defaultLimits,
    stallAfterMs: 50_000,
    maxRuntimeMs: null,
    startedAt: start,
    contextPressure: null,
    ...fields,
  };
}

/** Writes events into a state as a journal would, one second apart unless told otherwise. */
export class History {
  readonly events: RunEvent[] = [];
  now = start;

  constructor(readonly state: RunState) {}

  add(...events: readonly NewRunEvent[]): this {
    for (const event of events) {
      this.now += 1000;
      const stamped = { ...event, sequence: this.state.sequence + 1, at: isoTime(this.now) } as RunEvent;
      this.events.push(stamped);
      applyEvent(this.state, stamped);
    }
    return this;
  }

  assign(taskId: TaskId, attempt = 1, generation = 1, agentId = 'agent-1'): this {
    return this.add({ kind: 'task_assigned', taskId, agentId, generation, attempt, place });
  }

  complete(taskId: TaskId, attempt = 1, generation = 1): this {
    return this.add({ kind: 'task_completed', taskId, generation, attempt, by: 'agent' });
  }

  block(taskId: TaskId, reason: 'person' | 'attempts_exhausted' | 'cancelled' = 'person'): this {
    return this.add({ kind: 'task_blocked', taskId, reason });
  }

  facts(taskId: TaskId): TaskFacts {
    return factsOf(this.state, taskId);
  }
}

export const runStarted: NewRunEvent = {
  kind: 'run_started',
  runId: 'run-1',
  orchestratorName: 'orchestrator',
  graphId: 'graph-1',
  epicId: 'epic-1',
  sprintId: 'sprint-1',
  epoch: 1,
  holder,
};

/** A run of a sprint that has just begun, with agents that can do anything. */
export function aRun(sprint: Parameters<typeof aSprint>[0], agents: readonly string[] = ['agent-1']): History {
  const history = new History(emptyRunState(place));
  history.add(runStarted);
  applySprint(history.state, aSprint(sprint));
  for (const id of agents) history.state.agents.join(id, ['*']);
  return history;
}

/** The ready tasks in the order in which they are given out, those that need the same capabilities together. */
export function readyTasks({ queues }: RunState): TaskId[] {
  const ids: TaskId[] = [];
  for (const group of queues.groups()) {
    for (let task = group.first(); task !== null; task = group.after(task)) ids.push(task.id);
  }
  return ids;
}

/** By class, in each the one that has been idle longest first. */
export function idleAgents(pool: AgentPool): AgentId[] {
  const ids: AgentId[] = [];
  for (const { first } of pool.classes()) {
    for (let agent = first; agent !== null; agent = agent.behind) ids.push(agent.id);
  }
  return ids;
}

/** What a checkpoint says, whatever the order in which it says it. */
export function canonical(checkpoint: OrchestratorCheckpoint): unknown {
  const open = checkpoint.assignmentHistory.filter((record) => record.status === 'assigned');
  return {
    ...checkpoint,
    completedTasks: [...checkpoint.completedTasks].sort(),
    blockedTasks: [...checkpoint.blockedTasks].sort(),
    assignmentHistory: checkpoint.assignmentHistory.filter((record) => record.status !== 'assigned'),
    open: Object.fromEntries(open.map((record) => [record.taskId, record])),
  };
}

export function shown(state: RunState): unknown {
  return canonical(checkpointOf(state, { savedAt: state.lastEventAt }));
}
