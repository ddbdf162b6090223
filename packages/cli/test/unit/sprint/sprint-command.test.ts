import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutput } from '../../../src/lib/report/output.js';
import { runProgram } from '../../../src/program.js';
import { fixturePath, fixtureText } from './sprint-builders.js';

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ginko-command-'));
  await mkdir(join(cwd, 'docs', 'sprints'), { recursive: true });
});

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true });
});

async function ginko(args: readonly string[], columns?: number): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): { write(text: string): boolean; isTTY: boolean; columns: number } => ({
    isTTY: columns !== undefined,
    columns: columns ?? 0,
    write: (text) => {
      written[name] += text;
      return true;
    },
  });
  const output = createOutput({ stdout: stream('stdout'), stderr: stream('stderr'), env: { NO_COLOR: '1' } });
  const exitCode = await runProgram(['sprint', ...args], { output, env: {}, cwd });
  return { exitCode, ...written };
}

const put = (name: string, text: string): Promise<void> => writeFile(join(cwd, 'docs', 'sprints', name), text);

describe('ginko sprint show', () => {
  it('prints one JSON document with just the promised fields', async () => {
    await put('a.md', fixtureText('everyday.md'));
    const { exitCode, stdout, stderr } = await ginko(['show', 'a.md', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const document = JSON.parse(stdout) as { tasks: readonly object[] };
    expect(document).toMatchObject({ file: 'docs/sprints/a.md', sprintId: 'demo_s01', epicId: 'EPIC-7', problems: [] });
    expect(document.tasks[0]).toEqual({
      id: 'demo_s01_t01',
      title: 'Model the basket',
      status: 'complete',
      dependsOn: [],
      externalDepends: [],
      priority: 'HIGH',
      effort: '4h',
      capabilities: ['testing', 'typescript'],
      line: 14,
    });
    expect(document.tasks[2]).toMatchObject({ status: 'blocked', blockedReason: 'paused' });
  });

  it('shows the active sprint, and why it is that', async () => {
    await put('a.md', '### TASK-1: Old\n**Status:** [x]\n');
    await put('b.md', fixtureText('everyday.md'));
    const { exitCode, stdout } = await ginko(['show']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('docs/sprints/b.md is declared in_progress in its front matter.');
    expect(stdout).toMatch(/demo_s01_t03 +paused +P0 +about two days +demo_s01_t01, the contract with the bank +Pay/);
  });

  it.each([1, 8, 20, 41, 60, 80, 200])('fits a terminal of %i columns', async (columns) => {
    const { stdout } = await ginko(['show', fixturePath('everyday.md')], columns);
    for (const line of stdout.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('lists problems below, and prints no control characters of the file', async () => {
    await put(
      'a.md',
      '### TASK-1: \u001b[2Jred\u0007\n**Status:** perhaps\u001b]0;x\u0007\n**Depends:** TASK-2\u009b\n',
    );
    const { exitCode, stdout } = await ginko(['show', 'a.md']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/docs\/sprints\/a\.md:2: The status "perhaps"/);
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it.each(['', '# Notes\n'])('says that a file is no sprint, with the document still on stdout: %j', async (text) => {
    await put('a.md', text);
    const { exitCode, stdout, stderr } = await ginko(['show', 'a.md', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'docs/sprints/a.md', tasks: [] });
    expect(stderr).toMatch(/a\.md is (empty|not a sprint)/);
    expect(await ginko(['show', 'a.md'])).toMatchObject({ exitCode: 1, stdout: '' });
  });

  it('says that there is no such file', async () => {
    expect(await ginko(['show', 'nowhere.md'])).toMatchObject({ exitCode: 1, stdout: '' });
    expect((await ginko(['show', 'nowhere.md'])).stderr).toMatch(/^There is no sprint "nowhere.md"/);
  });
});

describe('ginko sprint check', () => {
  it('names every problem with file and line, and ends with 1 when one of them stops a run', async () => {
    const { exitCode, stdout } = await ginko(['check', fixturePath('troubled.md')]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${fixturePath('troubled.md')}:15: duplicate_id: The id TASK-2 stands on line 7`);
    expect(stdout.trimEnd().split('\n')).toHaveLength(10);
    expect(stdout).toMatch(/4 tasks, 9 problems; 4 of them: a run would not start, or leave tasks blocked\n$/);
  });

  it.each([
    ['a cycle', '### T1: a\n**Depends:** T1\n', 1],
    ['a missing dependency', '### T1: a\n**Depends:** T2\n', 1],
    ['no tasks', '## Tasks\n', 1],
    ['an unknown status', '### T1: a\n**Status:** perhaps\n', 0],
    ['nothing', '### T1: a\n', 0],
  ])('ends as it must with %s', async (_, text, exitCode) => {
    await put('a.md', text);
    expect(await ginko(['check'])).toMatchObject({ exitCode: text === '## Tasks\n' ? 1 : exitCode });
    expect(await ginko(['check', 'a.md'])).toMatchObject({ exitCode });
  });

  it('says that all is well', async () => {
    await put('a.md', '### T1: a\n');
    expect((await ginko(['check', 'a.md'])).stdout).toBe('docs/sprints/a.md: 1 task, no problems\n');
  });
});

describe('ginko sprint deps', () => {
  it.each([
    [[], '● demo_s01_t01'],
    [['--format', 'mermaid'], 'flowchart LR'],
    [['--format', 'dot'], 'digraph sprint {'],
    [['--format', 'json'], '{"sprintId":"demo_s01"'],
  ])('%j', async (options, beginning) => {
    const { exitCode, stdout } = await ginko(['deps', fixturePath('everyday.md'), ...options]);
    expect(exitCode).toBe(0);
    expect(stdout.startsWith(beginning)).toBe(true);
  });

  it('refuses another format, a file that is no sprint, and one that is not there', async () => {
    expect((await ginko(['deps', '--format', 'png'])).stderr).toMatch(/png.*tree, mermaid, dot, json/);
    expect(await ginko(['deps', fixturePath('report.md')])).toMatchObject({ exitCode: 1, stdout: '' });
    expect(await ginko(['deps', 'nowhere'])).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('ginko sprint list', () => {
  it('shows the files with the active one marked', async () => {
    await put('a.md', '# Old\n### TASK-1: a\n**Status:** [x]\n');
    await put('b.md', fixtureText('everyday.md'));
    const { exitCode, stdout } = await ginko(['list']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {3}docs\/sprints\/a\.md .*1 of 1 +Old$/m);
    expect(stdout).toMatch(
      /^\* {2}docs\/sprints\/b\.md .*demo_s01 +EPIC-7 +in_progress +2 of 4 +SPRINT: Small web shop$/m,
    );
    expect(JSON.parse((await ginko(['list', '--json'])).stdout)).toMatchObject([
      { file: 'docs/sprints/a.md', tasks: 1, complete: 1, isActive: false },
      { file: 'docs/sprints/b.md', tasks: 4, complete: 2, isActive: true },
    ]);
  });

  it('says that two are declared active', async () => {
    for (const name of ['a.md', 'b.md']) await put(name, '---\nstatus: active\n---\n### T1: a\n');
    const { exitCode, stderr } = await ginko(['list']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('docs/sprints/a.md and docs/sprints/b.md');
  });

  it('says that there is none, and which files could not be read', async () => {
    expect(await ginko(['list'])).toMatchObject({ exitCode: 1, stdout: '' });
    await writeFile(join(cwd, 'docs', 'sprints', 'bad.md'), Buffer.from([0]));
    expect((await ginko(['list'])).stderr).toMatch(/bad\.md is not a UTF-8 text file/);
    await put('done.md', '### T1: a ✓\n');
    expect(await ginko(['list'])).toMatchObject({ exitCode: 0 });
  });
});

describe('help', () => {
  it.each([['list'], ['show'], ['check'], ['deps']])('of %s has examples', async (name) => {
    const { exitCode, stdout } = await ginko([name, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Examples:\n  ginko sprint ${name}`);
  });
});

describe('a sprint that is not found', () => {
  const folder = (): string => join(cwd, 'docs', 'sprints');

  it.each([['show'], ['check'], ['deps']])(
    '%s: names the folder, and the way that this command has',
    async (command) => {
      expect((await ginko([command])).stderr).toBe(
        `No sprint file with tasks was found in ${folder()}. ` +
          'Write one (ginko init makes a first one), or name a file after the command.\n',
      );
    },
  );

  it('list: names the folder, and no option that it does not have', async () => {
    expect(await ginko(['list'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `No sprint file with tasks was found in ${folder()}. Write one (ginko init makes a first one).\n`,
    });
  });

  it('says only that the file could not be read where that is all there is', async () => {
    await writeFile(join(folder(), 'a.md'), Buffer.from([0xff, 0xfe, 0]));
    const { stderr } = await ginko(['show']);
    expect(stderr).toContain(`No sprint could be read in ${folder()}. docs/sprints/a.md is not a UTF-8 text file.`);
    expect(stderr).not.toContain('was found');
    expect((await ginko(['list'])).stderr).toMatch(/^docs\/sprints\/a\.md is not a UTF-8 text file\. [^\n]+\n$/);
  });

  it('has several to choose from, each by the way that the command has', async () => {
    for (const name of ['a', 'b']) await put(`${name}.md`, `---\nsprint_id: ${name}\nstatus: active\n---\n### T1: x\n`);
    expect((await ginko(['check'])).stderr).toContain('Name one after the command, such as docs/sprints/a.md, or set');
    const listed = await ginko(['list']);
    expect(listed.stderr).toContain('Set "status: complete" in the front matter of the others.');
    expect(listed.stderr).not.toContain('--sprint');
  });
});

describe('ginko sprint check and deps for programs', () => {
  it('check --json names every problem, and whether it stops a run or blocks tasks', async () => {
    await put('a.md', '### T1: a\n**Depends:** T2\n**Status:** perhaps\n');
    const { exitCode, stdout } = await ginko(['check', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      file: 'docs/sprints/a.md',
      tasks: 1,
      isUsable: false,
      problems: [
        { line: 2, code: 'missing_dependency', message: expect.stringContaining('T2') as string, stops: true },
        { line: 3, code: 'unknown_status', message: expect.stringContaining('perhaps') as string, stops: false },
      ],
    });
  });

  it('deps --json is the same as --format json', async () => {
    await put('a.md', '### T1: a\n### T2: b\n**Depends:** T1\n');
    expect(await ginko(['deps', '--json'])).toEqual(await ginko(['deps', '--format', 'json']));
  });

  it('check names a file once that is no sprint', async () => {
    await writeFile(join(cwd, 'passwd'), '# a\n## b\n');
    expect((await ginko(['check', 'passwd'])).stdout.split('\n')[0]).toMatch(
      /^passwd:1: not_a_sprint: The file is not a sprint/,
    );
  });
});
