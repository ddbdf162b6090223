import { localTime } from '../../../src/lib/report/time-text.js';
import { existsSync, mkdirSync } from 'node:fs';
import { createStateFile } from '../../../src/lib/perform/state-file.js';
import { sprintText, useCommandProject } from '../../support/command-project.js';
import { aCheckpoint, valueOf } from '../../support/history.js';

const at = '2026-01-05T10:00:00.000Z';

describe('ginko task', () => {
  const project = useCommandProject();

  beforeEach(() => {
    project().write(
      'docs/sprints/a.md',
      sprintText([
        { id: 'TASK-1', status: '[x]' },
        { id: 'TASK-2', depends: 'TASK-1' },
        { id: 'TASK-3', depends: 'TASK-2', run: 'true' },
        { id: 'TASK-4', status: '[Z]' },
      ]),
    );
  });

  const aRun = async (): Promise<void> => {
    const directory = project().path('.ginko/orchestrator/epic-1');
    mkdirSync(directory, { recursive: true });
    const record = { taskId: 'TASK-2', agentId: 'shell-1', generation: 1 } as const;
    const failure = { code: 'agent_failed', message: 'exited with code 2' } as const;
    const state = aCheckpoint({
      sequence: 9,
      completedTasks: ['TASK-1'],
      inProgressTasks: { 'TASK-2': 'shell-2' },
      assignmentHistory: [
        { ...record, attempt: 1, status: 'failed', assignedAt: at, closedAt: at, failure },
        { ...record, agentId: 'shell-2', attempt: 2, status: 'assigned', assignedAt: at },
      ],
      taskState: {
        'TASK-2': { attempt: 2, failures: 1 },
        'TASK-3': { blockedReason: 'person', blockedDetail: 'wait' },
      },
    });
    valueOf(await createStateFile({ directory, epicId: 'epic-1' }).save(state));
  };

  describe('list', () => {
    it('shows the tasks as the sprint file has them before any run, and makes nothing', async () => {
      const { code, stdout } = await project().run('task', 'list');
      expect(code).toBe(0);
      expect(stdout.split('\n').map((line) => line.trimEnd())).toEqual([
        expect.stringMatching(/^task +status +attempts +agent +waits for +title$/),
        expect.stringMatching(/^TASK-1 +complete +Title of TASK-1$/),
        expect.stringMatching(/^TASK-2 +pending +Title of TASK-2$/),
        expect.stringMatching(/^TASK-3 +pending +TASK-2 +Title of TASK-3$/),
        expect.stringMatching(/^TASK-4 +blocked +Title of TASK-4$/),
        '',
      ]);
      expect(existsSync(project().path('.ginko'))).toBe(false);
    });

    it('shows those of the sprint that is named, by file, by id, or by epic', async () => {
      project().write(
        'docs/sprints/b.md',
        '---\nsprint_id: s2\nepic_id: epic-2\n---\n# B\n## TASK-71: Other\n**Status:** [x]\n',
      );
      for (const option of ['--sprint=docs/sprints/b.md', '--sprint=s2', '--epic=epic-2'])
        expect(await project().json('task', 'list', option)).toMatchObject({
          epicId: 'epic-2',
          tasks: [{ id: 'TASK-71' }],
        });
    });

    it('says when no task is known', async () => {
      const { code, stderr } = await project().run('task', 'list', '--epic', 'epic-9');
      expect(code).toBe(1);
      expect(stderr).toBe('The epic epic-9 has no tasks that are known here.\n');
    });

    it('shows them as the run has them', async () => {
      await aRun();
      expect(await project().json('task', 'list')).toMatchObject({
        epicId: 'epic-1',
        source: 'local',
        tasks: [
          { id: 'TASK-1', status: 'complete' },
          { id: 'TASK-2', status: 'in_progress', agentId: 'shell-2', since: at, attempt: 2, failures: 1 },
          { id: 'TASK-3', status: 'blocked', blockedReason: 'person', blockedDetail: 'wait', waitsFor: ['TASK-2'] },
          { id: 'TASK-4', status: 'blocked', blockedReason: 'paused' },
        ],
      });
    });
  });

  describe('show', () => {
    it('shows definition, state, attempts, and where the last output stands', async () => {
      await aRun();
      project().write('.ginko/runs/epic-1/TASK-2/g1a2/output.log', 'working');
      const { stdout } = await project().run('task', 'show', 'TASK-2');
      expect(stdout).toContain(`TASK-2 Title of TASK-2\n  Status      in progress by shell-2 since ${localTime(at)}`);
      expect(stdout).toMatch(/Attempts +2, 1 failed/);
      expect(stdout).toMatch(/Defined in +docs\/sprints\/a\.md:10/);
      expect(stdout).toMatch(/Output +\.ginko\/runs\/epic-1\/TASK-2\/g1a2\/output\.log/);
      expect(stdout).toContain(`1  shell-1, failed, ${localTime(at)} to ${localTime(at)}: exited with code 2`);
      expect(stdout).toContain(`2  shell-2, assigned, ${localTime(at)}`);
      expect(stdout).toContain('**Depends:** TASK-1');
    });

    it('says why a task is blocked and who can unblock it', async () => {
      await aRun();
      const { stdout } = await project().run('task', 'show', 'TASK-3');
      expect(stdout).toContain('blocked by a person: wait');
      expect(stdout).toContain('ginko task reopen TASK-3');
    });
  });

  describe('a word', () => {
    it('is kept by the graph until an orchestrator reads it, and the last one counts', async () => {
      expect(await project().json('task', 'complete', 'TASK-2')).toMatchObject({
        taskId: 'TASK-2',
        epicId: 'epic-1',
        status: 'complete',
        by: expect.stringMatching(/^person:./) as string,
        revision: 1,
        orchestrator: null,
      });
      expect(await project().json('task', 'complete', 'TASK-2')).toMatchObject({ isChanged: false });
      expect(await project().json('task', 'reopen', 'TASK-2')).toMatchObject({ status: 'pending', revision: 2 });
      await project().run('task', 'fail', 'TASK-3', '--reason', 'links are dead');
      expect(await project().json('task', 'list')).toMatchObject({
        tasks: [
          {},
          expect.not.objectContaining({ unread: expect.anything() as unknown }),
          { id: 'TASK-3', status: 'pending', unread: { status: 'blocked', reason: 'failed: links are dead' } },
          {},
        ],
      });
      const { stdout } = await project().run('task', 'show', 'TASK-3');
      expect(stdout).toMatch(/Said +blocked, by .+: failed: links are dead \(not taken up by an orchestrator yet\)/);
      expect(existsSync(project().path('.ginko/graph.json'))).toBe(false);
    });

    it.each(['complete', 'fail', 'block', 'release', 'reopen', 'show'])(
      '%s names the nearest ids of an unknown task',
      async (verb) => {
        const reason = verb === 'fail' || verb === 'block' ? ['--reason', 'x'] : [];
        const { code, stderr } = await project().run('task', verb, 'TSK-2', ...reason);
        expect(code).toBe(1);
        expect(stderr).toBe('The epic epic-1 has no task "TSK-2". Did you mean TASK-2?\n');
      },
    );

    it('names the list when nothing is near, and prints an id from anywhere cleanly', async () => {
      const { stderr } = await project().run('task', 'complete', 'no\u001b[31msuch');
      expect(stderr).toBe('The epic epic-1 has no task "nosuch". See ginko task list for those there are.\n');
    });

    it('says when there is nothing to say', async () => {
      expect(await project().run('task', 'release', 'TASK-2')).toMatchObject({
        code: 0,
        stdout: 'TASK-2 is pending already: nobody has it; nothing was said.\n',
      });
    });

    it.each(['fail', 'block'])('%s needs a reason', async (verb) => {
      const { code, stderr } = await project().run('task', verb, 'TASK-2');
      expect(code).toBe(1);
      expect(stderr).toContain("required option '--reason <text>' not specified");
      expect((await project().run('task', verb, 'TASK-2', '--reason', ' ')).stderr).toContain(
        '--reason must have 1 to 1900 characters, got 0',
      );
    });

    it('is refused where it would take back a completion by the way', async () => {
      await aRun();
      const { code, stderr } = await project().run('task', 'block', 'TASK-1', '--reason', 'wait');
      expect(code).toBe(1);
      expect(stderr).toContain('ginko task fail TASK-1');
      expect(await project().json('task', 'fail', 'TASK-1', '--reason', 'wrong')).toMatchObject({ status: 'blocked' });
    });

    it('says so when the graph that is configured does not answer', async () => {
      project().write('.ginko/config.json', '{"graph":{"url":"http://127.0.0.1:9"}}');
      const { code, stderr } = await project().run('task', 'complete', 'TASK-2');
      expect(code).toBe(1);
      expect(stderr).toContain('http://127.0.0.1:9');
    });
  });

  it.each(['list', 'show', 'complete', 'fail', 'block', 'release', 'reopen'])(
    '%s --help has examples',
    async (verb) => {
      const { code, stdout } = await project().run('task', verb, '--help');
      expect(code).toBe(0);
      expect(stdout).toContain(`Examples:\n  ginko task ${verb}`);
    },
  );

  it('says what a failure of a person means', async () => {
    expect((await project().run('task', 'fail', '--help')).stdout).toContain(
      'a completion is taken back, and nobody goes on until you run ginko task reopen',
    );
  });
});
