import { setTimeout as delay } from 'node:timers/promises';
import { failed, ok, type Result } from '@ginkoai/contract';
import * as z from 'zod';
import { StoreTrouble } from '../store-trouble.js';
import { prepareDatabaseFile } from './database-file.js';
import { SqliteDatabase } from './database.js';
import { applicationId, schemaSteps, schemaVersion } from './schema.js';

/** Before it two connections that write and checkpoint at once could corrupt the file (the WAL-reset bug). */
const oldestSqlite = [3, 51, 3] as const;

export async function openDatabase(file: string): Promise<Result<SqliteDatabase>> {
  const prepared = prepareDatabaseFile(file);
  if (!prepared.ok) return prepared;
  let database: SqliteDatabase | undefined;
  try {
    database = new SqliteDatabase(file);
    const checked = checkVersions(file, database);
    if (checked.ok) {
      await setUp(database);
      return ok(database);
    }
    database.close();
    return checked;
  } catch (error) {
    database?.close();
    if (error instanceof StoreTrouble) return unusable(file, error);
    throw error;
  }
}

function checkVersions(file: string, database: SqliteDatabase): Result<void> {
  const version = database.get(z.object({ version: z.string() }), 'SELECT sqlite_version() AS version')?.version ?? '';
  if (!isAtLeast(version, oldestSqlite)) {
    return failed(
      'bad_configuration',
      `SQLite ${version} can damage a database that two processes use. Install ginko again: it needs ${oldestSqlite.join('.')} or later.`,
    );
  }
  const found = userVersion(database);
  if (found > schemaVersion) {
    return failed(
      'newer_version',
      `${file} was written by a newer ginko (format ${found}; this one knows ${schemaVersion}). It was left as it is: upgrade ginko.`,
    );
  }
  return ok(undefined);
}

async function setUp(database: SqliteDatabase): Promise<void> {
  // The first transaction is made before the file changes to WAL mode, so that the application id stands in the
  // file's own header from the beginning, where the next start looks for it.
  database.execute('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  if (userVersion(database) < schemaVersion) database.write(() => upgrade(database));
  await changeToWal(database);
  // The driver's own default in WAL mode is NORMAL, under which a power loss takes back what was acknowledged.
  database.execute('PRAGMA synchronous = FULL');
  const synchronous = database.get(z.object({ synchronous: z.int() }), 'PRAGMA synchronous')?.synchronous;
  if (synchronous !== 2) throw new Error(`PRAGMA synchronous is ${synchronous} instead of 2 (FULL).`);
}

function upgrade(database: SqliteDatabase): void {
  // Counted anew inside the transaction: another process may have been quicker.
  for (const step of schemaSteps.slice(userVersion(database))) database.execute(step);
  database.execute(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
}

const walAttempts = 100;

/** SQLite does not wait by itself here when two processes open a new file at the same time. */
async function changeToWal(database: SqliteDatabase): Promise<void> {
  const row = z.object({ journal_mode: z.string() });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const mode = database.get(row, 'PRAGMA journal_mode = WAL')?.journal_mode;
      if (mode === 'wal') return;
      throw new StoreTrouble('failed', `its journal mode stays ${mode}; WAL needs a local disk`);
    } catch (error) {
      if (!(error instanceof StoreTrouble) || error.kind !== 'busy' || attempt === walAttempts) throw error;
    }
    await delay(20);
  }
}

function userVersion(database: SqliteDatabase): number {
  return database.get(z.object({ user_version: z.int() }), 'PRAGMA user_version')?.user_version ?? 0;
}

function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, least] of oldest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function unusable(file: string, trouble: StoreTrouble): Result<never> {
  return trouble.kind === 'busy'
    ? failed('bad_state', `Another process holds ${file} (${trouble.message}). Try again, or end that process.`)
    : failed(
        'bad_state',
        `${file} cannot be used as the graph's database (${trouble.message}). It was left as it is: move it away to start with an empty graph, or restore a backup.`,
      );
}
