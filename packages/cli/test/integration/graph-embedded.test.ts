import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { embeddedGraphFileSchema, type Holder } from '@ginkoai/contract';
import { DatabaseSync } from '@photostructure/sqlite';
import { readEmbeddedGraphFile, startEmbeddedGraph, type EmbeddedGraph } from '../../src/lib/perform/embedded-graph.js';
import { EmbeddedGraphThread } from '../../src/lib/perform/embedded-graph-thread.js';
import { createGraphClient, type GraphClient } from '../../src/lib/perform/graph-client.js';

const holder = (orchestratorId: string): Holder => ({
  orchestratorId,
  host: 'host',
  bootId: 'boot',
  pid: 1,
  processStartedAt: '1',
  place: 'place',
});

let root: string;
const open: EmbeddedGraph[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ginko-embedded-'));
});

afterEach(async () => {
  for (const graph of open.splice(0)) await graph.close();
  await rm(root, { recursive: true, force: true });
});

async function started(leaseTtlMs?: number): Promise<EmbeddedGraph> {
  const graph = await startEmbeddedGraph({ root, ...(leaseTtlMs === undefined ? {} : { leaseTtlMs }) });
  if (!graph.ok) throw new Error(graph.failure.message);
  open.push(graph.value);
  return graph.value;
}

const clientOf = ({ url, token }: { url: string; token: string }): GraphClient =>
  createGraphClient({ url, token, graphId: 'graph-1' });

describe('the embedded graph', () => {
  it('answers the calls of the client, and keeps what it was told for the next one', async () => {
    const first = await started();
    const granted = await clientOf(first).acquireLease({ epicId: 'EPIC-1', holder: holder('a') });
    expect(granted).toMatchObject({ ok: true, value: { epoch: 1 } });
    await first.close();
    const second = await started();
    expect(await clientOf(second).readLease({ epicId: 'EPIC-1' })).toMatchObject({
      ok: true,
      value: { lease: { epoch: 1, holder: { orchestratorId: 'a' } } },
    });
  });

  it('is served by a thread that was started ahead, which touches nothing before', async () => {
    const thread = EmbeddedGraphThread.start();
    const unused = EmbeddedGraphThread.start();
    if (!unused.ok) throw new Error(unused.failure.message);
    await unused.value.close();
    expect(await readdir(root)).toEqual([]);
    const graph = await startEmbeddedGraph({ root, thread });
    if (!graph.ok) throw new Error(graph.failure.message);
    open.push(graph.value);
    expect(await clientOf(graph.value).health()).toMatchObject({ ok: true });
  });

  it('extends no lease when it starts again', async () => {
    const first = await started(60_000);
    const granted = await clientOf(first).acquireLease({ epicId: 'EPIC-1', holder: holder('a') });
    await first.close();
    const found = await clientOf(await started(60_000)).readLease({ epicId: 'EPIC-1' });
    expect(found.ok && granted.ok && found.value.lease?.expiresAt === granted.value.expiresAt).toBe(true);
  });

  it('says where it listens to this user only, for as long as it does', async () => {
    expect(await readEmbeddedGraphFile(root)).toBeNull();
    const graph = await started();
    expect((await stat(join(root, '.ginko', 'graph.json'))).mode & 0o777).toBe(0o600);
    expect(await readEmbeddedGraphFile(root)).toMatchObject({ url: graph.url, token: graph.token, pid: process.pid });
    await graph.close();
    expect(await readEmbeddedGraphFile(root)).toBeNull();
    await expect(stat(join(root, '.ginko', 'graph.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('does not answer to the token of another', async () => {
    const graph = await started();
    const answer = await clientOf({ url: graph.url, token: 'another' }).readState({ epicId: 'EPIC-1' });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'unauthorized' } });
  });

  it('may be served twice; the file names the newer one and outlives the older', async () => {
    const [older, newer] = [await started(), await started()];
    await clientOf(older).acquireLease({ epicId: 'EPIC-1', holder: holder('a') });
    expect(await clientOf(newer).acquireLease({ epicId: 'EPIC-1', holder: holder('b') })).toMatchObject({
      ok: false,
      failure: { code: 'lease_held', details: { orchestratorId: 'a' } },
    });
    await older.close();
    expect(await readEmbeddedGraphFile(root)).toMatchObject({ url: newer.url });
  });

  it('fails in words when its database is none, and leaves that as it is', async () => {
    await (await started()).close();
    const file = join(root, '.ginko', 'graph.db');
    await writeFile(file, 'something else entirely '.repeat(100));
    const failed = await startEmbeddedGraph({ root });
    expect(failed).toMatchObject({ ok: false, failure: { code: 'bad_state' } });
    expect(await readFile(file, 'utf8')).toMatch(/^something else entirely/);
    expect(await readEmbeddedGraphFile(root)).toBeNull();
  });

  it('never holds up the loop of its process while its database is held by another', async () => {
    const client = clientOf(await started());
    await client.health();
    const other = new DatabaseSync(join(root, '.ginko', 'graph.db'));
    other.exec('BEGIN IMMEDIATE');
    let isAnswered = false;
    const acquired = client.acquireLease({ epicId: 'EPIC-1', holder: holder('a') }).finally(() => (isAnswered = true));
    // If the graph waited for the lock in this thread, nothing here could go on and let it go.
    for (let beat = 1; beat <= 20; beat += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isAnswered).toBe(false);
    other.exec('ROLLBACK');
    other.close();
    expect(await acquired).toMatchObject({ ok: true, value: { epoch: 1 } });
  });

  it('says of a state beyond 8 MB that it is too large', async () => {
    const client = clientOf(await started());
    const path = '/api/v1/orchestrator/state';
    const tooLarge = client.request('POST', path, { padding: 'x'.repeat(9 * 1024 * 1024) });
    await expect(tooLarge).rejects.toMatchObject({ failure: { code: 'snapshot_too_large' } });
    expect(await client.readState({ epicId: 'EPIC-1' })).toMatchObject({ ok: true });
  });

  it('is known to be gone when its process was killed, and is served anew with all that was acknowledged', async () => {
    const program = fileURLToPath(new URL('../support/serve-embedded-graph.js', import.meta.url));
    const child = spawn(process.execPath, [program, root], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect(line).toBe('serving');
    const running = await readEmbeddedGraphFile(root);
    if (running === null) throw new Error('Nobody serves the graph.');
    const client = clientOf(running);
    expect(await client.acquireLease({ epicId: 'EPIC-1', holder: holder('a') })).toMatchObject({ ok: true });
    child.kill('SIGKILL');
    await once(child, 'exit');

    expect(await readEmbeddedGraphFile(root)).toBeNull();
    const left: unknown = JSON.parse(await readFile(join(root, '.ginko', 'graph.json'), 'utf8'));
    expect(embeddedGraphFileSchema.parse(left).pid).toBe(child.pid);
    expect(await client.readState({ epicId: 'EPIC-1' }, { retries: 0 })).toMatchObject({
      ok: false,
      failure: { code: 'graph_unreachable' },
    });
    const replaces = { orchestratorId: 'a', epoch: 1, reason: 'same_boot_dead' as const };
    const next = await clientOf(await started()).acquireLease({ epicId: 'EPIC-1', holder: holder('b'), replaces });
    expect(next).toMatchObject({ ok: true, value: { epoch: 2, previous: { epoch: 1, holder: holder('a') } } });
  });
});
