import type { AssignmentRecord, ContextMetrics, OrchestratorCheckpoint, TaskFactsRecord } from '@ginkoai/contract';
import type { RunState, TaskFacts } from './run-state.js';

export interface CheckpointStamp {
  readonly savedAt: string;
  readonly persistedAt?: string;
  readonly contextMetrics?: ContextMetrics;
  readonly eventCursor?: number | string;
  readonly exit?: { readonly reason: string; readonly code: number };
}

/** The state as it is saved and persisted. `restoreState` is its inverse. */
export function checkpointOf(state: RunState, stamp: CheckpointStamp): OrchestratorCheckpoint {
  const completedTasks: string[] = [];
  const blockedTasks: string[] = [];
  const inProgressTasks: Record<string, string> = {};
  const taskState: Record<string, TaskFactsRecord> = {};
  const open: AssignmentRecord[] = [];
  for (const facts of state.tasks.values()) {
    const record = recordOf(facts);
    if (record !== null) taskState[facts.id] = record;
    if (facts.assignment !== null) {
      inProgressTasks[facts.id] = facts.assignment.agentId;
      open.push(openRecordOf(facts, facts.assignment));
    }
    if (facts.removed) continue;
    if (facts.status === 'complete') completedTasks.push(facts.id);
    if (facts.status === 'blocked' || facts.status === 'cancelled') blockedTasks.push(facts.id);
  }
  return {
    version: 2,
    runId: state.runId,
    orchestratorId: state.orchestratorId,
    orchestratorName: state.orchestratorName,
    graphId: state.graphId,
    epicId: state.epicId,
    sprintId: state.sprintId,
    epoch: state.epoch,
    sequence: state.sequence,
    startedAt: state.startedAt,
    savedAt: stamp.savedAt,
    lastProgressAt: state.lastProgressAt,
    cyclesWithoutProgress: state.idleResumes,
    completedTasks,
    inProgressTasks,
    blockedTasks,
    assignmentHistory: [...state.closed, ...open],
    taskState,
    holders: Object.fromEntries(state.holders),
    usage: state.usage,
    ...(stamp.contextMetrics === undefined ? {} : { contextMetrics: stamp.contextMetrics }),
    ...(stamp.eventCursor === undefined ? {} : { eventCursor: stamp.eventCursor }),
    ...(stamp.persistedAt === undefined ? {} : { persistedAt: stamp.persistedAt }),
    ...(stamp.exit === undefined ? {} : { exitReason: stamp.exit.reason, exitCode: stamp.exit.code }),
    ...(state.replacedRuns.length === 0 ? {} : { replacedRuns: [...state.replacedRuns] }),
    ...(state.recoveredFrom === null ? {} : { recoveredFrom: state.recoveredFrom }),
  };
}

function openRecordOf(facts: TaskFacts, assignment: NonNullable<TaskFacts['assignment']>): AssignmentRecord {
  return {
    taskId: facts.id,
    agentId: assignment.agentId,
    generation: facts.generation,
    attempt: facts.attempt,
    status: 'assigned',
    assignedAt: assignment.assignedAt,
    ...(assignment.place === undefined ? {} : { place: assignment.place }),
    ...assignment.process,
  };
}

/**
 * null: nothing is worth remembering. Initial values are left out, so that a checkpoint of a large sprint stays small.
 * Field by field: the checkpoint of 100,000 tasks takes 23 ms like this, and 55 ms with spreads (measured).
 */
function recordOf(facts: TaskFacts): TaskFactsRecord | null {
  const record: Mutable<TaskFactsRecord> = {};
  if (facts.generation !== 1) record.generation = facts.generation;
  if (facts.attempt !== 0) record.attempt = facts.attempt;
  if (facts.failures !== 0) record.failures = facts.failures;
  if (facts.losses !== 0) record.losses = facts.losses;
  if (facts.notBefore !== null) record.notBefore = new Date(facts.notBefore).toISOString();
  if (facts.blocked !== null) record.blockedReason = facts.blocked.reason;
  if (facts.blocked?.detail !== undefined) record.blockedDetail = facts.blocked.detail;
  if (facts.givenDefinition !== null) record.definition = facts.givenDefinition;
  if (facts.completedBy !== null) record.completedBy = facts.completedBy;
  if (facts.held) record.held = true;
  if (facts.removed) record.removed = true;
  for (const _ in record) return record;
  return null;
}

/**
 * Forgets the tasks of which a checkpoint would remember nothing, such as one that came back to the sprint and was never
 * given out: a restored state knows a task by what happened to it.
 */
export function forgetUntouched(state: RunState): void {
  for (const facts of state.tasks.values()) {
    if (facts.status === 'pending' && recordOf(facts) === null) state.tasks.delete(facts.id);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
