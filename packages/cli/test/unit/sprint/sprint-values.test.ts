import { capabilitiesOfFiles, declaredCapabilities } from '../../../src/lib/sprint/capabilities.js';
import { fieldsOf } from '../../../src/lib/sprint/field-line.js';
import { readFrontMatter } from '../../../src/lib/sprint/front-matter.js';
import { readMaxDuration } from '../../../src/lib/sprint/max-duration.js';
import { namedFiles } from '../../../src/lib/sprint/named-files.js';
import { pointedFile } from '../../../src/lib/sprint/pointed-file.js';
import { readPriority } from '../../../src/lib/sprint/priority.js';
import { stateKeyOf } from '../../../src/lib/sprint/state-key.js';

describe('a priority', () => {
  it.each([
    ['HIGH', 'HIGH'],
    ['Critical (was low)', 'CRITICAL'],
    ['HIGH - CRITICAL', 'HIGH'],
    ['🔴 medium', 'MEDIUM'],
    ['Med', 'MEDIUM'],
    ['p2', 'P2'],
    ['3 (of 5)', '3'],
    ['P7', null],
    ['N/A', null],
    ['', null],
  ])('%s', (text, priority) => {
    expect(readPriority(text)).toBe(priority);
  });
});

describe('a max duration', () => {
  it.each([
    ['30', 1_800_000],
    ['500ms', 500],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['1d', 86_400_000],
    ['`2h`', 7_200_000],
    ['10 minutes', 600_000],
    ['2 Hours', 7_200_000],
    ['2 moons', null],
    ['0', null],
    ['soon', null],
  ])('%s', (text, milliseconds) => {
    expect(readMaxDuration(text)).toBe(milliseconds);
  });
});

describe('the files of an entry', () => {
  it.each([
    ['`src/a.ts` (new)', ['src/a.ts']],
    ['`src/a.ts:12-34`, `b.py`', ['src/a.ts', 'b.py']],
    ['Create: src/a.ts - the parser', ['src/a.ts']],
    ['src/a.ts, src/b.ts', ['src/a.ts', 'src/b.ts']],
    ['CLAUDE.md', ['CLAUDE.md']],
    ['docs/sprints/*.md', ['docs/sprints/*.md']],
    ['`no path`, ``', []],
    ['Global styles', []],
    ['version 2.0', []],
  ])('%s', (text, files) => {
    expect(namedFiles(text)).toEqual(files);
  });
});

describe('capabilities', () => {
  it('follow from the files', () => {
    expect(capabilitiesOfFiles(['a.ts', 'b.TSX', 'c.py', 'd.go', 'e.rs', 'f.spec.rs', 'x/api/y', 'README'])).toEqual([
      'api',
      'go',
      'python',
      'rust',
      'testing',
      'typescript',
    ]);
    expect(capabilitiesOfFiles(['api/route', 'notes.md', 'ts'])).toEqual(['api', 'typescript']);
  });

  it('are sorted words without repeats when they are declared', () => {
    expect(declaredCapabilities('Rust; `docs`, rust,')).toEqual(['docs', 'rust']);
  });
});

describe('the fields of a line', () => {
  const read = (line: string): readonly (readonly [string | null, string])[] =>
    fieldsOf(line, 0, line.length).map(({ name, valueStart, valueEnd }) => [name, line.slice(valueStart, valueEnd)]);

  it.each([
    ['**Status:** [ ]', [['status', '[ ]']]],
    ['**Status** : [ ]', [['status', '[ ]']]],
    ['**status :** a ', [['status', 'a']]],
    ['**Status: [x] Complete**', [['status', '[x] Complete']]],
    ['**Status:**', [['status', '']]],
    [
      '**Goal:** **Status:** x',
      [
        [null, ''],
        ['status', 'x'],
      ],
    ],
    [
      '**Priority:** HIGH | **Status:** [@]',
      [
        ['priority', 'HIGH'],
        ['status', '[@]'],
      ],
    ],
    [
      '**Priority:** HIGH · **Status:** [@] • **Size:** M',
      [
        ['priority', 'HIGH'],
        ['status', '[@]'],
        [null, 'M'],
      ],
    ],
    ['**Status:** **COMPLETE** ✅', [['status', '**COMPLETE** ✅']]],
    ['**Verify:** a | b', [['verify', 'a | b']]],
    ['**Note: this**', []],
    ['**Status** without a colon', []],
    ['**Status', []],
    ['** :** x', []],
    [`**${'long '.repeat(20)}:** x`, []],
    [`**${'long '.repeat(20)}**: x`, []],
    ['**Status**', []],
  ])('%s', (line, fields) => {
    expect(read(line)).toEqual(fields);
  });
});

describe('front matter', () => {
  const valuesOf = (text: string): Record<string, string> =>
    Object.fromEntries([...readFrontMatter(text).values].map(([key, { value }]) => [key, value]));

  it('holds scalars, with or without quotes and comments', () => {
    const text = [
      '---',
      'Status: active # now',
      "a: 'it: is'",
      'b: "x # y"',
      'c: "open',
      'd: #',
      'e:',
      '- f',
      ' g: 1',
      '...',
      'h: 2',
    ];
    expect(valuesOf(text.join('\n'))).toEqual({ status: 'active', a: 'it: is', b: 'x # y', c: '"open', d: '', e: '' });
  });

  it('ends where its second ruler stands', () => {
    expect(readFrontMatter('\uFEFF---\na: 1\n---\nrest')).toMatchObject({ end: 14, nextLine: 4 });
  });

  it.each(['', 'a: 1', '---', '---\na: 1', '---\n---\n', '---\n# Title\n---', '---\na: 1\n## Section\n---\n'])(
    'is none in %j',
    (text) => {
      expect(readFrontMatter(text)).toMatchObject({ end: 0, nextLine: 1 });
    },
  );
});

describe('the file that another one points to', () => {
  it.each([
    ['Sprint plan stored in docs/SPRINTS/SPRINT-1.md', 'docs/SPRINTS/SPRINT-1.md'],
    ['See [the plan](./plan.md).', './plan.md'],
    ['nothing here', null],
    [`plan.md ${'long '.repeat(500)}`, null],
  ])('%#', (text, file) => {
    expect(pointedFile(text)).toBe(file);
  });
});

describe('the key of the state', () => {
  it.each([
    [{ epicId: 'E1', sprintId: 's1' }, 'a.md', 'E1'],
    [{ epicId: null, sprintId: 's1' }, 'a.md', 's1'],
    [{ epicId: null, sprintId: null }, '/x/docs/My sprint (1).md', 'My-sprint-1-'],
    [{ epicId: null, sprintId: null }, '…', 'sprint'],
  ])('%#', (sprint, file, key) => {
    expect(stateKeyOf(sprint, file)).toBe(key);
  });
});
