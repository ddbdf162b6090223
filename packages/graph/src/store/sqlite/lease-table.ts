import { holderSchema } from '@ginkoai/contract';
import * as z from 'zod';
import type { Lease, PreviousLease } from '../../decide/lease.js';
import type { EpicKey } from '../store.js';
import type { SqliteDatabase } from './database.js';
import { jsonColumn } from './json-column.js';

const previousSchema: z.ZodType<PreviousLease> = z.object({
  epoch: z.int(),
  holder: holderSchema,
  renewedAt: z.int(),
  expiresAt: z.int(),
  released: z.boolean(),
});

const leaseRow = z
  .object({
    epoch: z.int(),
    holder: jsonColumn(holderSchema),
    granted_at: z.int(),
    renewed_at: z.int(),
    expires_at: z.int(),
    ttl_ms: z.int(),
    released: z.int(),
    previous: z.union([z.null(), jsonColumn(previousSchema)]),
  })
  .transform((row): Lease => ({
    epoch: row.epoch,
    holder: row.holder,
    grantedAt: row.granted_at,
    renewedAt: row.renewed_at,
    expiresAt: row.expires_at,
    ttlMs: row.ttl_ms,
    released: row.released === 1,
    previous: row.previous,
  }));

export function readLease(database: SqliteDatabase, key: EpicKey): Lease | null {
  return database.get(leaseRow, 'SELECT * FROM lease WHERE graph_id = ? AND epic_id = ?', key.graphId, key.epicId);
}

export function writeLease(database: SqliteDatabase, key: EpicKey, lease: Lease): void {
  database.run(
    `INSERT OR REPLACE INTO lease
     (graph_id, epic_id, epoch, holder, granted_at, renewed_at, expires_at, ttl_ms, released, previous)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key.graphId,
    key.epicId,
    lease.epoch,
    JSON.stringify(lease.holder),
    lease.grantedAt,
    lease.renewedAt,
    lease.expiresAt,
    lease.ttlMs,
    lease.released ? 1 : 0,
    lease.previous === null ? null : JSON.stringify(lease.previous),
  );
}

export function extendLiveLeases(database: SqliteDatabase, now: number): void {
  database.run('UPDATE lease SET expires_at = expires_at + ttl_ms WHERE released = 0 AND expires_at > ?', now);
}
