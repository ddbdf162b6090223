import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../../src/lib/perform/journal.js';
import { createStateFile } from '../../../src/lib/perform/state-file.js';
import { sprintText, useCommandProject } from '../../support/command-project.js';
import { aCheckpoint, runStarted, valueOf } from '../../support/history.js';
import { startLoopbackServer, html } from '../../support/loopback-server.js';

const at = '2026-01-05T10:00:00.000Z';

/** On a machine that is not this one. */
const holder = {
  orchestratorId: 'orchestrator-1',
  host: 'host-1',
  bootId: 'boot-1',
  pid: 4711,
  processStartedAt: '1000',
  place: 'place-1',
};

describe('ginko status', () => {
  const project = useCommandProject();
  const directory = (): string => project().path('.ginko/orchestrator/epic-1');

  beforeEach(() => {
    project().write(
      'docs/sprints/a.md',
      sprintText([{ id: 'TASK-1' }, { id: 'TASK-2', depends: 'TASK-1' }, { id: 'TASK-3' }]),
    );
  });

  const aRun = async (): Promise<void> => {
    mkdirSync(directory(), { recursive: true });
    const journal = valueOf(await openJournal({ directory: directory(), epoch: 1 }));
    const given = { taskId: 'TASK-1', generation: 1, attempt: 1 };
    valueOf(
      await journal.append([
        runStarted(),
        { kind: 'task_assigned', sequence: 2, at, ...given, agentId: 'shell-1', place: 'place-1' },
        { kind: 'task_blocked', sequence: 3, at, taskId: 'TASK-3', reason: 'person', detail: 'wait for design' },
      ]),
    );
    valueOf(await journal.close());
    valueOf(
      await createStateFile({ directory: directory(), epicId: 'epic-1' }).save(
        aCheckpoint({ sequence: 1, holders: { 'place-1': holder } }),
      ),
    );
  };

  it('says in a sentence that there is no run, and exits with 1', async () => {
    const { code, stdout, stderr } = await project().run('status');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^No run of the epic epic-1 is known: .+ Start one with ginko orchestrate\.\n$/);
  });

  it('shows checkpoint and journal where there is no graph, and says so', async () => {
    await aRun();
    expect(await project().json('status')).toMatchObject({
      source: 'local',
      reason: 'no graph is configured or being served',
      sequence: 3,
      asOf: at,
      counts: { complete: 0, in_progress: 1, pending: 1, blocked: 1 },
      running: [{ taskId: 'TASK-1', agentId: 'shell-1', attempt: 1, since: at }],
      blocked: [
        {
          taskId: 'TASK-3',
          detail: 'wait for design',
          unblock: expect.stringContaining('ginko task reopen TASK-3') as string,
        },
      ],
      lastEvent: { kind: 'task_blocked' },
      orchestrator: { orchestratorId: 'orchestrator-1', host: 'host-1', sign: 'unknown' },
    });
    const { code, stdout } = await project().run('status');
    expect(code).toBe(0);
    expect(stdout).toContain('Not from the graph: no graph is configured or being served');
    expect(stdout).toMatch(/Last event: .+, ■ TASK-3 blocked: Title of TASK-3 — .*wait for design/);
  });

  it('shows what was said when nobody was at work to hear it', async () => {
    await aRun();
    await project().run('task', 'complete', 'TASK-2');
    const { stdout } = await project().run('status');
    expect(stdout).toContain('0 of 3 tasks complete; 1 word of people not taken up yet, see below\n');
    expect(stdout).toMatch(/^ {2}TASK-2 Title of TASK-2 pending -> complete, by \S+ at /m);
    expect(stdout).toMatch(/^ {2}No orchestrator is at work: ginko orchestrate --resume .*takes it up$/m);
    expect(existsSync(project().path('.ginko/graph.json'))).toBe(false);
  });

  it('shows the last line of an agent that runs here', async () => {
    await aRun();
    project().write('.ginko/launchers/place', 'place-1\n');
    project().write('.ginko/runs/epic-1/TASK-1/g1a1/output.log', 'page 1\n10 %\rpage 2 of 9\n');
    expect((await project().run('status')).stdout).toMatch(/^ {2}TASK-1 Title of TASK-1 .+\n {4}page 2 of 9$/m);
    project().write('.ginko/launchers/place', 'place-2\n');
    expect((await project().run('status')).stdout).not.toContain('page 2 of 9');
  });

  it.each([
    ['nobody listens on', () => Promise.resolve({ url: 'http://127.0.0.1:9', close: () => Promise.resolve() })],
    ['answers with a page', () => startLoopbackServer(html(200), html(200), html(200))],
  ])('falls back to the local state when the graph %s, with the reason', async (_, start) => {
    await aRun();
    const server = await start();
    project().write('.ginko/config.json', JSON.stringify({ graph: { url: server.url } }));
    const status = await project().json('status');
    await server.close();
    expect(status).toMatchObject({
      source: 'local',
      sequence: 3,
      reason: expect.stringMatching(/^graph unavailable: .+127\.0\.0\.1/) as string,
    });
  });

  it('says in whole sentences that neither the graph nor this copy has a run', async () => {
    project().write('.ginko/config.json', JSON.stringify({ graph: { url: 'http://127.0.0.1:9' } }));
    expect((await project().run('status')).stderr).toMatch(
      /this working copy has no state of it, and the graph cannot be asked: the graph at http:\/\/127\.0\.0\.1:9 cannot be reached \(.+\)\. Check that .+\. Start one with ginko orchestrate\.\n$/,
    );
    expect((await project().run('task', 'list')).stderr).toMatch(/^The graph at http:\/\/127\.0\.0\.1:9 cannot be /);
  });

  it('says that a checkpoint is damaged, and moves nothing', async () => {
    await aRun();
    writeFileSync(join(directory(), 'checkpoint.json'), 'damaged');
    const { warnings } = (await project().json('status')) as { warnings: string[] };
    expect(warnings[0]).toContain('checkpoint.json is not JSON');
    expect((await project().run('checkpoint', 'history')).stdout).toContain('! checkpoint.json is not JSON');
  });

  it('refuses what a newer ginko wrote', async () => {
    await aRun();
    writeFileSync(join(directory(), 'checkpoint.json'), '{"version":99}');
    const { code, stderr } = await project().run('status');
    expect(code).toBe(1);
    expect(stderr).toContain('upgrade ginko');
  });

  it('finds the only run when no sprint is active', async () => {
    await aRun();
    project().write('docs/sprints/a.md', '# Nothing\n');
    expect(await project().json('status')).toMatchObject({ epicId: 'epic-1', running: [{ taskId: 'TASK-1' }] });
  });

  it('has examples in its help', async () => {
    expect((await project().run('status', '--help')).stdout).toContain('Examples:\n  ginko status\n');
  });
});
