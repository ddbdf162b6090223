import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { createGraphClient } from '../../src/lib/perform/graph-client.js';

const ginko = fileURLToPath(new URL('../../bin/ginko.js', import.meta.url));

let root: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ginko-serve-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(root, { recursive: true, force: true });
});

function ginkoGraph(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { PATH = '', HOME = root } = process.env;
  const child = spawn(process.execPath, [ginko, 'graph', ...args], {
    cwd: root,
    env: { PATH, HOME, XDG_CONFIG_HOME: root, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, lines, stderr }));
  return { child, reader, ended };
}

const listeningSchema = z.object({ kind: z.literal('listening'), url: z.url(), token: z.string().optional() });

async function served(env: Readonly<Record<string, string>> = {}) {
  const { child, reader, ended } = ginkoGraph(['serve', '--listen', '127.0.0.1:0', '--json'], env);
  const [line] = (await Promise.race([
    once(reader, 'line'),
    ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ])) as [string];
  const { url, token } = listeningSchema.parse(JSON.parse(line));
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return (await ended).code;
  };
  return { url, token, stop };
}

const clientOf = (url: string, token: string) => createGraphClient({ url, token, graphId: 'graph-1', retries: 0 });

describe('ginko graph serve', () => {
  it('shows an admin token once, which stays good, and ends cleanly when it is told to', async () => {
    const first = await served();
    if (first.token === undefined) throw new Error('No token was shown.');
    expect(await clientOf(first.url, first.token).readState({ epicId: 'EPIC-1' })).toMatchObject({ ok: true });
    expect(await first.stop('SIGTERM')).toBe(0);

    const second = await served();
    expect(second.token).toBeUndefined();
    expect(await clientOf(second.url, first.token).readState({ epicId: 'EPIC-1' })).toMatchObject({ ok: true });
    expect(await second.stop('SIGINT')).toBe(0);
  });

  it('takes its admin token from GINKO_GRAPH_TOKEN and does not show it', async () => {
    const graph = await served({ GINKO_GRAPH_TOKEN: 'chosen-by-us' });
    expect(graph.token).toBeUndefined();
    expect(await clientOf(graph.url, 'chosen-by-us').readState({ epicId: 'EPIC-1' })).toMatchObject({ ok: true });
    const other = await clientOf(graph.url, 'guessed').readState({ epicId: 'EPIC-1' });
    expect(other).toMatchObject({ ok: false, failure: { code: 'unauthorized' } });
  });

  it.each([
    ['an address that others can reach', ['--listen', '0.0.0.0:0'], '--behind-proxy'],
    ['an address that is none', ['--listen', 'here'], 'such as 127.0.0.1:7420, got "here"'],
    ['a database that it cannot use', ['--database', 'postgres://db/graph'], 'SQLite only'],
    ['a folder that does not exist', ['--database', 'none/graph.db'], 'folder does not exist'],
  ])('refuses %s in words, with exit code 1', async (_, args, says) => {
    const { code, stderr } = await ginkoGraph(['serve', ...args]).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a port that is taken', async () => {
    const { url } = await served();
    const { code, stderr } = await ginkoGraph(['serve', '--listen', new URL(url).host, '--database', 'other.db']).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('another program listens there');
  });
});

describe('a database that is served already', () => {
  it('is served by one ginko graph serve only, which the other names, and graph status too', async () => {
    await mkdir(join(root, '.ginko'));
    const first = await served({ GINKO_GRAPH_TOKEN: 'chosen-by-us' });
    const second = await ginkoGraph(['serve', '--listen', '127.0.0.1:0']).ended;
    expect(second).toMatchObject({ code: 1, lines: [] });
    expect(second.stderr).toMatch(/graph\.db is served by another ginko graph serve already: process \d+, on http/);
    const { code, lines } = await ginkoGraph(['status']).ended;
    expect(code).toBe(0);
    expect(lines[0]).toMatch(
      /^Graph {4}http:\/\/127\.0\.0\.1:\d+ \(embedded, served by ginko graph serve, process \d+;/,
    );
    expect(lines[0]).toContain(first.url);
    await first.stop('SIGTERM');
    expect((await ginkoGraph(['status']).ended).lines[0]).toContain('embedded, served by nobody now');
    expect(await (await served()).stop('SIGTERM')).toBe(0);
  });

  it('is served again after its process was killed', async () => {
    const first = await served();
    await first.stop('SIGKILL');
    expect(await (await served()).stop('SIGTERM')).toBe(0);
  });
});

describe('ginko graph status', () => {
  it('says that there is none yet, and makes none', async () => {
    const { code, lines } = await ginkoGraph(['status']).ended;
    expect(code).toBe(0);
    expect(lines).toEqual([expect.stringContaining('There is no graph yet')]);
  });

  it('shows a configured graph, and who holds an epic', async () => {
    const graph = await served({ GINKO_GRAPH_TOKEN: 'chosen-by-us' });
    const holder = { orchestratorId: 'a', host: 'h', bootId: 'b', pid: 1, processStartedAt: '1', place: 'p' };
    await clientOf(graph.url, 'chosen-by-us').acquireLease({ epicId: 'EPIC-1', holder });
    const env = { GINKO_GRAPH_URL: graph.url, GINKO_GRAPH_TOKEN: 'chosen-by-us', GINKO_GRAPH_ID: 'graph-1' };
    const { code, lines } = await ginkoGraph(['status', '--epic', 'EPIC-1'], env).ended;
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatch(/^Lease {4}EPIC-1: a on h, epoch 1, \d+ s left$/);
  });

  it('tells what to do, with exit code 1, when the token is wrong or nothing answers', async () => {
    const graph = await served();
    const wrong = await ginkoGraph(['status'], { GINKO_GRAPH_URL: graph.url, GINKO_GRAPH_TOKEN: 'wrong' }).ended;
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('Check GINKO_GRAPH_TOKEN') as string });
    await graph.stop('SIGTERM');
    const gone = await ginkoGraph(['status'], { GINKO_GRAPH_URL: graph.url }).ended;
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be reached') as string });
    expect(gone.lines.slice(1)).toEqual(['Version  not known', 'Store    not known', 'Token    not known']);
  });
});
