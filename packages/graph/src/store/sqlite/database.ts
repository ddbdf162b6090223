import { DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';
import * as z from 'zod';
import { StoreTrouble } from '../store-trouble.js';

export type SqlValue = string | number | null;

/** Primary result codes of SQLite (sqlite.org/rescode.html) that say something about the machine, not about us. */
const busyCodes: ReadonlySet<number> = new Set([5, 6]);
const failedCodes: ReadonlySet<number> = new Set([7, 8, 10, 11, 13, 14, 15, 23, 26]);

const driverErrorSchema = z.object({ errcode: z.int(), message: z.string() });

/** How long a statement waits for another process that writes to the same file. */
const busyTimeoutMs = 5_000;

/** A connection. Statements are prepared once; rows are parsed by the schema they are asked for. */
export class SqliteDatabase {
  readonly #connection: InstanceType<typeof DatabaseSync>;
  readonly #statements = new Map<string, StatementSyncInstance>();

  constructor(file: string) {
    this.#connection = translated(() => new DatabaseSync(file, { timeout: busyTimeoutMs }));
  }

  /** For statements without parameters that are run once. */
  execute(sql: string): void {
    translated(() => this.#connection.exec(sql));
  }

  run(sql: string, ...values: readonly SqlValue[]): number {
    return translated(() => this.#prepared(sql).run(...values)).changes;
  }

  all<T>(row: z.ZodType<T>, sql: string, ...values: readonly SqlValue[]): T[] {
    const rows = translated((): unknown[] => this.#prepared(sql).all(...values));
    return rows.map((found) => row.parse(found));
  }

  get<T>(row: z.ZodType<T>, sql: string, ...values: readonly SqlValue[]): T | null {
    const found = translated((): unknown => this.#prepared(sql).get(...values));
    return found === undefined ? null : row.parse(found);
  }

  /** IMMEDIATE: a deferred transaction that reads first and writes later fails at once when another process writes. */
  write<T>(work: () => T): T {
    return this.#transaction('BEGIN IMMEDIATE', work);
  }

  /** Several reads of one moment. */
  read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work);
  }

  close(): void {
    this.#statements.clear();
    this.#checkpoint();
    this.#connection.close();
  }

  /**
   * Writes into the file what stands in its journal only, so that the file by itself is whole. Closing would do it,
   * but the driver ends a connection no sooner than its last prepared statement was collected as garbage. As in
   * SQLite's own close, a failure is none: the journal keeps what it has, and the next connection reads it there.
   */
  #checkpoint(): void {
    try {
      this.execute('PRAGMA wal_checkpoint(PASSIVE)');
    } catch (error) {
      if (!(error instanceof StoreTrouble)) throw error;
    }
  }

  #transaction<T>(begin: string, work: () => T): T {
    this.run(begin);
    try {
      const value = work();
      this.run('COMMIT');
      return value;
    } catch (error) {
      // After some errors (a full disk) SQLite has rolled back by itself.
      if (this.#connection.isTransaction) this.run('ROLLBACK');
      throw error;
    }
  }

  #prepared(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw troubleOf(error) ?? error;
  }
}

function troubleOf(error: unknown): StoreTrouble | undefined {
  const parsed = driverErrorSchema.safeParse(error);
  if (!parsed.success) return undefined;
  const { errcode, message } = parsed.data;
  const primaryCode = errcode & 0xff;
  if (busyCodes.has(primaryCode)) return new StoreTrouble('busy', message);
  return failedCodes.has(primaryCode) ? new StoreTrouble('failed', message) : undefined;
}
