import type { SetTaskStatusRequest, TaskNewsResponse } from '@ginkoai/contract';
import type { EpicKey, TaskOutcome, TaskSync } from '../store.js';
import type { SqliteDatabase } from './database.js';
import * as tasks from './task-table.js';

/** The graph's revision afterwards. */
export function syncTasks(database: SqliteDatabase, key: EpicKey, sync: TaskSync, now: number): number {
  const revision = tasks.revisionOf(database, key.graphId);
  // A cursor from a graph that was lost would silence the words of this one.
  const readRevision = sync.readRevision > revision ? 0 : sync.readRevision;
  tasks.replaceTasks(database, key, { ...sync, readRevision }, now);
  return revision;
}

export function setTaskStatus(
  database: SqliteDatabase,
  taskId: string,
  word: SetTaskStatusRequest,
  now: number,
): TaskOutcome {
  const { graphId } = word;
  const found = findTaskOutcome(database, taskId, word);
  if (found.kind === 'ambiguous') return found;
  const epicId = found.kind === 'found' ? found.task.epicId : word.epicId;
  if (epicId === undefined) return { kind: 'unknown' };
  const key = { graphId, epicId };
  tasks.writeWord(database, key, taskId, { ...word, revision: tasks.nextRevision(database, graphId) }, now);
  return findTaskOutcome(database, taskId, key);
}

export function findTaskOutcome(
  database: SqliteDatabase,
  taskId: string,
  { graphId, epicId }: { readonly graphId: string; readonly epicId?: string | undefined },
): TaskOutcome {
  if (epicId !== undefined) {
    const task = tasks.findTask(database, { graphId, epicId }, taskId);
    return task === null ? { kind: 'unknown' } : { kind: 'found', task };
  }
  const [task, ...others] = tasks.findTasks(database, graphId, taskId);
  if (task === undefined) return { kind: 'unknown' };
  if (others.length === 0) return { kind: 'found', task };
  return { kind: 'ambiguous', epicIds: [task, ...others].map((one) => one.epicId) };
}

export function taskNews(database: SqliteDatabase, key: EpicKey, since: number): TaskNewsResponse {
  const revision = tasks.revisionOf(database, key.graphId);
  return { revision, tasks: tasks.wordsSince(database, key, since > revision ? 0 : since) };
}
