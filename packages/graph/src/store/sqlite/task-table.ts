import type { SetTaskStatusRequest, TaskStatusResponse, TaskWord } from '@ginkoai/contract';
import * as z from 'zod';
import type { EpicKey, IncomingTask, TaskSync } from '../store.js';
import type { SqliteDatabase } from './database.js';

/**
 * A row holds two sayings about a task: the orchestrator's (`status`, with each sync) and the last word of anybody
 * else (`word_...`), which no sync touches. The word counts until the orchestrator has read it.
 */
const taskRow = z
  .object({
    epic_id: z.string(),
    task_id: z.string(),
    title: z.string().nullable(),
    status: z.string().nullable(),
    synced_by: z.string().nullable(),
    synced_at: z.int().nullable(),
    read_revision: z.int(),
    word_status: z.string().nullable(),
    word_reason: z.string().nullable(),
    word_by: z.string().nullable(),
    word_revision: z.int(),
    word_at: z.int().nullable(),
  })
  .transform((row): TaskStatusResponse => ({
    id: row.task_id,
    epicId: row.epic_id,
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.word_revision > row.read_revision || row.status === null
      ? said(row.word_status, row.word_by, row.word_at, row.word_reason)
      : said(row.status, row.synced_by, row.synced_at, null)),
    revision: row.word_revision,
  }));

function said(status: string | null, by: string | null, at: number | null, reason: string | null) {
  return {
    status: status ?? 'pending',
    by: by ?? 'orchestrator',
    at: new Date(at ?? 0).toISOString(),
    ...(reason === null ? {} : { reason }),
  };
}

export function findTasks(database: SqliteDatabase, graphId: string, taskId: string): TaskStatusResponse[] {
  return database.all(taskRow, 'SELECT * FROM task WHERE graph_id = ? AND task_id = ?', graphId, taskId);
}

export function findTask(database: SqliteDatabase, key: EpicKey, taskId: string): TaskStatusResponse | null {
  const sql = 'SELECT * FROM task WHERE graph_id = ? AND epic_id = ? AND task_id = ?';
  return database.get(taskRow, sql, key.graphId, key.epicId, taskId);
}

/** A task that is gone goes from here too, unless somebody spoke about it since: the sprint file may be ahead. */
export function replaceTasks(database: SqliteDatabase, key: EpicKey, sync: TaskSync, now: number): void {
  for (const task of sync.tasks) upsertTask(database, key, sync, task, now);
  const kept = new Set(sync.tasks.map((task) => task.id));
  const idRow = z.object({ task_id: z.string() });
  const all = database.all(
    idRow,
    'SELECT task_id FROM task WHERE graph_id = ? AND epic_id = ? AND word_revision <= ?',
    key.graphId,
    key.epicId,
    sync.readRevision,
  );
  for (const { task_id: taskId } of all) {
    if (kept.has(taskId)) continue;
    const sql = 'DELETE FROM task WHERE graph_id = ? AND epic_id = ? AND task_id = ?';
    database.run(sql, key.graphId, key.epicId, taskId);
  }
}

function upsertTask(database: SqliteDatabase, key: EpicKey, sync: TaskSync, task: IncomingTask, now: number): void {
  database.run(
    `INSERT INTO task (graph_id, epic_id, task_id, title, depends_on, status, synced_by, synced_at, read_revision, word_revision)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
     ON CONFLICT (graph_id, epic_id, task_id) DO UPDATE SET title = excluded.title, depends_on = excluded.depends_on,
       status = excluded.status, synced_by = excluded.synced_by, synced_at = excluded.synced_at,
       read_revision = excluded.read_revision`,
    key.graphId,
    key.epicId,
    task.id,
    task.title,
    JSON.stringify(task.dependsOn),
    task.status,
    sync.orchestratorId ?? null,
    now,
    sync.readRevision,
  );
}

export interface NumberedWord extends Pick<SetTaskStatusRequest, 'status' | 'reason' | 'by' | 'unlessComplete'> {
  readonly revision: number;
}

export function writeWord(
  database: SqliteDatabase,
  key: EpicKey,
  taskId: string,
  word: NumberedWord,
  now: number,
): void {
  database.run(
    `INSERT INTO task (graph_id, epic_id, task_id, depends_on, read_revision, word_status, word_reason, word_by, word_revision, word_at,
       word_unless_complete)
     VALUES (?, ?, ?, '[]', 0, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (graph_id, epic_id, task_id) DO UPDATE SET word_status = excluded.word_status,
       word_reason = excluded.word_reason, word_by = excluded.word_by, word_revision = excluded.word_revision,
       word_at = excluded.word_at, word_unless_complete = excluded.word_unless_complete`,
    key.graphId,
    key.epicId,
    taskId,
    word.status,
    word.reason ?? null,
    word.by,
    word.revision,
    now,
    word.unlessComplete === true ? 1 : 0,
  );
}

const wordRow = z
  .object({
    task_id: z.string(),
    word_status: z.string(),
    word_reason: z.string().nullable(),
    word_by: z.string(),
    word_revision: z.int(),
    word_at: z.int(),
    word_unless_complete: z.int(),
  })
  .transform((row): TaskWord => ({
    id: row.task_id,
    status: row.word_status,
    ...(row.word_reason === null ? {} : { reason: row.word_reason }),
    by: row.word_by,
    ...(row.word_unless_complete === 1 ? { unlessComplete: true } : {}),
    revision: row.word_revision,
    at: new Date(row.word_at).toISOString(),
  }));

export function wordsSince(database: SqliteDatabase, key: EpicKey, since: number): TaskWord[] {
  return database.all(
    wordRow,
    `SELECT task_id, word_status, word_reason, word_by, word_revision, word_at, word_unless_complete FROM task
     WHERE graph_id = ? AND epic_id = ? AND word_revision > ? AND word_revision > 0 ORDER BY word_revision`,
    key.graphId,
    key.epicId,
    since,
  );
}

const revisionRow = z.object({ revision: z.int() });

export function revisionOf(database: SqliteDatabase, graphId: string): number {
  return database.get(revisionRow, 'SELECT revision FROM graph WHERE graph_id = ?', graphId)?.revision ?? 0;
}

export function nextRevision(database: SqliteDatabase, graphId: string): number {
  const next = revisionOf(database, graphId) + 1;
  database.run('INSERT OR REPLACE INTO graph (graph_id, revision) VALUES (?, ?)', graphId, next);
  return next;
}
