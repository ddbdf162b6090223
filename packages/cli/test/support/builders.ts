import type { NewRunEvent, OrchestratorCheckpoint } from '@ginkoai/contract';
import type { ActualTask, AttemptSighting } from '../../src/lib/decide/actual-task.js';
import { applyEvent } from '../../src/lib/decide/apply-event.js';
import { applySprint } from '../../src/lib/decide/apply-sprint.js';
import { restoreState } from '../../src/lib/decide/restore-state.js';
import type { RunState, TaskDefinition } from '../../src/lib/decide/run-state.js';
import { stampEvent } from '../../src/lib/orchestrator-state.js';
import { aCheckpoint } from './history.js';

export const builtAt = '2026-01-05T10:00:00.000Z';

/** A task of the world; pending unless said otherwise. */
export function aTask(id: string, fields: Partial<ActualTask> = {}): ActualTask {
  return { id, status: 'pending', ...fields };
}

/** The first attempt of the first generation, running, unless said otherwise. */
export function aSighting(fields: Partial<AttemptSighting> = {}): AttemptSighting {
  return { generation: 1, attempt: 1, state: 'running', ...fields };
}

/** What the sprint says of a task. */
export function aDefinition(id: string, fields: Partial<TaskDefinition> = {}): TaskDefinition {
  return {
    id,
    title: id,
    dependsOn: [],
    rank: 0,
    capabilities: [],
    order: 0,
    hash: { title: id, body: id },
    ...fields,
  };
}

export interface RunOptions {
  readonly checkpoint?: Partial<OrchestratorCheckpoint>;
  readonly place?: string;
}

/** The state of a run in which these events happened, without a sprint. */
export function aRun(events: readonly NewRunEvent[] = [], { checkpoint = {}, place = '' }: RunOptions = {}): RunState {
  const state = restoreState(aCheckpoint({ sequence: 0, ...checkpoint }), [], place);
  for (const event of events) applyEvent(state, stampEvent(event, state.sequence, builtAt));
  return state;
}

/** The same, with these tasks in its sprint. */
export function aRunOf(definitions: readonly TaskDefinition[], events: readonly NewRunEvent[] = []): RunState {
  const state = aRun(events);
  applySprint(state, definitions);
  return state;
}

export function assigned(taskId: string, fields: Partial<{ attempt: number; generation: number; body: string }> = {}) {
  const { attempt = 1, generation = 1, body } = fields;
  const definition = body === undefined ? {} : { definition: { title: taskId, body } };
  const event = { kind: 'task_assigned', taskId, generation, attempt, agentId: 'local-1', place: 'place-1' } as const;
  return { ...event, ...definition };
}

export function completed(taskId: string, fields: Partial<{ attempt: number; generation: number }> = {}) {
  const { attempt = 1, generation = 1 } = fields;
  return { kind: 'task_completed', taskId, generation, attempt, agentId: 'local-1', by: 'agent' } as const;
}

/** Assigned, and completed by that attempt. */
export function done(taskId: string): NewRunEvent[] {
  return [assigned(taskId), completed(taskId)];
}

export function blocked(
  taskId: string,
  reason: Extract<NewRunEvent, { kind: 'task_blocked' }>['reason'],
  detail?: string,
): NewRunEvent {
  return { kind: 'task_blocked', taskId, reason, ...(detail === undefined ? {} : { detail }) };
}

/** Whoever writes to it hears of it at once. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
