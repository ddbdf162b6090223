import { join } from 'node:path';
import { sprintText, useCommandProject } from '../../support/command-project.js';

const project = useCommandProject();

describe('an epic that no sprint has', () => {
  it('is named, with those that there are and the folder', async () => {
    project().write('docs/sprints/a.md', sprintText([{ id: 'TASK-1' }]));
    const ran = await project().run('orchestrate', '--epic', 'nope', '--exec', 'true');
    expect(ran).toEqual({
      code: 1,
      stdout: '',
      stderr: `No sprint of the epic "nope" in ${join(project().root, 'docs/sprints')}; there are: epic-1. See ginko sprint list.\n`,
    });
  });
});

describe('a command without --sprint', () => {
  it.each([
    [['trust'], /^(?!.*--sprint)No commands come from this repository/],
    [
      ['checkpoint', 'history'],
      /^No sprint file with tasks was found in \S+docs\/sprints\. .*or name an epic with --epic\.\n$/,
    ],
    [['sprint', 'show'], /or name a file after the command\.\n$/],
    [['orchestrate'], /or name a file with --sprint\.\n$/],
    [['status'], /or name a file with --sprint\.\n$/],
  ])('%j: does not advise what it does not have', async (args, says) => {
    const { stdout, stderr } = await project().run(...args);
    expect(stdout + stderr).toMatch(says);
  });
});

describe('whoever makes .ginko', () => {
  it('keeps it out of git, also where ginko init never ran', async () => {
    project().write('docs/sprints/a.md', sprintText([{ id: 'TASK-1' }]));
    expect(await project().run('task', 'complete', 'TASK-1')).toMatchObject({ code: 0 });
    const ignored = project().read('.ginko/.gitignore');
    await project().run('init');
    expect(project().read('.ginko/.gitignore')).toBe(ignored);
  });

  it('leaves a .gitignore alone that is there', async () => {
    project().write('.ginko/.gitignore', '# mine\n');
    project().write('docs/sprints/a.md', sprintText([{ id: 'TASK-1' }]));
    expect(await project().run('task', 'complete', 'TASK-1')).toMatchObject({ code: 0 });
    expect(project().read('.ginko/.gitignore')).toBe('# mine\n');
  });
});

describe('colours', () => {
  beforeEach(() => project().write('docs/sprints/a.md', sprintText([{ id: 'TASK-1' }])));

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: 'false' }, false],
    [{ NO_COLOR: '1' }, false],
  ])('in a pipe with %j: %s', async (env, hasColors) => {
    const { stdout } = await project().runWith(env, 'orchestrate', '--dry-run', '--exec', 'true');
    expect(stdout.includes('\u001b[')).toBe(hasColors);
  });
});
