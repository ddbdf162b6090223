import { symlinkSync, mkdirSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { configSchema } from '@ginkoai/contract';
import { useCommandProject } from '../../support/command-project.js';

describe('ginko init', () => {
  const project = useCommandProject();

  it('makes a configuration that is read without a warning', async () => {
    const { code, stdout } = await project().run('init');
    expect(code).toBe(0);
    expect(stdout).toContain('Made .ginko/config.json\nMade .ginko/.gitignore\nMade docs/sprints/first-sprint.md\n');
    expect(stdout).toContain('Next: ginko orchestrate --agent shell --trust');
    const config = configSchema.strict().parse(JSON.parse(project().read('.ginko/config.json')));
    expect(config.graphId).toBe(project().root.split('/').at(-1));
    expect(config.agents['coder']).toMatchObject({ capabilities: ['*'] });
    expect((await project().run('trust', '--list')).stderr).toBe('');
    expect(statSync(project().path('.ginko')).mode & 0o777).toBe(0o700);
  });

  it('makes a sprint without problems, of three tasks that wait for each other and can be run', async () => {
    await project().run('init');
    expect(await project().run('sprint', 'check')).toMatchObject({
      code: 0,
      stdout: 'docs/sprints/first-sprint.md: 3 tasks, no problems\n',
    });
    expect(await project().json('sprint', 'show')).toMatchObject({
      sprintId: 'first-sprint',
      tasks: [
        { id: 'TASK-1', status: 'pending', dependsOn: [], priority: 'HIGH' },
        { id: 'TASK-2', dependsOn: ['TASK-1'] },
        { id: 'TASK-3', dependsOn: ['TASK-1', 'TASK-2'] },
      ],
    });
    expect((await project().run('trust', '--list')).stdout.match(/\*\*Run:\*\*/g)).toHaveLength(3);
  });

  it('lets git see the configuration, and nothing else of .ginko', async () => {
    await project().run('init');
    project().write('.ginko/graph.db', 'x');
    project().write('.ginko/orchestrator/first-sprint/checkpoint.json', 'x');
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: project().root, encoding: 'utf8' });
    git('init', '-q');
    expect(git('status', '--short', '--untracked-files=all', '.ginko').split('\n')).toEqual([
      '?? .ginko/.gitignore',
      '?? .ginko/config.json',
      '',
    ]);
  });

  it('overwrites nothing, and says what was there', async () => {
    project().write('.ginko/config.json', '{"graphId":"mine"}');
    project().write('docs/sprints/mine.md', '# Mine\n## TASK-1: One\n');
    const { code, stdout } = await project().run('init');
    expect(code).toBe(0);
    expect(stdout).toContain('.ginko/config.json was there and is left as it is');
    expect(stdout).toContain('There are sprints already, so none was made');
    expect(project().read('.ginko/config.json')).toBe('{"graphId":"mine"}');
    expect(await project().json('init')).toMatchObject({
      files: [
        { path: '.ginko/config.json', isNew: false },
        { path: '.ginko/.gitignore', isNew: false },
      ],
    });
  });

  it('leaves a link where it stands, be its target there or not', async () => {
    mkdirSync(project().path('.ginko'));
    symlinkSync(project().path('elsewhere.json'), project().path('.ginko/config.json'));
    expect((await project().run('init')).stdout).toContain('.ginko/config.json was there');
    expect(() => project().read('elsewhere.json')).toThrow('ENOENT');
  });

  it('says which file could not be made', async () => {
    project().write('.ginko', 'a file');
    const { code, stderr } = await project().run('init');
    expect(code).toBe(1);
    expect(stderr).toMatch(/\.ginko/);
  });
});
