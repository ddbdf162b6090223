import type * as z from 'zod';
import {
  assignmentStatuses,
  checkpointV1Schema,
  orchestratorCheckpointSchema,
  type AssignmentRecord,
  type CheckpointV1,
  type OrchestratorCheckpoint,
  type TaskFactsRecord,
} from './checkpoint.js';
import { failed, ok, type Result } from './failure.js';
import { idPattern, type EpicId } from './ids.js';
import { isAssignmentHistory } from './is-assignment-history.js';
import { isTaskState } from './is-task-state.js';
import { isJsonObject } from './json-object.js';

export const checkpointVersion = 2;

export interface ParseCheckpointOptions {
  /** The epic of a version 1 checkpoint whose sprint id does not name one (a path, or none). */
  readonly epicId?: EpicId | undefined;
  /** What the value is called in a failure, such as a file name. */
  readonly name?: string | undefined;
  /** What else is wrong with a value (its depth, its keys); it is asked about everything that is not known to be plain. */
  readonly faultOf?: ((value: unknown) => string | undefined) | undefined;
}

/**
 * Reads a checkpoint of any version released so far. Failures: `newer_version` when a later ginko wrote it,
 * `bad_state` naming the first field at fault. The tasks and assignments of the result may be those
 * of `value` itself.
 */
export function parseCheckpoint(value: unknown, options: ParseCheckpointOptions = {}): Result<OrchestratorCheckpoint> {
  const name = options.name ?? 'The checkpoint';
  const version = versionOf(value);
  const { judged, unsearched, rest } = judgedParts(value);
  const fault = options.faultOf?.(unsearched);
  if (fault !== undefined) return failed('bad_state', `${name} is refused: ${fault}.`);
  if (version === undefined) return failed('bad_state', `${name} is not a checkpoint. Use an older generation.`);
  if (version > checkpointVersion) {
    return failed(
      'newer_version',
      `${name} has version ${version}, but this ginko reads up to version ${checkpointVersion}. ` +
        'It is left as it is: upgrade ginko and try again.',
      { version },
    );
  }
  if (version === checkpointVersion) {
    const current = parsed(orchestratorCheckpointSchema, rest, name);
    return current.ok ? ok({ ...current.value, ...judged }) : current;
  }
  const first = parsed(checkpointV1Schema, value, name);
  if (!first.ok) return first;
  const second = upgradeFrom1(first.value, options.epicId);
  return second === undefined
    ? failed(
        'bad_state',
        `${name} names no epic (sprintId is "${first.value.sprintId ?? ''}"). Say which: --epic <id>.`,
      )
    : parsed(orchestratorCheckpointSchema, second, name);
}

interface JudgedParts {
  /** What needs no further judgement: it stays as it is. */
  readonly judged: Partial<Pick<OrchestratorCheckpoint, 'taskState' | 'assignmentHistory'>>;
  /** The value without what is known to be plain. */
  readonly unsearched: unknown;
  /** The value without what was judged: the schema must judge it. */
  readonly rest: unknown;
}

function judgedParts(value: unknown): JudgedParts {
  if (!isJsonObject(value) || versionOf(value) !== checkpointVersion) {
    return { judged: {}, unsearched: value, rest: value };
  }
  const { taskState, assignmentHistory } = value;
  const tasks = isTaskState(taskState) ? { taskState } : {};
  const history = isAssignmentHistory(assignmentHistory) ? { assignmentHistory } : {};
  const unsearched = 'taskState' in tasks ? { ...value, taskState: {} } : value;
  const rest = 'assignmentHistory' in history ? { ...unsearched, assignmentHistory: [] } : unsearched;
  return { judged: { ...tasks, ...history }, unsearched, rest };
}

