import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import {
  sprintText,
  useCommandProject,
  waitFor,
  type CommandProject,
  type RunningCommand,
} from '../support/command-project.js';

const orchestrate = ['orchestrate', '--agent', 'shell', '--trust', '--json', '--poll-interval', '200ms'] as const;
const sprintFile = 'docs/sprints/sprint-1.md';

describe('the small commands around a run', () => {
  const project = useCommandProject();
  const allow = (name: string): void => writeFileSync(project().path(name), '');
  const startRun = (...more: readonly string[]): RunningCommand => project().start(...orchestrate, ...more);

  it('runs the first sprint of ginko init to its end', async () => {
    expect(await project().run('init')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Made docs/sprints') as string,
    });
    expect(await startRun().ended).toMatchObject({ code: 0, stderr: '' });
    expect(project().read('.ginko/first-sprint/report.txt')).toMatch(/\d/);
    expect(await project().json('status')).toMatchObject({
      end: { stopReason: 'complete', exitCode: 0 },
      counts: { complete: 3 },
    });
  });

  describe('while an orchestrator works', () => {
    let run: RunningCommand;

    beforeEach(async () => {
      project().write(
        sprintFile,
        sprintText([
          { id: 'TASK-1', run: 'true' },
          { id: 'TASK-2', run: waitFor('go-2'), depends: 'TASK-1' },
          { id: 'TASK-3', run: waitFor('go-3') },
          { id: 'TASK-4', run: 'echo ran > ran-4', depends: 'TASK-2' },
        ]),
      );
      run = startRun();
      await run.event('task_started', 'TASK-2');
      await run.event('task_started', 'TASK-3');
    });

    it('status tells from its graph who is at work on what', async () => {
      await project().until(['status'], {
        source: 'graph',
        reason: null,
        epicId: 'epic-1',
        orchestrator: { sign: 'alive', pid: run.child.pid },
        counts: { complete: 1, in_progress: 2, pending: 1 },
        end: null,
      });
      const { stdout } = await project().run('status');
      expect(stdout).toContain('TASK-2 Title of TASK-2 (shell-');
      expect(stdout).toContain(`(process ${run.child.pid} on`);
    });

    it('a person fails, reopens and completes tasks, and it takes the words up', async () => {
      await project().run('task', 'fail', 'TASK-3', '--reason', 'the wrong text');
      await run.event('task_blocked', 'TASK-3');
      expect(await project().json('task', 'show', 'TASK-3')).toMatchObject({
        status: 'blocked',
        blockedReason: 'person',
        blockedDetail: 'failed: the wrong text',
        failures: 0,
      });
      await project().run('task', 'reopen', 'TASK-3');
      await run.event('task_unblocked', 'TASK-3');
      const { stdout } = await project().run('task', 'complete', 'TASK-2');
      expect(stdout).toMatch(/^TASK-2 is complete \(said by .+\)\n {2}orchestrator-.+ takes it up at its next look\n$/);
      await run.event('task_completed', 'TASK-2');
      allow('go-3');
      expect(await run.ended).toMatchObject({ code: 0 });
      expect(project().read('ran-4')).toBe('ran\n');
      expect(
        project()
          .read(sprintFile)
          .match(/\*\*Status:\*\* \[x\]/g),
      ).toHaveLength(4);
    });

    it('release takes a task from its agent, and it is given out again', async () => {
      await project().run('task', 'release', 'TASK-3');
      await run.event('task_released', 'TASK-3');
      allow('go-2');
      allow('go-3');
      expect(await run.ended).toMatchObject({ code: 0 });
      expect(await project().json('task', 'show', 'TASK-3')).toMatchObject({
        status: 'complete',
        attempt: 2,
        failures: 0,
      });
    });

    it('the dry run of a resume says first that it would be refused, and shows the table', async () => {
      const dryRun = ['orchestrate', '--resume', '--dry-run', '--agent', 'shell', '--trust'];
      const { code, stdout } = await project().run(...dryRun);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        new RegExp(
          `^orchestrator-\\S+ \\(process ${run.child.pid} on .+\\) is at work on this epic: --resume would be refused`,
        ),
      );
      expect(stdout).toContain('TASK-3');
      expect(await project().json(...dryRun)).toMatchObject({ atWork: { pid: run.child.pid } });
      const refused = await project().run('orchestrate', '--resume', '--agent', 'shell', '--trust');
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${run.child.pid}`) as string });
    });

    it('refuses to restore or prune its checkpoints, naming it', async () => {
      const restore = await project().run('checkpoint', 'restore', '0', '--yes');
      expect(restore).toMatchObject({ code: 1, stdout: '' });
      expect(restore.stderr).toContain(`process ${run.child.pid}`);
      project().write('.ginko/orchestrator/epic-1/quarantine/old', 'x');
      const prune = await project().run('checkpoint', 'prune');
      expect(prune.code).toBe(1);
      expect(prune.stderr).toContain('Another orchestrator works on this epic');
      expect(existsSync(project().path('.ginko/orchestrator/epic-1/quarantine/old'))).toBe(true);
    });

    it('status --watch prints a line for each change and ends well when interrupted', async () => {
      const watch = project().start('status', '--watch');
      const jsonWatch = project().start('status', '--watch', '--json');
      await watch.line((line) => line.includes('epic-1: 1 of 4 complete, 2 running'));
      allow('go-2');
      await watch.line((line) => line.includes('TASK-2: in progress (shell-'));
      allow('go-3');
      await watch.line((line) => line.includes('Ended: complete'));
      watch.child.kill('SIGINT');
      expect(await watch.ended).toMatchObject({ code: 0, stderr: '' });
      const last = await jsonWatch.line((line) => line.includes('"stopReason":"complete"'));
      expect(JSON.parse(last)).toMatchObject({ counts: { complete: 4 }, end: { exitCode: 0 } });
      jsonWatch.child.kill('SIGTERM');
      expect(await jsonWatch.ended).toMatchObject({ code: 0 });
    });

    describe('and is killed', () => {
      const completedOf = (state: unknown): string[] =>
        (state as { tasks: { id: string; status: string }[] }).tasks.flatMap(({ id, status }) =>
          status === 'complete' ? [id] : [],
        );

      beforeEach(async () => {
        run.child.kill('SIGKILL');
        await run.ended;
      });

      it('status tells so from the local state, and changes nothing', async () => {
        graphHeardNothingSinceStart(project());
        const before = picture(project());
        expect(await project().json('status')).toMatchObject({
          source: 'local',
          reason: expect.stringContaining('newer than the graph') as string,
          orchestrator: { sign: 'gone', pid: run.child.pid },
          counts: { complete: 1, in_progress: 2 },
          lastEvent: { kind: 'task_started' },
          warnings: [],
        });
        expect(picture(project())).toEqual(before);
      });

      it('status names the command that goes on, with the options that were given', async () => {
        const { stdout } = await project().run('status');
        expect(stdout).toContain(
          'gone without ending the run; ginko orchestrate --resume --agent shell --json --poll-interval 200ms carries on',
        );
      });

      it('a word said meanwhile is read by the next --resume', async () => {
        const said = await project().run('task', 'complete', 'TASK-3');
        expect(said.stdout).toContain('No orchestrator is at work: the next ginko orchestrate --resume takes it up');
        expect(await project().json('task', 'list')).toMatchObject({
          tasks: expect.arrayContaining([
            expect.objectContaining({
              id: 'TASK-3',
              status: 'in_progress',
              unread: expect.objectContaining({ status: 'complete' }) as object,
            }),
          ]) as object[],
        });
        allow('go-2');
        expect(await startRun('--resume').ended).toMatchObject({ code: 0 });
        expect(completedOf(await project().json('task', 'list'))).toEqual(['TASK-1', 'TASK-2', 'TASK-3', 'TASK-4']);
      });

      it('restore goes back, here and in the graph, so that the next --resume starts from there', async () => {
        const restored = await project().json('checkpoint', 'restore', '0', '--yes');
        expect(restored).toMatchObject({
          generation: 0,
          epoch: 2,
          sequence: 1,
          undone: ['TASK-1'],
          graph: { kind: 'told' },
        });
        const { quarantined } = restored as { quarantined: string[] };
        expect(readFileSync(quarantined.at(-1) ?? '', 'utf8')).toContain('task_completed');
        expect(completedOf(await project().json('task', 'list'))).toEqual([]);
        allow('go-2');
        allow('go-3');
        const resumed = startRun('--resume');
        await resumed.event('task_started', 'TASK-1');
        expect(await resumed.ended).toMatchObject({ code: 0 });
      });
    });
  });

  it('the end of a run names the command that goes on, and it does', async () => {
    project().write(sprintFile, sprintText([{ id: 'TASK-1' }, { id: 'TASK-2' }]));
    const first = ['orchestrate', '--exec', 'sh -c \'test -e "go on"\'', '--max-attempts', '1', '--agents', '1'];
    const { code, stdout } = await project().run(...first);
    expect(code).toBe(1);
    const command = `ginko orchestrate --resume --exec 'sh -c '\\''test -e "go on"'\\''' --max-attempts 1 --agents 1`;
    expect(stdout).toContain(`Continue with: ${command}\n`);
    expect((await project().run('status')).stdout).toContain(`Continue with: ${command}\n`);
    allow('go on');
    await project().run('task', 'reopen', 'TASK-1');
    await project().run('task', 'reopen', 'TASK-2');
    const args = ['orchestrate', '--resume', ...first.slice(1)];
    expect(await project().run(...args)).toMatchObject({ code: 0, stderr: '' });
  });

  it('says that there is no agent only where there is something to do', async () => {
    project().write(sprintFile, sprintText([{ id: 'TASK-1', status: '[x]' }]));
    const ran = await project().start('orchestrate').ended;
    expect(ran.code).toBe(0);
    expect(ran.stdout + ran.stderr).not.toContain('There is no agent');
  });

  it('restore says when the graph could not be told, and what to do', async () => {
    project().write(sprintFile, sprintText([{ id: 'TASK-1', run: 'true' }]));
    expect(await startRun().ended).toMatchObject({ code: 0 });
    project().write('.ginko/config.json', JSON.stringify({ graph: { url: 'http://127.0.0.1:9' } }));
    const { code, stdout, stderr } = await project().run('checkpoint', 'restore', '1', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain('1 later completion would be undone, and the work done again: TASK-1.');
    expect(stderr).toContain('The graph still has the later state');
    expect(stderr).toContain('http://127.0.0.1:9');
  });
});

/** As if the orchestrator had been killed before it could tell its graph of an event. */
function graphHeardNothingSinceStart(project: CommandProject): void {
  const database = new DatabaseSync(project.path('.ginko/graph.db'));
  database.exec('DELETE FROM event');
  database.close();
}

/** Every file of the run's state, with size and time of its last change. */
function picture(project: CommandProject): Record<string, string> {
  const root = project.path('.ginko');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('launchers'),
  );
  return Object.fromEntries(
    names.map((name) => {
      const { size, mtimeMs } = statSync(join(root, name));
      return [name, `${size} ${mtimeMs}`];
    }),
  );
}
