import { existsSync, readFileSync } from 'node:fs';
import { sprintText, useCommandProject, waitFor, type Ran } from '../support/command-project.js';

const project = useCommandProject();

const orchestrate = (...args: readonly string[]): Promise<Ran> =>
  project().start('orchestrate', '--agent', 'shell', '--trust', '--poll-interval', '200ms', ...args).ended;
const say = async (...words: readonly string[]): Promise<void> => {
  const { code, stderr } = await project().run('task', ...words);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
};
/** The tasks that were worked on, by name: two in flight end in any order. */
const done = (): string[] =>
  existsSync(project().path('done')) ? readFileSync(project().path('done'), 'utf8').trim().split('\n').sort() : [];

function writeSprint(...runs: readonly string[]): void {
  const tasks = runs.map((run, index) => ({ id: `TASK-${index + 1}`, run }));
  project().write('docs/sprints/s.md', sprintText(tasks));
}

describe("a person's word that no orchestrator has heard yet", () => {
  it('counts for a first start', async () => {
    writeSprint('echo 1 >> done', 'echo 2 >> done', 'echo 3 >> done');
    await say('complete', 'TASK-1');
    await say('block', 'TASK-2', '--reason', 'do not run this');
    const ran = await orchestrate();
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('do not run this');
    expect(done()).toEqual(['3']);
    await say('release', 'TASK-2');
    expect((await orchestrate()).code).toBe(0);
    expect(done()).toEqual(['2', '3']);
  });

  it('counts for a fresh start after a finished run', async () => {
    writeSprint('echo 1 >> done', 'echo 2 >> done');
    expect((await orchestrate()).code).toBe(0);
    await say('reopen', 'TASK-2');
    expect((await orchestrate()).code).toBe(0);
    expect(done()).toEqual(['1', '2', '2']);
    expect((await orchestrate()).stdout).toContain('Nothing to do');
    expect(done()).toEqual(['1', '2', '2']);
  });

  it('takes no completion back that came first, unless it says so', async () => {
    writeSprint(`${waitFor('go')}; echo 1 >> done`, 'echo 2 >> done');
    const run = project().start('orchestrate', '--agent', 'shell', '--trust', '--json', '--poll-interval', '60s');
    await run.event('task_started', 'TASK-1');
    // The next look at the graph is a minute away: the word is read by the start after this one.
    await say('release', 'TASK-1');
    project().write('go', '');
    expect((await run.ended).code).toBe(0);
    const again = await orchestrate('--resume');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(done()).toEqual(['1', '2']);
  });
});
