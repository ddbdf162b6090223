import { scopes, type CreateTokenRequest } from '@ginkoai/contract';
import * as z from 'zod';
import type { ListedToken, StoredToken } from '../store.js';
import type { SqliteDatabase } from './database.js';

const tokenRow = z
  .object({ name: z.string(), scope: z.enum(scopes), expires_at: z.int().nullable() })
  .transform((row): StoredToken => ({ name: row.name, scope: row.scope, expiresAt: row.expires_at }));

const foundRow = z.object({ found: z.int() });

export function insertToken(database: SqliteDatabase, hash: string, token: CreateTokenRequest, now: number): void {
  database.run(
    'INSERT INTO token (hash, name, scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?)',
    hash,
    token.name,
    token.scope,
    now,
    token.expiresAt === undefined ? null : Date.parse(token.expiresAt),
  );
}

const listedRow = z
  .object({ name: z.string(), scope: z.enum(scopes), created_at: z.int(), expires_at: z.int().nullable() })
  .transform((row): ListedToken => ({
    name: row.name,
    scope: row.scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }));

export function listTokens(database: SqliteDatabase): ListedToken[] {
  return database.all(listedRow, 'SELECT name, scope, created_at, expires_at FROM token ORDER BY name, created_at');
}

export function isNameTaken(database: SqliteDatabase, name: string, now: number): boolean {
  const sql = 'SELECT 1 AS found FROM token WHERE name = ? AND (expires_at IS NULL OR expires_at > ?) LIMIT 1';
  return database.get(foundRow, sql, name, now) !== null;
}

/** How many there were; a database of an earlier release may have several. */
export function deleteTokens(database: SqliteDatabase, name: string): number {
  return database.run('DELETE FROM token WHERE name = ?', name);
}

export function findToken(database: SqliteDatabase, hash: string): StoredToken | null {
  return database.get(tokenRow, 'SELECT name, scope, expires_at FROM token WHERE hash = ?', hash);
}

export function hasAdminToken(database: SqliteDatabase, now: number): boolean {
  const sql = "SELECT 1 AS found FROM token WHERE scope = 'admin' AND (expires_at IS NULL OR expires_at > ?) LIMIT 1";
  return database.get(foundRow, sql, now) !== null;
}
