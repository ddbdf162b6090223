import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '@ginkoai/contract';
import {
  isTemporaryOf,
  writeAtomically,
  writeAtomicallySync,
  type AtomicWrite,
} from '../../src/lib/perform/write-atomically.js';
import { flushPaces } from '../support/flush-paces.js';
import { useTemporaryDirectory } from '../support/history.js';

const forms = [
  ...Object.entries(flushPaces).map(([where, pace]) => ({
    form: `flushed ${where}`,
    write: (options: AtomicWrite) => writeAtomically({ ...options, pace }),
  })),
  { form: 'synchronous', write: (options: AtomicWrite) => Promise.resolve(writeAtomicallySync(options)) },
];

describe.each(forms)('an atomic write, $form', ({ write }) => {
  const directory = useTemporaryDirectory();
  const path = (): string => join(directory(), 'state.json');
  const content = (...texts: string[]): AtomicWrite => ({
    path: path(),
    chunks: texts.map((text) => Buffer.from(text)),
    what: 'The state',
  });

  it('makes a file of all slices that only its owner may read', async () => {
    unwrap(await write(content('one, ', '', 'two')));
    expect(readFileSync(path(), 'utf8')).toBe('one, two');
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory())).toEqual(['state.json']);
  });

  it('writes more slices than the system takes at once, empty ones among them', async () => {
    const texts = Array.from({ length: 5_000 }, (_, index) => (index < 2_500 ? '' : String(index)));
    unwrap(await write(content(...texts)));
    expect(readFileSync(path(), 'utf8') === texts.join('')).toBe(true);
  });

  it('writes more bytes than are written in one turn, wherever they are cut', async () => {
    const slices = [700_000, 1_400_000, 0, 2_100_000, 1].map((length) => randomBytes(length));
    unwrap(await write({ ...content(), chunks: slices }));
    expect(readFileSync(path()).equals(Buffer.concat(slices))).toBe(true);
  });

  it('replaces what was there', async () => {
    unwrap(await write(content('old and longer')));
    unwrap(await write(content('new')));
    expect(readFileSync(path(), 'utf8')).toBe('new');
  });

  it('replaces a symbolic link and leaves the file it leads to alone', async () => {
    const elsewhere = join(directory(), 'elsewhere');
    writeFileSync(elsewhere, 'precious');
    symlinkSync(elsewhere, path());
    unwrap(await write(content('new')));
    expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
    expect(readFileSync(path(), 'utf8')).toBe('new');
  });

  it('keeps the old content and leaves nothing behind when the rename is refused', async () => {
    mkdirSync(path());
    const result = await write(content('new'));
    expect(result).toMatchObject({ ok: false, failure: { code: 'file_unwritable' } });
    expect(readdirSync(directory())).toEqual(['state.json']);
  });

  it('names the path, the reason and the remedy when the folder is gone', async () => {
    rmSync(directory(), { recursive: true });
    const result = await write(content('new'));
    expect(result).toMatchObject({ ok: false, failure: { code: 'file_unwritable', details: { code: 'ENOENT' } } });
    if (result.ok) return;
    expect(result.failure.message).toContain(path());
    expect(result.failure.message).toContain('no such file or directory');
    expect(result.failure.message).toContain(`Make sure that ${directory()} is a folder you may write to`);
  });

  it('leaves the file alone when it is overtaken before the rename', async () => {
    unwrap(await write(content('newer')));
    unwrap(await write({ ...content('older'), beforeRename: () => 'skip' }));
    expect(readFileSync(path(), 'utf8')).toBe('newer');
    expect(readdirSync(directory())).toEqual(['state.json']);
  });

  it('tells a bug from a refusal: what the caller throws is thrown on', async () => {
    const thrown = async (): Promise<unknown> =>
      write({
        ...content('new'),
        beforeRename: () => {
          throw new TypeError('a bug');
        },
      });
    await expect(thrown).rejects.toThrow('a bug');
    expect(readdirSync(directory())).toEqual([]);
  });
});

describe('the name of a temporary file', () => {
  it('is told from the names of other files', () => {
    expect(isTemporaryOf('state.json.0123456789abcdef.tmp', 'state.json')).toBe(true);
    expect(isTemporaryOf('state.json.1', 'state.json')).toBe(false);
    expect(isTemporaryOf('other.json.0123456789abcdef.tmp', 'state.json')).toBe(false);
    expect(isTemporaryOf('state.json.tmp', 'state.json')).toBe(false);
  });
});
