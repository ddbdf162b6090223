import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMarksFile, type LoadedMarks } from '../../src/lib/perform/marks-file.js';
import { useTemporaryDirectory, valueOf } from '../support/history.js';

describe('the file of last seen marks', () => {
  const directory = useTemporaryDirectory();
  const path = (): string => join(directory(), 'marks.json');
  const load = async (readOnly = false): Promise<LoadedMarks> =>
    valueOf(await loadMarksFile({ directory: directory(), readOnly }));

  it('has seen nothing at first', async () => {
    const { marksFile, warnings } = await load();
    expect(marksFile.marksOf('docs/sprints/one.md').size).toBe(0);
    expect(warnings).toEqual([]);
  });

  it('gives back what was saved, each sprint file apart', async () => {
    const { marksFile } = await load();
    const one = new Map([
      ['TASK-1', '[x]'],
      ['constructor-1', '[ ]'],
    ]);
    valueOf(await marksFile.save('docs/sprints/one.md', one));
    valueOf(await marksFile.save('docs/sprints/two.md', new Map([['TASK-1', '[Z]']])));
    const again = (await load()).marksFile;
    expect(again.marksOf('docs/sprints/one.md')).toEqual(one);
    expect(again.marksOf('docs/sprints/two.md')).toEqual(new Map([['TASK-1', '[Z]']]));
    expect(again.marksOf('docs/sprints/three.md').size).toBe(0);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('writes only when something changed', async () => {
    const marks = new Map([['TASK-1', '[x]']]);
    const { marksFile } = await load();
    valueOf(await marksFile.save('one.md', marks));
    rmSync(path());
    valueOf(await marksFile.save('one.md', new Map(marks)));
    expect(existsSync(path())).toBe(false);
    valueOf(await marksFile.save('one.md', marks.set('TASK-2', '[ ]')));
    expect(existsSync(path())).toBe(true);
    const { marksFile: again } = await load();
    valueOf(await again.save('one.md', new Map([['TASK-1', '[x]']])));
    expect((await load()).marksFile.marksOf('one.md').size).toBe(1);
  });

  it.each(['', '{"version":1,"files":{"one.md"', '{"version":1,"files":{"__proto__":{}}}', '{"version":1}', '[]'])(
    'is moved to quarantine aloud when it is damaged, and nothing was seen: %j',
    async (content) => {
      writeFileSync(path(), content);
      const { marksFile, warnings } = await load();
      expect(marksFile.marksOf('one.md').size).toBe(0);
      const [kept] = readdirSync(join(directory(), 'quarantine'));
      expect(warnings).toEqual([expect.stringContaining(`quarantine/${kept}`)]);
      expect(readFileSync(join(directory(), 'quarantine', kept ?? ''), 'utf8')).toBe(content);
      valueOf(await marksFile.save('one.md', new Map([['TASK-1', '[x]']])));
      expect((await load()).warnings).toEqual([]);
    },
  );

  it('stays where it is when it may only be read', async () => {
    writeFileSync(path(), 'damaged');
    const { marksFile, warnings } = await load(true);
    expect(warnings).toHaveLength(1);
    expect(readdirSync(directory())).toEqual(['marks.json']);
    expect(() => marksFile.save('one.md', new Map())).toThrow('for reading only');
  });

  it('tries again after a save that failed', async () => {
    const { marksFile } = await load();
    mkdirSync(path());
    const marks = new Map([['TASK-1', '[x]']]);
    expect(await marksFile.save('one.md', marks)).toMatchObject({ ok: false, failure: { code: 'file_unwritable' } });
    rmSync(path(), { recursive: true });
    valueOf(await marksFile.save('one.md', marks));
    expect((await load()).marksFile.marksOf('one.md')).toEqual(marks);
  });
});
