import { mkdirSync, statSync, symlinkSync } from 'node:fs';
import { sprintText, useCommandProject } from '../../support/command-project.js';

describe('ginko trust', () => {
  const project = useCommandProject();
  const sprintFile = 'docs/sprints/a.md';

  beforeEach(() => {
    project().write(
      sprintFile,
      sprintText([
        { id: 'TASK-1', run: 'make\nmake install' },
        { id: 'TASK-2', run: 'npm test' },
      ]),
    );
    project().write('.ginko/config.json', '{"agents":{"coder":{"command":"code {taskFile}"}}}');
  });

  it('shows every line of every command, where it stands, and whether it is approved', async () => {
    const { code, stdout } = await project().run('trust', '--list');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        '? agent coder, "command" (.ginko/config.json) (not approved)',
        '    code {taskFile}',
        '? TASK-1, **Run:** (docs/sprints/a.md:7) (not approved)',
        '    make',
        '    make install',
        '? TASK-2, **Run:** (docs/sprints/a.md:16) (not approved)',
        '    npm test',
        '3 commands from this repository, 3 not approved.',
        '',
      ].join('\n'),
    );
  });

  it('approves nothing without a yes', async () => {
    const { code, stderr } = await project().run('trust');
    expect(code).toBe(1);
    expect(stderr).toContain('Approve these 3 commands for this user? Nobody can answer');
    expect(await project().json('trust', '--list')).toMatchObject({ commands: [{ isApproved: false }, {}, {}] });
  });

  it('approves texts, for this user only, until a text is edited', async () => {
    expect(await project().run('trust', '--yes')).toMatchObject({ code: 0 });
    expect((await project().run('trust')).stdout).toContain('3 commands from this repository, all approved.');
    expect(statSync(project().path('home/.config/ginko/trusted.json')).mode & 0o077).toBe(0);
    project().write(sprintFile, `${project().read(sprintFile).replace('make install', 'make evil')}\nMore text.\n`);
    const { stdout } = await project().run('trust', '--list');
    expect(stdout).toContain('? TASK-1, **Run:** (docs/sprints/a.md:7) (not approved)');
    expect(stdout).toContain('✓ TASK-2, **Run:** (docs/sprints/a.md:16) (approved)');
  });

  it('tells how many it approved, as JSON', async () => {
    expect(await project().json('trust', '--yes')).toMatchObject({
      approvedNow: 3,
      commands: [{ isApproved: true }, {}, {}],
    });
    expect(await project().json('trust', '--yes')).toMatchObject({ approvedNow: 0 });
  });

  it('cleans what it prints, and says that something is hidden', async () => {
    project().write(sprintFile, sprintText([{ id: 'TASK-1', run: 'echo hi \u001b[8mrm -rf /\u001b[0m\u202e' }]));
    const { stdout } = await project().run('trust', '--list');
    expect(stdout).toContain('    echo hi rm -rf /\n');
    expect(stdout).toMatch(/! It holds \d+ control or invisible characters that are not shown here\./);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  it('has the commands of the configuration where no sprint is active', async () => {
    project().write(sprintFile, '# Nothing\n');
    expect((await project().run('trust', '--list')).stdout).toContain(
      '1 command from this repository, 1 not approved.',
    );
    project().write('.ginko/config.json', '{}');
    expect((await project().run('trust')).stdout).toBe(
      'No commands come from this repository: nothing needs approval.\n',
    );
  });

  it('refuses a sprint that is not there, and a list of approvals that is damaged', async () => {
    expect(await project().run('trust', 'nope.md')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nope.md') as string,
    });
    project().write('home/.config/ginko/trusted.json', '{');
    const { code, stderr } = await project().run('trust', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('trusted.json is damaged');
  });

  it('says that its folder cannot be made, where a link leads nowhere', async () => {
    mkdirSync(project().path('home/.config'), { recursive: true });
    symlinkSync(project().path('nowhere'), project().path('home/.config/ginko'));
    const { code, stderr } = await project().run('trust', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The folder .*home\/\.config\/ginko could not be written .*then try again\.\n$/);
  });

  it('keeps what several approve at the same time', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `docs/sprints/many-${index}.md`);
    for (const name of names) project().write(name, sprintText([{ id: 'TASK-1', run: `echo ${name}` }]));
    project().write('.ginko/config.json', '{}');
    const ended = await Promise.all(names.map((name) => project().run('trust', name, '--yes')));
    expect(ended.map(({ code }) => code)).toEqual(names.map(() => 0));
    for (const name of names) expect((await project().run('trust', name, '--list')).stdout).toContain('all approved');
  });
});
