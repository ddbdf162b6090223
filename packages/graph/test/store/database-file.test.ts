import { chmod, copyFile, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { isNetworkFileSystem } from '../../src/store/sqlite/database-file.js';
import type { SqliteDatabase } from '../../src/store/sqlite/database.js';
import { openDatabase } from '../../src/store/sqlite/open-database.js';
import { applicationId, schemaSteps, schemaVersion } from '../../src/store/sqlite/schema.js';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { revisionOf, wordsSince } from '../../src/store/sqlite/task-table.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import * as z from 'zod';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'graph.db');
});

afterEach(() => folder.remove());

async function failureOfOpening(path = file) {
  const opened = await openSqliteStore({ file: path, now: Date.now });
  if (opened.ok) throw new Error('The database was opened.');
  return opened.failure;
}

async function madeDatabase(): Promise<SqliteDatabase> {
  const opened = await openDatabase(file);
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

describe('the database file', () => {
  it('is made for its owner alone, durable at each commit, and in WAL mode', async () => {
    const database = await madeDatabase();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const value = (name: string) => database.get(z.record(z.string(), z.unknown()), `PRAGMA ${name}`)?.[name];
    expect([value('synchronous'), value('journal_mode'), value('foreign_keys')]).toEqual([2, 'wal', 1]);
    database.close();
  });

  it('is opened again with what it holds', async () => {
    const database = await madeDatabase();
    database.run("INSERT INTO graph (graph_id, revision) VALUES ('graph-1', 7)");
    database.close();
    const again = await madeDatabase();
    expect(again.get(z.object({ revision: z.int() }), 'SELECT revision FROM graph')?.revision).toBe(7);
    again.close();
  });

  it('is whole without its journal once it was closed', async () => {
    const database = await madeDatabase();
    database.run("INSERT INTO graph (graph_id, revision) VALUES ('graph-1', 7)");
    database.close();
    const copy = join(folder.path, 'copy.db');
    await copyFile(file, copy);
    const opened = await openDatabase(copy);
    if (!opened.ok) throw new Error(opened.failure.message);
    expect(revisionOf(opened.value, 'graph-1')).toBe(7);
    opened.value.close();
  });

  it.each([
    ['text', 'not a database at all, but quite long enough to be one. '.repeat(20)],
    ['a few bytes', 'SQLite'],
    ['a header and nothing right after it', `SQLite format 3\0${'x'.repeat(4080)}`],
  ])('is refused, and left untouched, when it holds %s', async (_, content) => {
    await writeFile(file, content);
    expect(await failureOfOpening()).toMatchObject({
      code: 'bad_state',
      message: expect.stringContaining(file) as string,
    });
    expect(await readFile(file, 'utf8')).toBe(content);
  });

  it('is refused, and left untouched, when another program made it', async () => {
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE recipe (name TEXT); PRAGMA user_version = 1');
    other.close();
    const before = await readFile(file);
    const failure = await failureOfOpening();
    expect(failure.code).toBe('bad_state');
    expect(failure.message).toContain('another program');
    expect(await readFile(file)).toEqual(before);
  });

  it('is refused, and left untouched, when it was cut off', async () => {
    (await madeDatabase()).close();
    const cut = (await readFile(file)).subarray(0, 5_000);
    await writeFile(file, cut);
    expect(await failureOfOpening()).toMatchObject({ code: 'bad_state' });
    expect(await readFile(file)).toEqual(cut);
  });

  it('is brought up to the newest format, with all that is in it, when an older ginko wrote it', async () => {
    await writeFile(file, '');
    const older = new DatabaseSync(file);
    older.exec(String(schemaSteps[0]));
    older.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1`);
    older.exec("INSERT INTO graph (graph_id, revision) VALUES ('graph-1', 7)");
    older.close();
    const database = await madeDatabase();
    expect(database.get(z.object({ user_version: z.int() }), 'PRAGMA user_version')?.user_version).toBe(schemaVersion);
    expect(revisionOf(database, 'graph-1')).toBe(7);
    expect(wordsSince(database, { graphId: 'graph-1', epicId: 'EPIC-1' }, 0)).toEqual([]);
    database.close();
  });

  it('is refused, and left untouched, when a newer ginko wrote it', async () => {
    const database = await madeDatabase();
    database.execute('PRAGMA user_version = 99');
    database.close();
    const before = await readFile(file);
    const failure = await failureOfOpening();
    expect(failure.code).toBe('newer_version');
    expect(failure.message).toContain('upgrade ginko');
    expect(await readFile(file)).toEqual(before);
  });

  it('is refused when it is a symbolic link', async () => {
    await symlink(join(folder.path, 'elsewhere.db'), file);
    await writeFile(join(folder.path, 'elsewhere.db'), '');
    expect(await failureOfOpening()).toMatchObject({ code: 'bad_configuration' });
  });

  it('is refused where its folder is missing, or no folder', async () => {
    expect((await failureOfOpening(join(folder.path, 'none', 'graph.db'))).message).toContain('folder does not exist');
    await writeFile(file, '');
    expect(await failureOfOpening(join(file, 'graph.db'))).toMatchObject({ code: 'file_unwritable' });
    expect(await failureOfOpening(folder.path)).toMatchObject({ code: 'file_unwritable' });
  });

  it('is refused on a network file system', () => {
    const [nfs, smb2, ext4, tmpfs] = [0x6969, 0xfe534d42, 0xef53, 0x01021994];
    expect([nfs, smb2, smb2 | 0].map(isNetworkFileSystem)).toEqual([true, true, true]);
    expect([ext4, tmpfs].map(isNetworkFileSystem)).toEqual([false, false]);
  });

  it('is closed to others again when somebody opened it to them', async () => {
    (await madeDatabase()).close();
    await chmod(file, 0o644);
    (await madeDatabase()).close();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});
