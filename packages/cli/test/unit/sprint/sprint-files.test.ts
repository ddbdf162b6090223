import { chmod, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  findProjectRoot,
  findSprint,
  listSprints,
  locateSprint,
  shownPath,
} from '../../../src/lib/perform/sprint-files.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ginko-sprints-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function put(path: string, content: string | Buffer, at = 1_000): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  await utimes(file, at, at);
  return file;
}

const aFile = (...head: readonly string[]): string => [...head, '### TASK-1: a', '**Status:** [ ]', ''].join('\n');

async function failureOf(sprint?: string, cwd = root): Promise<string> {
  const found = await findSprint(sprint === undefined ? { cwd } : { cwd, sprint });
  return found.ok ? 'none' : `${found.failure.code}: ${found.failure.message}`;
}

describe('the root of a project', () => {
  it('is the folder itself where there is no sign', async () => {
    expect(await findProjectRoot('/')).toBe('/');
  });

  it('is the nearest folder upwards with a sign of one', async () => {
    await mkdir(join(root, '.git'));
    await mkdir(join(root, 'a', 'docs', 'sprints'), { recursive: true });
    await mkdir(join(root, 'b', 'c'), { recursive: true });
    expect(await findProjectRoot(join(root, 'a', 'docs'))).toBe(join(root, 'a'));
    expect(await findProjectRoot(join(root, 'b', 'c'))).toBe(root);
  });
});

describe('the active sprint of a folder', () => {
  it('is found from a folder below, with the reason', async () => {
    const file = await put('docs/sprints/a.md', aFile('**Sprint ID:** s1'));
    await put('docs/sprints/notes.txt', aFile());
    await put('docs/sprints/README.md', aFile(), 2_000);
    await mkdir(join(root, 'src'));
    const found = await findSprint({ cwd: join(root, 'src') });
    expect(found).toMatchObject({
      ok: true,
      value: { file, root, text: aFile('**Sprint ID:** s1'), why: `${file} is the newest sprint file with open tasks` },
    });
  });

  it('may be asked for by epic', async () => {
    const file = await put('docs/sprints/a.md', aFile('**Epic:** E1'));
    await put('docs/sprints/b.md', aFile('**Epic:** E2'), 2_000);
    expect(await findSprint({ cwd: root, epic: 'E1' })).toMatchObject({ ok: true, value: { file } });
    expect(await findSprint({ cwd: root, epic: 'E3' })).toMatchObject({ ok: false, failure: { code: 'no_sprint' } });
  });

  it('is missing where there is no folder, and unreadable files are not hidden', async () => {
    await mkdir(join(root, '.git'));
    expect(await failureOf()).toMatch(/^no_sprint/);
    await put('docs/sprints/bad.md', Buffer.from([0x23, 0xff]));
    expect(await failureOf()).toMatch(/^no_sprint: .* bad\.md|^no_sprint: .*bad\.md is not a UTF-8 text file/);
  });

  it('is missing where docs/sprints is no folder', async () => {
    await put('docs/sprints', 'a file');
    expect(await failureOf()).toMatch(/^no_sprint: .*docs\/sprints could not be read/);
  });
});

