import * as z from 'zod';
import type { EpicKey, IncomingEvent, JsonText } from '../store.js';
import type { SqliteDatabase } from './database.js';

/** Only the events of the epic's newest run that are later than its newest state stand here. */

const textRow = z.object({ text: z.string() }).transform((row) => row.text);
const lastRow = z.object({ last: z.int().nullable() });

export function laterEvents(database: SqliteDatabase, key: EpicKey): JsonText[] {
  const sql = 'SELECT text FROM event WHERE graph_id = ? AND epic_id = ? ORDER BY sequence';
  return database.all(textRow, sql, key.graphId, key.epicId);
}

/** `null`: there is none later than the state. */
export function lastEventSequence(database: SqliteDatabase, key: EpicKey): number | null {
  const sql = 'SELECT max(sequence) AS last FROM event WHERE graph_id = ? AND epic_id = ?';
  return database.get(lastRow, sql, key.graphId, key.epicId)?.last ?? null;
}

export function insertEvent(database: SqliteDatabase, key: EpicKey, event: IncomingEvent): void {
  const sql = 'INSERT INTO event (graph_id, epic_id, sequence, text) VALUES (?, ?, ?, ?)';
  database.run(sql, key.graphId, key.epicId, event.sequence, event.text);
}

export function dropEventsUpTo(database: SqliteDatabase, key: EpicKey, sequence: number): void {
  const sql = 'DELETE FROM event WHERE graph_id = ? AND epic_id = ? AND sequence <= ?';
  database.run(sql, key.graphId, key.epicId, sequence);
}

export function dropEvents(database: SqliteDatabase, key: EpicKey): void {
  database.run('DELETE FROM event WHERE graph_id = ? AND epic_id = ?', key.graphId, key.epicId);
}
