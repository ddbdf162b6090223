import type { StateHistoryEntry } from '@ginkoai/contract';
import * as z from 'zod';
import { outdatedStates } from '../../decide/history.js';
import type { EpicKey, IncomingState, StoredState } from '../store.js';
import type { SqliteDatabase } from './database.js';

const stampRow = z
  .object({
    run_id: z.string(),
    orchestrator_id: z.string(),
    epoch: z.int(),
    sequence: z.int(),
    persisted_at: z.int(),
  })
  .transform((row) => ({
    stamp: { runId: row.run_id, orchestratorId: row.orchestrator_id, epoch: row.epoch, sequence: row.sequence },
    persistedAt: row.persisted_at,
  }));

export type StampedState = z.output<typeof stampRow>;

/** A state is stored only if it becomes the newest, so the newest is the one that was stored last. */
const newestOfEpic = 'FROM state WHERE graph_id = ? AND epic_id = ? ORDER BY id DESC LIMIT 1';

export function newestStamp(database: SqliteDatabase, key: EpicKey): StampedState | null {
  const sql = `SELECT run_id, orchestrator_id, epoch, sequence, persisted_at ${newestOfEpic}`;
  return database.get(stampRow, sql, key.graphId, key.epicId);
}

const storedRow = z
  .object({ text: z.string(), persisted_at: z.int() })
  .transform((row): StoredState => ({ text: row.text, persistedAt: row.persisted_at }));

export function newestState(database: SqliteDatabase, key: EpicKey): StoredState | null {
  return database.get(storedRow, `SELECT text, persisted_at ${newestOfEpic}`, key.graphId, key.epicId);
}

export function stateAt(
  database: SqliteDatabase,
  key: EpicKey,
  at: { readonly sequence: number; readonly runId?: string },
): StoredState | null {
  return database.get(
    storedRow,
    `SELECT text, persisted_at FROM state
     WHERE graph_id = ? AND epic_id = ? AND sequence = ? AND run_id = coalesce(?, run_id) ORDER BY id DESC LIMIT 1`,
    key.graphId,
    key.epicId,
    at.sequence,
    at.runId ?? null,
  );
}

export function hasRun(database: SqliteDatabase, key: EpicKey, runId: string): boolean {
  const sql = 'SELECT 1 AS found FROM state WHERE graph_id = ? AND epic_id = ? AND run_id = ? LIMIT 1';
  return database.get(z.object({ found: z.int() }), sql, key.graphId, key.epicId, runId) !== null;
}

export function insertState(database: SqliteDatabase, key: EpicKey, state: IncomingState, now: number): void {
  database.run(
    `INSERT INTO state (graph_id, epic_id, run_id, orchestrator_id, epoch, sequence, saved_at, persisted_at,
       completed, in_progress, blocked, bytes, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key.graphId,
    key.epicId,
    state.runId,
    state.orchestratorId,
    state.epoch,
    state.sequence,
    state.savedAt,
    now,
    state.completed,
    state.inProgress,
    state.blocked,
    Buffer.byteLength(state.text),
    state.text,
  );
}

const ageRow = z
  .object({ id: z.int(), persisted_at: z.int() })
  .transform((row) => ({ id: row.id, persistedAt: row.persisted_at }));

export function dropOutdatedStates(database: SqliteDatabase, key: EpicKey, now: number): void {
  const sql = 'SELECT id, persisted_at FROM state WHERE graph_id = ? AND epic_id = ? ORDER BY id DESC';
  const newestFirst = database.all(ageRow, sql, key.graphId, key.epicId);
  for (const id of outdatedStates(newestFirst, now)) database.run('DELETE FROM state WHERE id = ?', id);
}

const historyRow = z
  .object({
    run_id: z.string(),
    orchestrator_id: z.string(),
    epoch: z.int(),
    sequence: z.int(),
    saved_at: z.string(),
    persisted_at: z.int(),
    completed: z.int(),
    in_progress: z.int(),
    blocked: z.int(),
    bytes: z.int(),
  })
  .transform((row): StateHistoryEntry => ({
    runId: row.run_id,
    orchestratorId: row.orchestrator_id,
    epoch: row.epoch,
    sequence: row.sequence,
    savedAt: row.saved_at,
    persistedAt: new Date(row.persisted_at).toISOString(),
    completed: row.completed,
    inProgress: row.in_progress,
    blocked: row.blocked,
    bytes: row.bytes,
  }));

export function stateHistory(database: SqliteDatabase, key: EpicKey, limit: number): StateHistoryEntry[] {
  return database.all(
    historyRow,
    `SELECT run_id, orchestrator_id, epoch, sequence, saved_at, persisted_at, completed, in_progress, blocked, bytes
     FROM state WHERE graph_id = ? AND epic_id = ? ORDER BY id DESC LIMIT ?`,
    key.graphId,
    key.epicId,
    limit,
  );
}
