import { sprintText, useCommandProject } from '../support/command-project.js';

describe('a run that is started again by itself', () => {
  const project = useCommandProject();

  it('asks nobody to continue it, and ends with its last start', async () => {
    project().write('docs/sprints/a.md', sprintText([{ id: 'TASK-1' }]));
    const agent = 'sh -c "until [ -e go ]; do sleep 0.1; done"';
    const mayRunFor = (maxRuntime: string): void =>
      project().write('.ginko/config.json', JSON.stringify({ defaults: { maxRuntime } }));
    mayRunFor('3s');
    const run = project().start('orchestrate', '--respawn', '--exec', agent);
    await run.line((line) => line === '  It goes on by itself (--respawn)');
    mayRunFor('10m');
    project().write('go', '');
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('going on in 1 s') as string });
    expect(stdout).not.toContain('Continue with');
    expect(stdout).toMatch(/1 of 1 task complete, 1 of them since this start/);
  });
});
