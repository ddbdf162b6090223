import { chmodSync, chownSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { directoryNameOf, openStateDirectory } from '../../src/lib/perform/state-directory.js';
import { useTemporaryDirectory, valueOf } from '../support/history.js';

describe('the directory of an epic', () => {
  const workingCopy = useTemporaryDirectory();
  const open = (epicId = 'epic-1', readOnly = false): ReturnType<typeof openStateDirectory> =>
    openStateDirectory({ workingCopy: workingCopy(), epicId, readOnly });

  it('is made with the folders on the way, for its owner only', async () => {
    const directory = valueOf(await open());
    expect(directory).toBe(join(workingCopy(), '.ginko', 'orchestrator', 'epic-1'));
    for (const path of [directory, dirname(directory), dirname(dirname(directory))]) {
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
    expect(valueOf(await open())).toBe(directory);
  });

  it('is closed to others when a clone left it open', async () => {
    mkdirSync(join(workingCopy(), '.ginko'));
    chmodSync(join(workingCopy(), '.ginko'), 0o755);
    valueOf(await open());
    expect(statSync(join(workingCopy(), '.ginko')).mode & 0o777).toBe(0o700);
  });

  it('is not made when it is only read', async () => {
    expect(valueOf(await open('epic-1', true))).toContain('epic-1');
    expect(existsSync(join(workingCopy(), '.ginko'))).toBe(false);
  });

  it.each(['.ginko', '.ginko/orchestrator', '.ginko/orchestrator/epic-1'])(
    'is refused when %s is a symbolic link or a file',
    async (path) => {
      const elsewhere = join(workingCopy(), 'elsewhere');
      mkdirSync(elsewhere);
      mkdirSync(dirname(join(workingCopy(), path)), { recursive: true });
      symlinkSync(elsewhere, join(workingCopy(), path));
      expect(await open()).toMatchObject({
        ok: false,
        failure: { code: 'file_unwritable', message: expect.stringContaining('a symbolic link') as string },
      });
      expect(await open('epic-1', true)).toMatchObject({ ok: false });
    },
  );

  it('is refused when a file stands in its place, with the path', async () => {
    writeFileSync(join(workingCopy(), '.ginko'), '');
    expect(await open()).toMatchObject({
      ok: false,
      failure: { code: 'file_unwritable', message: expect.stringContaining(join(workingCopy(), '.ginko')) as string },
    });
  });

  const isRoot = process.getuid?.() === 0;
  const refusal = isRoot
    ? 'is refused when it belongs to somebody else'
    : 'is refused when the working copy takes no folders';
  it(refusal, async () => {
    if (isRoot) {
      mkdirSync(join(workingCopy(), '.ginko'));
      chownSync(join(workingCopy(), '.ginko'), 12_345, 12_345);
    } else {
      chmodSync(workingCopy(), 0o500);
    }
    expect(await open()).toMatchObject({ ok: false, failure: { code: 'file_unwritable' } });
    chmodSync(workingCopy(), 0o700);
  });

  it('stays inside whatever the epic is called, one directory for each name', () => {
    expect(directoryNameOf('EPIC-7.2')).toBe('EPIC-7.2');
    const hostile = ['..', '.', '', '../../etc', '/etc/passwd', 'a/b', 'a\\b', 'nul\u0000', '.hidden', '%2E', '\ud800'];
    const names = [...hostile, '\ud801', 'x'.repeat(5_000), `${'x'.repeat(5_000)}y`].map(directoryNameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^%[A-Za-z0-9%_!~*'()-]{0,120}$/);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(directoryNameOf(one)).not.toMatch(/[/\\\u0000]|^\.{0,2}$/);
        if (one !== other) expect(directoryNameOf(one)).not.toBe(directoryNameOf(other));
      }),
    );
  });
});
