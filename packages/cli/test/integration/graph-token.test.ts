import { mkdirSync } from 'node:fs';
import { createGraphClient } from '../../src/lib/perform/graph-client.js';
import { useCommandProject, type Ran } from '../support/command-project.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import type { GraphProcess } from '../support/processes.js';

const project = useCommandProject();
const stage = new Stage();
let graph: GraphProcess;

beforeEach(async () => {
  graph = await stage.graph();
});

afterEach(() => stage.clear());

const asAdmin = (...args: readonly string[]): Promise<Ran> => project().runWith(graph.env, 'graph', ...args);
const lease = (token: string) =>
  createGraphClient({ url: graph.url, token, graphId: 'graph-1', retries: 0 }).readLease({ epicId: 'E' });

describe('ginko graph token', () => {
  it('makes a token, alone on stdout, which another machine uses until it is revoked', async () => {
    const made = await asAdmin('token', '--name', 'laptop');
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/^[\w-]{43}\n$/);
    const token = made.stdout.trim();
    expect(made.stderr).toContain('The token "laptop" (orchestrator) is shown this once.');
    expect(made.stderr).not.toContain(token);

    project().write('home/.config/ginko/credentials.json', JSON.stringify({ tokens: { [graph.url]: token } }));
    const elsewhere = { GINKO_GRAPH_URL: graph.url, GINKO_GRAPH_ID: 'graph-1' };
    expect((await project().runWith(elsewhere, 'graph', 'status')).stdout).toContain('Token    accepted');
    const beyondScope = await project().runWith(elsewhere, 'graph', 'token', '--list');
    expect(beyondScope).toMatchObject({ code: 1, stderr: expect.stringContaining('"admin"') as string });

    const revoked = await asAdmin('token', '--revoke', 'laptop');
    expect(revoked.stdout).toBe('The token "laptop" is revoked: calls with it are refused from now on.\n');
    expect(await lease(token)).toMatchObject({ ok: false, failure: { code: 'unauthorized' } });
    expect(await asAdmin('token', '--revoke', 'laptop')).toMatchObject({ code: 1 });
  });

  it('lists names, scopes and ends, and tells programs the same', async () => {
    const made = await asAdmin('token', '--name', 'wall', '--scope', 'read', '--expires', '30d', '--json');
    const document = JSON.parse(made.stdout) as { token: string; expiresAt: string };
    expect(document).toMatchObject({ name: 'wall', scope: 'read' });
    const days = (Date.parse(document.expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    const listed = await asAdmin('token', '--list');
    expect(listed.stdout).toMatch(/^NAME +SCOPE +MADE +EXPIRES\n(?:.*\n)*wall +read +\S+Z +\S+Z\n/);
    expect(listed.stdout).not.toContain(document.token);
    const toPrograms = JSON.parse((await asAdmin('token', '--list', '--json')).stdout) as object;
    expect(toPrograms).toMatchObject({ tokens: [{ name: 'wall', isExpired: false }] });
  });

  it.each([
    [[], '--name <name>, --list and --revoke <name>'],
    [['--name', 'a', '--list'], '--name <name>, --list and --revoke <name>'],
    [['--name', 'a', '--scope', 'king'], '--scope must be one of orchestrator, read, admin, got "king"'],
    [['--name', ' '], '--name must have'],
    [['--name', 'a', '--expires', 'soon'], '--expires must be a duration such as 30d or 12h, got "soon"'],
  ])('refuses %j with a way out', async (args, message) => {
    const ran = await asAdmin('token', ...args);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(message);
  });

  it('gives no name twice', async () => {
    expect((await asAdmin('token', '--name', 'laptop')).code).toBe(0);
    const again = await asAdmin('token', '--name', 'laptop');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toBe('There is a token named "laptop". Give another name, or revoke that one first.\n');
  });

  it('makes no graph for it where there is none, and needs no token where the database lies', async () => {
    const none = await project().run('graph', 'token', '--name', 'laptop');
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no graph here yet') as string });
    mkdirSync(project().path('.ginko'), { mode: 0o700 });
    project().write('docs/sprints/S.md', '# S\n### TASK-1: a ✅\n');
    expect((await project().run('task', 'reopen', 'TASK-1')).code).toBe(0);
    const token = (await project().run('graph', 'token', '--name', 'laptop')).stdout.trim();
    const served = await stage.graphAgain(project().path('.ginko'));
    const client = createGraphClient({ url: served.url, token, graphId: 'graph-1', retries: 0 });
    expect(await client.readLease({ epicId: 'E' })).toMatchObject({ ok: true });
    await served.end();
  });
});

describe('ginko graph export', () => {
  it('prints what the graph has of an epic as one document', async () => {
    project().write('docs/sprints/S.md', '# S\n### TASK-1: a\n');
    const none = await project().run('graph', 'export');
    expect(none).toMatchObject({ code: 1, stderr: 'The graph has no state of the epic S.\n' });
    expect((await project().start('orchestrate', '--exec', 'true').ended).code).toBe(0);
    const { stdout } = await project().run('graph', 'export');
    expect(JSON.parse(stdout)).toMatchObject({
      epicId: 'S',
      state: { completedTasks: ['TASK-1'] },
      history: expect.arrayContaining([expect.objectContaining({ epoch: 1 })]) as object[],
    });
  });
});
