import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { attemptFiles, prepareAttempt, readAgentWord } from '../../src/lib/perform/agents/attempt-files.js';
import { outputTail } from '../../src/lib/perform/output-tail.js';

let folder: string;
const place = () => ({ root: join(folder, 'project'), epicId: 'epic-1' });
const filesOf = (attempt = 1) => attemptFiles(place(), { taskId: 'TASK-1', generation: 1, attempt });
const text = { brief: 'Do it.\n', script: null };

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ginko-attempt-')));
  mkdirSync(join(folder, 'project', '.ginko'), { recursive: true, mode: 0o700 });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("an attempt's folder", () => {
  it('is made for its owner alone, with the task and its script', () => {
    expect(prepareAttempt(filesOf(), { brief: 'Do it.\n', script: 'true' })).toMatchObject({ ok: true });
    const { folders, directory, taskFile, scriptFile } = filesOf();
    for (const path of folders) expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const path of [taskFile, scriptFile]) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(['run.sh', 'task.md']);
    expect([readFileSync(taskFile, 'utf8'), readFileSync(scriptFile, 'utf8')]).toEqual(['Do it.\n', 'true\n']);
  });

  it('is closed to others where it stood open', () => {
    const { folders } = filesOf();
    for (const path of folders) mkdirSync(path, { mode: 0o755 });
    for (const path of folders) chmodSync(path, 0o755);
    expect(prepareAttempt(filesOf(), text)).toMatchObject({ ok: true });
    for (const path of folders) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('keeps nothing of an earlier attempt under the same name', () => {
    const { directory, taskFile, resultFile, outputFile, scriptFile } = filesOf();
    prepareAttempt(filesOf(), { brief: 'old', script: 'old' });
    for (const path of [resultFile, outputFile]) writeFileSync(path, 'old');
    expect(prepareAttempt(filesOf(), text)).toMatchObject({ ok: true });
    expect(readdirSync(directory)).toEqual(['task.md']);
    expect(readFileSync(taskFile, 'utf8')).toBe('Do it.\n');
    expect(existsSync(scriptFile)).toBe(false);
  });

  it.each([
    ['runs', 0],
    ["the epic's", 1],
    ["the task's", 2],
    ["the attempt's", 3],
  ] as const)('is not made, and nothing removed, behind a link in place of a folder: %s', (_, index) => {
    const outside = join(folder, 'outside');
    const { folders, directory, resultFile } = filesOf();
    const link = folders[index] ?? '';
    const precious = join(outside, resultFile.slice(link.length));
    mkdirSync(dirname(precious), { recursive: true });
    writeFileSync(precious, 'precious');
    mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
    symlinkSync(outside, link);
    expect(prepareAttempt(filesOf(), text)).toMatchObject({
      ok: false,
      failure: {
        code: 'file_unwritable',
        message: `${link} is a symbolic link, so no attempt is kept there. Remove it or change its owner, then continue with --resume.`,
      },
    });
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(readdirSync(directory)).toEqual(['agent-result.json']);
  });

  it('is looked at each time: a folder that an agent made a link of meanwhile is refused', () => {
    expect(prepareAttempt(filesOf(), text)).toMatchObject({ ok: true });
    const { folders } = filesOf();
    const runs = folders[0] ?? '';
    rmSync(runs, { recursive: true });
    mkdirSync(join(folder, 'outside'));
    symlinkSync(join(folder, 'outside'), runs);
    expect(prepareAttempt(filesOf(2), text)).toMatchObject({ ok: false, failure: { code: 'file_unwritable' } });
    expect(readdirSync(join(folder, 'outside'))).toEqual([]);
  });

  it('is named when something else has its place', () => {
    writeFileSync(join(folder, 'project', '.ginko', 'runs'), '');
    expect(prepareAttempt(filesOf(), text)).toMatchObject({
      ok: false,
      failure: { message: expect.stringMatching(/\.ginko\/runs is not a folder, so/) as string },
    });
  });
});

describe("an agent's word", () => {
  const word = (content?: string) => {
    prepareAttempt(filesOf(), text);
    if (content !== undefined) writeFileSync(filesOf().resultFile, content);
    return readAgentWord(filesOf());
  };

  it('is what its result file says, and nothing where that is empty or missing', () => {
    const result = { status: 'complete', summary: 'Done.', tokens: 5 };
    expect(word(JSON.stringify(result))).toEqual({ kind: 'said', result });
    expect(word('  \n')).toEqual({ kind: 'none' });
    expect(word()).toEqual({ kind: 'none' });
  });

  it.each<[string, RegExp]>([
    ['no JSON', /^the text is not JSON: [^\n]+[^.]$/],
    ['{"status":"finished"}', /^status: .+$/],
    ['{"status":"complete","__proto__":{"tokens":5}}', /^the text is refused: it holds the key "__proto__"$/],
    // Of characters fewer, of bytes more than the limit.
    [
      `"${'ä'.repeat(600_000)}"`,
      /^the file .*agent-result\.json has 1200002 bytes, more than the 1048576 that are read$/,
    ],
  ])('is unreadable where it is not what it should be: %.40s', (content, why) => {
    expect(word(content)).toEqual({ kind: 'unreadable', why: expect.stringMatching(why) as string });
  });

  it('is not waited for where the file is a pipe, and not followed where it is a link', () => {
    prepareAttempt(filesOf(), text);
    const { resultFile } = filesOf();
    expect(spawnSync('mkfifo', [resultFile]).status).toBe(0);
    expect(readAgentWord(filesOf())).toEqual({ kind: 'unreadable', why: `the file ${resultFile} is not a file` });
    rmSync(resultFile);
    writeFileSync(join(folder, 'result.json'), '{"status":"complete"}');
    symlinkSync(join(folder, 'result.json'), resultFile);
    expect(readAgentWord(filesOf())).toEqual({ kind: 'unreadable', why: `the file ${resultFile} is a symbolic link` });
  });
});

describe('the end of an output', () => {
  it('is its last line that is not blank', () => {
    const path = join(folder, 'output.log');
    writeFileSync(path, `${'x'.repeat(3_000)}\nlast\n\n`);
    expect(outputTail(path)).toEqual({ lastLine: 'last', grewAt: statSync(path).mtimeMs });
    writeFileSync(path, '');
    expect(outputTail(path)).toEqual({ grewAt: statSync(path).mtimeMs });
    expect(outputTail(join(folder, 'none'))).toBeNull();
  });

  it('is not waited for where a pipe has the place of the file', () => {
    const path = join(folder, 'output.log');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect(outputTail(path)).toBeNull();
  });
});