describe('a sprint that is named', () => {
  it('may be a path, a name with or without its ending, or an id', async () => {
    const file = await put('docs/sprints/SPRINT-1.md', aFile('**Sprint ID:** e1_s01'));
    await put('docs/sprints/CURRENT-SPRINT.md', aFile('**Sprint ID:** e1_s01'));
    for (const sprint of [file, 'docs/sprints/SPRINT-1.md', 'SPRINT-1.md', 'SPRINT-1', 'e1_s01', 'E1_S01'])
      expect(await findSprint({ cwd: root, sprint })).toMatchObject({ ok: true, value: { file, root } });
  });

  it('may stand only in CURRENT-SPRINT.md', async () => {
    const file = await put('docs/sprints/CURRENT-SPRINT.md', aFile('**Sprint ID:** e1_s01'));
    expect(await findSprint({ cwd: root, sprint: 'e1_s01' })).toMatchObject({ ok: true, value: { file } });
  });

  it('is the target of a link, so that a mark is written there', async () => {
    const file = await put('docs/sprints/a.md', aFile());
    await symlink('a.md', join(root, 'docs', 'sprints', 'link.md'));
    expect(await findSprint({ cwd: root, sprint: 'link.md' })).toMatchObject({ ok: true, value: { file } });
  });

  it('is refused when two files have the id', async () => {
    await put('docs/sprints/a.md', aFile('**Sprint ID:** s1'));
    await put('docs/sprints/b.md', aFile('**Sprint ID:** s1'));
    expect(await failureOf('s1')).toMatch(/^sprint_ambiguous: .*docs\/sprints\/a\.md and docs\/sprints\/b\.md/);
  });

  it('is not found, with what is known', async () => {
    await put('docs/sprints/a.md', aFile('**Sprint ID:** s1'));
    expect(await failureOf('s9')).toMatch(/^not_found: .*"s9".*known are s1/);
    await put('docs/sprints/a.md', aFile());
    expect(await failureOf('s9')).toMatch(/no file there has an id/);
    expect(await failureOf('a\u0000b')).toMatch(/^not_found/);
  });

  it.each([
    ['an empty file', 'a.md', '', /^no_sprint: a\.md is empty/],
    ['no sprint', 'a.md', '# Notes\n', /^no_sprint: a\.md is not a sprint/],
    ['a binary file', 'a.md', Buffer.from([0x23, 0, 1]), /^file_unreadable: a\.md is not a UTF-8 text file/],
  ])('is refused: %s', async (_, path, content, expected) => {
    await put(path, content);
    await mkdir(join(root, '.git'));
    expect(await failureOf(path)).toMatch(expected);
    const located = await locateSprint({ cwd: root, sprint: path });
    expect(located.ok).toBe(typeof content === 'string');
  });

  it('is refused: a directory, a link to nothing, a file that is too large', async () => {
    await mkdir(join(root, '.git'));
    await mkdir(join(root, 'folder'));
    expect(await failureOf('folder')).toMatch(/^file_unreadable: folder is a directory/);
    await symlink('gone.md', join(root, 'dangling.md'));
    expect(await failureOf('dangling.md')).toMatch(/^not_found/);
    expect(await failureOf(`${'long/'.repeat(2_000)}`)).toMatch(/^not_found/);
    const large = await put('large.md', '');
    await truncate(large, 64 * 1024 * 1024 + 1);
    expect(await failureOf('large.md')).toMatch(/^file_unreadable: large\.md has 67108865 bytes/);
    expect(await failureOf('/dev/null')).toMatch(/^file_unreadable: \/dev\/null is not a regular file/);
  });

  it('is refused when it is a socket', async () => {
    await mkdir(join(root, '.git'));
    const server = createServer().listen(join(root, 'socket.md'));
    await once(server, 'listening');
    expect(await failureOf('socket.md')).toMatch(/^file_unreadable: The sprint file socket\.md could not be read/);
    server.close();
    await once(server, 'close');
  });

  it('is refused when it may not be read, unless one may read everything', async () => {
    const file = await put('secret.md', aFile());
    await mkdir(join(root, '.git'));
    await chmod(file, 0);
    expect(await failureOf('secret.md')).toMatch(
      process.getuid?.() === 0 ? /^none$/ : /^file_unreadable: .*secret\.md/,
    );
  });
});

describe('a sprint file that somebody saves at this moment', () => {
  it.each([
    ['named', 'docs/sprints/a.md'],
    ['the active one', undefined],
  ])('is read once more when it was empty: %s', async (_, sprint) => {
    const file = await put('docs/sprints/a.md', '', Date.now() / 1_000);
    setTimeout(() => writeFileSync(file, aFile()), 100);
    expect(await failureOf(sprint)).toBe('none');
  });

  it('is taken as it is when it stays empty', async () => {
    await put('docs/sprints/a.md', '', Date.now() / 1_000);
    expect(await failureOf()).toMatch(/^no_sprint/);
  });
});

describe('the list of sprints', () => {
  it('is sorted by name, shown relative to where one is, with what a pointer names', async () => {
    await put('docs/sprints/b.md', aFile());
    await put('docs/sprints/CURRENT-SPRINT.md', 'See b.md\n');
    const { sprints, troubles } = await listSprints(root, root);
    expect(sprints.map(({ file, pointsTo }) => [file, pointsTo])).toEqual([
      ['docs/sprints/CURRENT-SPRINT.md', 'b.md'],
      ['docs/sprints/b.md', undefined],
    ]);
    expect(troubles).toEqual([]);
    expect(await findSprint({ cwd: root })).toMatchObject({
      ok: true,
      value: { why: 'docs/sprints/CURRENT-SPRINT.md names docs/sprints/b.md' },
    });
  });

  it('shows a path elsewhere in full', () => {
    expect(shownPath('/a/b.md', '/a')).toBe('b.md');
    expect(shownPath('/a/b.md', '/a/c')).toBe('/a/b.md');
    expect(shownPath('/a', '/a')).toBe('/a');
  });
});