/** The version a stored checkpoint says it has; `undefined`: it is no checkpoint. Version 1 may leave it out. */
export function versionOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const version = 'version' in value ? value.version : 1;
  return typeof version === 'number' && Number.isInteger(version) && version >= 1 ? version : undefined;
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, name: string): Result<z.infer<T>> {
  const result = schema.safeParse(value);
  if (result.success) return ok(result.data);
  const issue = result.error.issues[0];
  const field = issue?.path.map(String).join('.') ?? '';
  return failed(
    'bad_state',
    `${name} cannot be used: ${field === '' ? 'the whole' : `field ${field}`}: ${issue?.message ?? 'invalid'}. ` +
      'Use an older generation.',
    { field },
  );
}

/** `undefined`: no epic is known. */
function upgradeFrom1(first: CheckpointV1, fallback: EpicId | undefined): unknown {
  const sprintIsId = first.sprintId !== undefined && idPattern.test(first.sprintId);
  const epicId = sprintIsId ? first.sprintId : fallback;
  if (epicId === undefined) return undefined;
  const assignmentHistory = numberedAttempts(first);
  return {
    ...first,
    version: 2,
    runId: `v1-${first.orchestratorId}`,
    epicId,
    // A path was never an id: the base name is what the sprint is called without one.
    sprintId: first.sprintId === undefined || sprintIsId ? (first.sprintId ?? epicId) : baseName(first.sprintId),
    epoch: 0,
    sequence: 0,
    inProgressTasks: Object.fromEntries(runningTasks(first)),
    assignmentHistory,
    taskState: factsOf(first, assignmentHistory),
  };
}

/** What is complete runs no longer, whatever else the file says. */
function runningTasks(first: CheckpointV1): [taskId: string, agentId: string][] {
  const complete = new Set(first.completedTasks);
  return Object.entries(first.inProgressTasks).filter(([taskId]) => !complete.has(taskId));
}

/** Version 1 kept no attempts: a task's records are its attempts in the order they stand. */
function numberedAttempts(first: CheckpointV1): AssignmentRecord[] {
  const attempts = new Map<string, number>();
  const records = first.assignmentHistory.map((record): AssignmentRecord => {
    const attempt = (attempts.get(record.taskId) ?? 0) + 1;
    attempts.set(record.taskId, attempt);
    return {
      ...record,
      generation: 1,
      attempt,
      status: statusOf(record.status),
      assignedAt: record.assignedAt ?? first.startedAt,
    };
  });
  const lastOf = new Map(records.map((record, index) => [record.taskId, index]));
  const complete = new Set(first.completedTasks);
  const running = new Map(runningTasks(first));
  const closed = records.map((record, index): AssignmentRecord => {
    const isOpen = lastOf.get(record.taskId) === index && running.get(record.taskId) === record.agentId;
    if (isOpen) return { ...record, status: 'assigned' };
    if (record.status !== 'assigned') return record;
    return { ...record, status: complete.has(record.taskId) ? 'completed' : 'lost' };
  });
  const open = new Set(closed.filter((record) => record.status === 'assigned').map((record) => record.taskId));
  for (const [taskId, agentId] of running) {
    if (open.has(taskId)) continue;
    const attempt = (attempts.get(taskId) ?? 0) + 1;
    closed.push({ taskId, agentId, generation: 1, attempt, status: 'assigned', assignedAt: first.savedAt });
  }
  return closed;
}

/** Words of version 1 that mean something else than their namesakes do now are closed as lost: nothing is assumed. */
function statusOf(word: string): AssignmentRecord['status'] {
  if (word === 'complete') return 'completed';
  if (word === 'in_progress') return 'assigned';
  return assignmentStatuses.find((status) => status === word) ?? 'lost';
}

function factsOf(first: CheckpointV1, history: readonly AssignmentRecord[]): Record<string, TaskFactsRecord> {
  const facts = new Map<string, TaskFactsRecord>();
  for (const record of history) facts.set(record.taskId, { attempt: record.attempt });
  for (const taskId of first.blockedTasks) {
    facts.set(taskId, {
      ...facts.get(taskId),
      blockedReason: 'person',
      blockedDetail: 'blocked in a checkpoint of version 1, which kept no reason',
    });
  }
  return Object.fromEntries(facts);
}

function baseName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return name.replace(/\.md$/i, '');
}
