import fc from 'fast-check';
import { hashDefinition } from '../../../src/lib/sprint/definition-hash.js';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import { applyPatches, completeMarkPatch } from '../../../src/lib/sprint/status-patch.js';
import { taskBody } from '../../../src/lib/sprint/task-brief.js';
import { fixtureText, taskOf } from './sprint-builders.js';

const text = [
  '### TASK-1: Title (4h)',
  '**Status:** [ ] Not Started | **Size:** M',
  '**Priority:** HIGH',
  '**Depends:**',
  '- TASK-2',
  '**Files:**',
  '- a.ts',
  '',
  'Some words.',
  '',
  '- [ ] box',
  '',
  '```js',
  'code();',
  '',
  '```',
  '',
  '---',
  '',
  '### TASK-2: Other',
].join('\n');

function hashOf(written: string): { title: string; body: string } {
  return hashDefinition(written, taskOf(parseSprint(written, 'a.md'), 'TASK-1'));
}

const original = hashOf(text);

describe('the fingerprints of a task', () => {
  it.each([
    ['its status', '[ ] Not Started', '[x] Complete'],
    ['its priority', 'HIGH', 'LOW'],
    ['its dependencies', '- TASK-2', '- TASK-2\n- TASK-3'],
    ['an assignee', '**Priority:**', '**Assignee:** Robin\n**Blocked by:** TASK-2\n**Priority:**'],
    ['a ticked box', '- [ ] box', '- [x] box'],
    ['blanks at line ends', 'Some words.', 'Some words.  '],
    ['blank lines and rulers', 'Some words.', '\n\n* * *\n***\nSome words.\n'],
    ['the effort', '(4h)', '(2 days)'],
    ['line endings', '\n', '\r\n'],
  ])('do not change with %s', (_, before, after) => {
    expect(hashOf(text.replaceAll(before, after))).toEqual(original);
  });

  it.each([
    ['words', 'Some words.', 'Other words.'],
    ['a file', '- a.ts', '- b.ts'],
    ['another field', '**Size:** M', '**Size:** L'],
    ['code', 'code();', 'code(1);'],
    ['a box', '- [ ] box', '- [ ] boxes'],
    ['a sub-heading', 'Some words.', '#### More\nSome words.'],
  ])('of the body change with %s, those of the title do not', (_, before, after) => {
    const changed = hashOf(text.replace(before, after));
    expect(changed.title).toBe(original.title);
    expect(changed.body).not.toBe(original.body);
  });

  it('of the title change with the title only', () => {
    const changed = hashOf(text.replace('Title', 'Another title'));
    expect(changed.body).toBe(original.body);
    expect(changed.title).not.toBe(original.title);
  });

  it('stay when a task is marked complete', () => {
    const sprint = fixtureText('everyday.md');
    for (const task of parseSprint(sprint, 'everyday.md').tasks) {
      const patch = completeMarkPatch(sprint, task);
      const patched = patch === null ? sprint : applyPatches(sprint, [patch]);
      expect(hashDefinition(patched, taskOf(parseSprint(patched, 'everyday.md'), task.id))).toEqual(
        hashDefinition(sprint, task),
      );
    }
  });

  it('exist for every task of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (body) => {
        const written = `### TASK-1: a\n${body}`;
        for (const task of parseSprint(written, 'a.md').tasks)
          expect(hashDefinition(written, task).body).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });
});

describe('the text that an agent gets', () => {
  it('is the own section of the task, without the ruler behind it', () => {
    const written = text.replaceAll('\n', '\r\n');
    const body = taskBody(written, taskOf(parseSprint(written, 'a.md'), 'TASK-1'));
    expect(body).toBe(`${text.slice(0, text.indexOf('\n\n---'))}\n`);
  });

  it('is the heading alone where there is no more', () => {
    expect(taskBody('### TASK-1: a', taskOf(parseSprint('### TASK-1: a', 'a.md'), 'TASK-1'))).toBe('### TASK-1: a\n');
  });
});
