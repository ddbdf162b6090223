import fc from 'fast-check';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import { applyPatches, completeMarkPatch } from '../../../src/lib/sprint/status-patch.js';
import { anySprintText, aSprint, fixtureText } from './sprint-builders.js';

/** The text after the first task was marked complete. */
function completed(text: string): string {
  const [task] = parseSprint(text, 'a.md').tasks;
  if (task === undefined) throw new Error('The text must have a task');
  const patch = completeMarkPatch(text, task);
  return patch === null ? text : applyPatches(text, [patch]);
}

const withStatus = (status: string): string => `### TASK-1: a\n**Status:**${status}\n**Priority:** LOW\n`;

describe('marking a task complete', () => {
  it.each([
    [' [ ] Not Started', ' [x] Complete'],
    [' [@] In Progress (Partial)', ' [x] Complete (Partial)'],
    [' [Z] Deferred (moved to TASK-9)', ' [x] Complete (moved to TASK-9)'],
    [' [ ]', ' [x]'],
    [' [ ] 2 of 3 done', ' [x] 2 of 3 done'],
    [' [Z] Blocked by the bank', ' [x] Blocked by the bank'],
    [' [@] 🚧 In Progress', ' [x] 🚧 Complete'],
    [' [?] nobody knows', ' [x] nobody knows'],
    [' [ ] Complete', ' [x] Complete'],
    [' In Progress [@]', ' Complete [x]'],
    [' Not Started', ' [x] Complete'],
    [' todo  ', ' [x] Complete  '],
    [' 🚧 In Progress (Phase 1)', ' 🚧 [x] Complete (Phase 1)'],
    [' Waiting for the bank', ' [x] Waiting for the bank'],
    [' 75% complete', ' [x] 75% complete'],
    ['', ' [x] Complete'],
    [' ', ' [x] Complete '],
    [' [ ] Open | **Size:** M', ' [x] Complete | **Size:** M'],
    [' <!-- [ ] [x] --> [@] In Progress', ' <!-- [ ] [x] --> [x] Complete'],
    [' Open <!-- ask Pat -->', ' [x] Complete <!-- ask Pat -->'],
  ])('turns "%s" into "%s"', (before, after) => {
    expect(completed(withStatus(before))).toBe(withStatus(after));
  });

  it('changes a mark in the heading where there is no status line', () => {
    expect(completed('### [ ] TASK-1: a\ntext')).toBe('### [x] TASK-1: a\ntext');
    expect(completed('## TASK-1: a [@]')).toBe('## TASK-1: a [x]');
    expect(completed('## TASK-1: [ ] a (4h)')).toBe('## TASK-1: [x] a (4h)');
    expect(completed('## TASK-1: a [ ] <!-- [ ] -->')).toBe('## TASK-1: a [x] <!-- [ ] -->');
    expect(completed('   ### Task 1: a [ ]\n')).toBe('   ### Task 1: a [x]\n');
  });

  it('changes a status that is written without bold', () => {
    expect(completed('### TASK-1: a\nStatus: open\n')).toBe('### TASK-1: a\nStatus: [x] Complete\n');
    expect(completed('### TASK-1: a\n_Status: [ ] open_\n')).toBe('### TASK-1: a\n_Status: [x] Complete_\n');
  });

  it('puts a status line under a heading that has none, ended as the file ends its lines', () => {
    expect(completed('### TASK-1: a\n\ntext\n')).toBe('### TASK-1: a\n**Status:** [x] Complete\n\ntext\n');
    expect(completed('### TASK-1: a\r\ntext\r\n')).toBe('### TASK-1: a\r\n**Status:** [x] Complete\r\ntext\r\n');
    expect(completed('### TASK-1: a\rtext\r')).toBe('### TASK-1: a\r**Status:** [x] Complete\rtext\r');
    expect(completed('# b\r\n### TASK-1: a')).toBe('# b\r\n### TASK-1: a\r\n**Status:** [x] Complete');
    expect(completed('### TASK-1: a')).toBe('### TASK-1: a\n**Status:** [x] Complete');
    expect(completed('### TASK-1: ~~a~~\n')).toBe('### TASK-1: ~~a~~\n**Status:** [x] Complete\n');
  });

  it('leaves a complete task alone', () => {
    for (const text of [withStatus(' [x] FIXED'), withStatus(' ✅'), '### TASK-1: a ✓'])
      expect(completed(text)).toBe(text);
  });

  it('does not mistake a sample or a box for the status line', () => {
    const text = '### TASK-1: a\n```\n**Status:** [ ]\n```\n- **Status:** [ ]\n**Status:** [ ]\n';
    expect(completed(text)).toBe(text.replace(/\[ \]\n$/, '[x]\n'));
  });
});

describe('on any sprint file', () => {
  it('one task becomes complete, every other one stays as it was, and so do all other characters', () => {
    fc.assert(
      fc.property(anySprintText, fc.nat(4), (text, at) => {
        const before = parseSprint(text, 'a.md');
        const task = before.tasks[at % before.tasks.length];
        if (task === undefined) throw new Error('A sprint text has tasks');
        const patch = completeMarkPatch(text, task);
        if (patch === null) return expect(task.status).toBe('complete');
        const patched = applyPatches(text, [patch]);
        const after = parseSprint(patched, 'a.md');
        expect(after.tasks.map(({ id, status, title }) => [id, status, title])).toEqual(
          before.tasks.map((each) => [each.id, each === task ? 'complete' : each.status, each.title]),
        );
        expect(patched.slice(0, patch.start)).toBe(text.slice(0, patch.start));
        expect(patched.slice(patch.start + patch.replacement.length)).toBe(text.slice(patch.end));
        expect(patch.replacement.length).toBeLessThan(60);
        const again = after.tasks.find(({ start }) => start === task.start);
        expect(again === undefined ? 'gone' : completeMarkPatch(patched, again)).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('several patches', () => {
  it('are made for one text and carried out together, in any order', () => {
    const text = fixtureText('everyday.md').replaceAll('\n', '\r\n');
    const patches = parseSprint(text, 'everyday.md').tasks.flatMap((task) => completeMarkPatch(text, task) ?? []);
    const patched = applyPatches(text, patches.toReversed());
    expect(parseSprint(patched, 'everyday.md').tasks.every((task) => task.status === 'complete')).toBe(true);
    expect(patched.split('\r\n')).toHaveLength(text.split('\r\n').length);
    expect(patched.replaceAll('\r\n', '')).not.toContain('\n');
  });

  it('must not overlap or lie outside: that is a bug of the caller', () => {
    const patch = { start: 1, end: 3, replacement: '' };
    expect(() => applyPatches('abcdef', [patch, { ...patch, start: 2 }])).toThrow(RangeError);
    expect(() => applyPatches('ab', [patch])).toThrow(RangeError);
    expect(applyPatches(aSprint('x').title ?? 'abc', [])).toBe('abc');
  });
});
