import { existsSync } from 'node:fs';
import { sprintText, useCommandProject } from '../../support/command-project.js';

const project = useCommandProject();
const dryRun = ['orchestrate', '--dry-run'] as const;
const sprint = 'docs/sprints/sprint-1.md';

describe('the plan of a run that could not start', () => {
  beforeEach(() => project().write(sprint, sprintText([{ id: 'TASK-1', run: 'true' }, { id: 'TASK-2' }])));

  const problemsOf = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await project().run(...dryRun, ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('2 tasks, 0 complete, 2 to run');
    expect(existsSync(project().path('.ginko/orchestrator'))).toBe(false);
    return stdout.slice(stdout.indexOf('nothing was changed.'));
  };

  it.each([
    [
      '--exec',
      'nosuch-program x',
      '✗ --exec: the program "nosuch-program" was not found or is not executable. Install it, or correct the command after --exec.',
    ],
    [
      '--agent',
      'gemini',
      '✗ --agent gemini: the program "gemini" was not found or is not executable. Install it, or choose another agent with --exec or --agent.',
    ],
  ])('%s %s: says which program is missing', async (option, value, says) => {
    expect(await problemsOf(option, value)).toContain(`A run would refuse to start:\n  ${says}\n`);
  });

  it('points to --verify where its program is missing', async () => {
    expect(await problemsOf('--exec', 'true', '--verify', 'nosuch')).toContain(
      '✗ --verify: the program "nosuch" was not found or is not executable. Install it, or correct the command after --verify.',
    );
  });

  it('names commands that nobody has approved, and tasks without a Run block', async () => {
    const problems = await problemsOf('--agent', 'shell');
    expect(problems).toMatch(/refuse to start:\n {2}✗ This repository brings commands .*TASK-1, \*\*Run:\*\*/);
    expect(problems).toMatch(
      /would fail 1 task:\n {2}✗ docs\/sprints\/sprint-1\.md:\d+: TASK-2 has no \*\*Run:\*\* block/,
    );
  });

  it('has no word about problems when there are none', async () => {
    expect(await problemsOf('--exec', 'true')).toBe('nothing was changed.\n');
  });

  it('has them in its JSON too', async () => {
    expect(await project().json(...dryRun, '--agent', 'shell', '--trust')).toMatchObject({
      kind: 'plan',
      problems: [{ code: 'agent_not_started', stopsRun: false }],
    });
    expect(await project().json(...dryRun, '--exec', 'nosuch')).toMatchObject({
      problems: [{ code: 'agent_not_started', stopsRun: true }],
    });
  });

  it('repeats the warnings about the configuration', async () => {
    project().write('.ginko/config.json', '{"color": 1}');
    expect((await project().run(...dryRun, '--exec', 'true')).stderr).toContain('the key "color" is not known');
  });
});

describe('settings that are wrong', () => {
  beforeEach(async () => {
    project().write(sprint, sprintText([{ id: 'TASK-1' }, { id: 'TASK-2' }]));
    project().write('.gitkeep', '');
    expect(await project().start('orchestrate', '--exec', 'true', '--no-write-back').ended).toMatchObject({ code: 0 });
  });

  it.each([
    ['GINKO_GRAPH_ID', 'bad id/..'],
    ['GINKO_GRAPH_URL', 'notaurl'],
    ['GRAPH_PERSIST_INTERVAL', 'often'],
    ['GINKO_CONTEXT_LIMIT', 'abc'],
  ])('%s=%s: nothing is touched, and the variable is named', async (name, value) => {
    const before = project().read('.ginko/orchestrator/epic-1/checkpoint.json');
    for (const args of [
      ['orchestrate', '--exec', 'true'],
      ['orchestrate', '--resume', '--exec', 'true'],
    ]) {
      const ran = await project().runWith({ [name]: value }, ...args);
      expect(ran).toMatchObject({ code: 1, stdout: '' });
      expect(ran.stderr).toMatch(new RegExp(`^${name} must be .*got "${value.replace('.', '\\.')}"`));
    }
    expect(existsSync(project().path('.ginko/orchestrator/epic-1/quarantine'))).toBe(false);
    expect(project().read('.ginko/orchestrator/epic-1/checkpoint.json')).toBe(before);
    expect(await project().runWith({ [name]: value }, 'status')).toMatchObject({ code: 1, stdout: '' });
  });

  it('the folder that the run made is ignored by git, but for what is shared', () => {
    expect(project().read('.ginko/.gitignore')).toMatch(/\n\*\n!\.gitignore\n!config\.json\n$/);
  });

  it('the dry run of a resume tells a program where the state is from', async () => {
    expect(await project().json(...dryRun, '--resume', '--exec', 'true')).toMatchObject({
      kind: 'recovery_table',
      source: 'graph',
      reason: expect.any(String) as string,
      checkpoint: expect.stringMatching(/^run-.*@\d+$/) as string,
      persistedAt: expect.stringMatching(/^20/) as string,
      completed: 2,
      inProgress: 0,
      atWork: null,
      problems: [],
      tasks: [
        { taskId: 'TASK-1', agent: null },
        { taskId: 'TASK-2', agent: null },
      ],
    });
  });
});
