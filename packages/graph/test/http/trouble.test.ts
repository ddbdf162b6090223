import { open, readFile, stat } from 'node:fs/promises';
import { graphErrorBodySchema } from '@ginkoai/contract';
import { DatabaseSync } from '@photostructure/sqlite';
import { createGraphServer } from '../../src/index.js';
import { startTestServer, testToken, type TestServer } from '../support/test-server.js';

const path = '/api/v1/orchestrator/lease?graphId=graph-1&epicId=EPIC-1';

let test: TestServer;

beforeEach(async () => {
  test = await startTestServer();
});

afterEach(() => test.remove());

describe('a graph in trouble', () => {
  it('keeps to itself what went wrong inside, and tells its log', async () => {
    const other = new DatabaseSync(test.database);
    other.exec('DROP TABLE lease');
    other.close();
    const { status, body, text } = await test.call(path);
    expect([status, graphErrorBodySchema.parse(body).error.code]).toEqual([500, 'internal_error']);
    expect(text).not.toMatch(/no such table|lease-table|sqlite/i);
    expect(test.errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining('no such table') as string }),
    ]);
    expect((await test.call('/healthz')).status).toBe(200);
  });

  it('says when its database is damaged, and is not ready', async () => {
    const inTrouble = await startTestServer({ extendLiveLeases: false });
    await inTrouble.restart(() => damage(inTrouble.database));
    for (const one of [path, '/readyz']) {
      const { status, body } = await inTrouble.call(one);
      expect([status, graphErrorBodySchema.parse(body).error.code]).toEqual([500, 'store_failed']);
    }
    await inTrouble.remove();
  });

  it('does not start on a damaged database, and leaves it as it is', async () => {
    await test.server.close();
    await damage(test.database);
    const before = await readFile(test.database);
    const started = await createGraphServer({
      database: test.database,
      listen: { host: '127.0.0.1', port: 0 },
      token: testToken,
      extendLiveLeases: true,
      onError: () => undefined,
    });
    expect(started).toMatchObject({ ok: false, failure: { code: 'bad_state' } });
    expect(await readFile(test.database)).toEqual(before);
  });

  it('takes no admin token that no header can carry', async () => {
    const started = await createGraphServer({
      database: test.database,
      listen: { host: '127.0.0.1', port: 0 },
      token: 'with a line break\n',
      extendLiveLeases: false,
      onError: () => undefined,
    });
    expect(started).toMatchObject({ ok: false, failure: { code: 'bad_configuration' } });
  });
});

/** All but the first page, which holds the schema. */
async function damage(file: string): Promise<void> {
  const pageBytes = 4096;
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(size - pageBytes, 0xaa), 0, size - pageBytes, pageBytes);
  await handle.close();
}
