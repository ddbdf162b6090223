import fc from 'fast-check';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import { sprintProblemCodes } from '../../../src/lib/sprint/sprint.js';
import { aSprint, aTask, fixtureText, idsOf, problemCodes, taskOf } from './sprint-builders.js';

describe('an everyday sprint file', () => {
  const sprint = parseSprint(fixtureText('everyday.md'), 'everyday.md');

  it('says what sprint it is', () => {
    expect(sprint.title).toBe('SPRINT: Small web shop');
    expect(sprint.sprintId).toBe('demo_s01');
    expect(sprint.epicId).toBe('EPIC-7');
    expect(sprint.declaredStatus).toBe('in_progress');
    expect(sprint.problems).toEqual([]);
  });

  it('has its tasks in file order, with their lines', () => {
    expect(sprint.tasks.map(({ id, line }) => [id, line])).toEqual([
      ['demo_s01_t01', 14],
      ['demo_s01_t02', 28],
      ['demo_s01_t03', 34],
      ['demo_s01_t04', 55],
    ]);
  });

  it('reads a task with one field a line', () => {
    expect(taskOf(sprint, 'demo_s01_t01')).toMatchObject({
      title: 'Model the basket',
      status: 'complete',
      effort: '4h',
      priority: 'HIGH',
      dependsOn: [],
      files: ['src/basket.ts', 'src/basket.test.ts'],
      capabilities: ['testing', 'typescript'],
    });
  });

  it('reads several fields of one line, with the colon outside the bold', () => {
    expect(taskOf(sprint, 'demo_s01_t02')).toMatchObject({
      title: 'Show "the basket" [beta]',
      status: 'in_progress',
      effort: '2-3 hours',
      priority: 'MEDIUM',
      dependsOn: ['demo_s01_t01'],
      assignee: 'Robin',
      files: ['web/api/basket.py', 'web/page.tsx'],
      capabilities: ['api', 'python', 'typescript'],
    });
  });

  it('reads lists below fields, commands, and fields below a plain sub-heading', () => {
    expect(taskOf(sprint, 'demo_s01_t03')).toMatchObject({
      title: 'Pay (Phase 1)',
      status: 'blocked',
      blockedReason: 'paused',
      effort: 'about two days',
      priority: 'P0',
      dependsOn: ['demo_s01_t01'],
      externalDepends: ['the contract with the bank'],
      assignee: null,
      capabilities: ['payments', 'testing'],
      maxDurationMs: 45 * 60_000,
      verify: 'npm test | grep ok',
      run: 'npm run pay\necho done',
    });
  });

  it('takes the mark behind a heading where there is no status line, and ends a task at the next section', () => {
    expect(taskOf(sprint, 'demo_s01_t04')).toMatchObject({ title: 'Ship it', status: 'complete', priority: null });
  });

  it('says the same with CRLF, a byte order mark and no newline at the end', () => {
    const text = fixtureText('everyday.md');
    const windows = parseSprint(`\uFEFF${text.trimEnd().replaceAll('\n', '\r\n')}`, 'everyday.md');
    const withoutOffsets = (each: typeof sprint): unknown => ({
      ...each,
      tasks: each.tasks.map((task) => ({ ...task, start: 0, end: 0 })),
    });
    expect(withoutOffsets(windows)).toEqual(withoutOffsets(sprint));
  });

  it('says the same with lines ended by CR, and with tabs and trailing blanks', () => {
    const spaced = fixtureText('everyday.md')
      .replaceAll(/:\*\* /g, ':**\t')
      .replaceAll('\n', ' \t\r');
    expect(parseSprint(spaced, 'everyday.md').tasks.map(({ id, status, priority }) => [id, status, priority])).toEqual(
      sprint.tasks.map(({ id, status, priority }) => [id, status, priority]),
    );
  });

  it('gives each task the offsets of its own section', () => {
    const text = fixtureText('everyday.md');
    const [first, second] = sprint.tasks;
    expect(text.slice(first?.start, first?.end)).toMatch(/^### demo_s01_t01[\s\S]*---\n\n$/);
    expect(first?.end).toBe(second?.start);
    expect(parseSprint('### TASK-1: last', 'x').tasks[0]).toMatchObject({ start: 0, end: 16 });
  });
});

describe('what is no task', () => {
  it('is anything in fences, however deep, in comments, quotes and indented code', () => {
    const sprint = parseSprint(fixtureText('nested-fences.md'), 'nested-fences.md');
    expect(idsOf(sprint)).toEqual(['TASK-1', 'TASK-5']);
    expect(sprint.tasks.map(({ status }) => status)).toEqual(['pending', 'pending']);
  });

  it('is a heading of another level, without a colon, or with another kind of id', () => {
    const headings = ['# TASK-1: a', '##### TASK-2: b', '### TASK-3 done', '### BUG-4: c', '### 2026-01-05: d'];
    expect(aSprint(...headings, '### TASK-N: placeholder', '#### TASK-5: e', '## T6: f').tasks).toHaveLength(2);
  });
});

describe('labels instead of ids', () => {
  it('become ids, and are found in dependencies', () => {
    const sprint = parseSprint(fixtureText('labels.md'), 'labels.md');
    expect(sprint.tasks.map(({ id, title, dependsOn }) => [id, title, dependsOn])).toEqual([
      ['TASK-1', 'Collect the texts', []],
      ['TASK-2', 'Draw the page', ['TASK-1']],
      ['TASK-2.1', 'Draw the footer', ['TASK-1', 'TASK-2']],
    ]);
    expect(sprint.problems).toEqual([]);
  });

  it('are not read beside ids, and that is said', () => {
    const sprint = aSprint('### TASK-1: a', '### Task 2: b', '### TASK-1 - done');
    expect(idsOf(sprint)).toEqual(['TASK-1']);
    expect(sprint.problems).toMatchObject([{ line: 2, code: 'label_ignored' }]);
  });
});

describe('headings that speak of a task without being one', () => {
  it('are named when no task of the file has their id', () => {
    const sprint = aSprint('### TASK-1: a', '### TASK-1 notes', '### TASK-4 Log out everywhere', '### TASK-5 (2h): b');
    expect(idsOf(sprint)).toEqual(['TASK-1']);
    expect(sprint.problems).toMatchObject([
      { line: 3, code: 'label_ignored' },
      { line: 4, code: 'label_ignored' },
    ]);
    expect(problemCodes(aSprint('# a', '### TASK-4 through TASK-6: done'))).toEqual(['not_a_sprint']);
  });

  it('are not read once more when they are short for a task above, and that is said', () => {
    const sprint = aSprint(
      '### e1_s1_t01: a',
      '### e1_s1_t02: b',
      '**Status:** [x]',
      '### TASK-9: c',
      '## Accomplishments',
      '### T01: a is done',
      '**Status:** [x]',
      '### t2: b',
      '### T3: of its own',
      '### T03: once more',
    );
    expect(sprint.tasks.map(({ id, status }) => [id, status])).toEqual([
      ['e1_s1_t01', 'pending'],
      ['e1_s1_t02', 'complete'],
      ['TASK-9', 'pending'],
      ['T3', 'pending'],
      ['T03', 'pending'],
    ]);
    expect(sprint.problems).toMatchObject([
      { line: 6, code: 'label_ignored' },
      { line: 8, code: 'label_ignored' },
    ]);
  });
});

describe('a field', () => {
  it('may stand without bold where a paragraph starts', () => {
    const plain = ['Status: in progress', 'Depends on: T1', '_Priority:_ high', '*Effort*: 2h', '__Owner__: Pat'];
    expect(aSprint('### T1: a', '### T2: b', ...plain).tasks[1]).toMatchObject({
      status: 'in_progress',
      dependsOn: ['T1'],
      priority: 'HIGH',
      effort: '2h',
      assignee: 'Pat',
    });
    for (const prose of ['The answer has a', '- note', '1. note'])
      expect(aTask('### T1: a', prose, 'Status: done').status).toBe('pending');
    expect(aTask('### T1: a', '  Status: done', 'status: done', 'Status of it: done').status).toBe('pending');
    expect(aTask('### T1: a', 'Run: rm', 'Verify: rm', 'Files: a.ts')).toMatchObject({
      run: null,
      verify: null,
      files: [],
    });
    expect(aTask('### T1: a', 'Depends on:', '- T1').dependsOn).toEqual(['T1']);
    expect(aTask('### T1: a', '#### Step 2', 'Status: done').status).toBe('pending');
  });

  it('may say more than its name, unless it is a command', () => {
    const task = aTask(
      '### T1: a',
      '**📊 Status (2026-01-12):** [x]',
      '**Priority (new):** LOW',
      '**Run (by hand):** x',
    );
    expect(task).toMatchObject({ status: 'complete', priority: 'LOW', run: null });
  });

  it('is none where its label is no words', () => {
    expect(aTask('### T1: a', '**12/3:** [x]', '**Week 1-2:** done').status).toBe('pending');
  });

  it('has other names for what a task waits for', () => {
    const sprint = aSprint('### T1: a', '### T2: b', '**Deps:** T1', '### T3: c', '**Prerequisites:**', '- T2');
    expect(sprint.tasks.map(({ dependsOn }) => dependsOn)).toEqual([[], ['T1'], ['T2']]);
  });

  it('that stands in a list is named when its task has no other', () => {
    const sprint = aSprint(
      '### T1: a',
      '- **Status:** [x]',
      '- **Priority:** LOW',
      '### T2: b ✅',
      '1. **Status:** [ ]',
      '* **Depends on:** T1',
      '* **Blocked by:** T1',
      '### T3: c',
      '**Status:** [ ]',
      '- **Status:** lives in the graph',
      '#### Step 2',
      '- **Depends on:** T1',
    );
    expect(sprint.tasks.map(({ status }) => status)).toEqual(['pending', 'complete', 'pending']);
    expect(sprint.problems.map(({ line, code }) => [line, code])).toEqual([
      [2, 'field_in_list'],
      [6, 'field_in_list'],
      [7, 'field_in_list'],
    ]);
  });

  it('is read without the comments in it', () => {
    const sprint = aSprint(
      '# s <!-- x -->',
      '### T1: a',
      '### T2: b',
      '**Depends:** <!-- T1 --> None',
      '**Effort:** 2h <!-- ? -->',
    );
    expect(sprint).toMatchObject({ title: 's', tasks: [{}, { dependsOn: [], externalDepends: [], effort: '2h' }] });
  });

  it('counts only in the section of its own task', () => {
    const text = ['### TASK-1: a', '#### Step 2', '**Status:** [x]', '#### Notes', '**Priority:** HIGH'];
    expect(aTask(...text)).toMatchObject({ status: 'pending', priority: null });
    expect(aTask('### TASK-1: a', '## Later', '**Status:** [x]').status).toBe('pending');
  });

  it("does not count behind the ruler that closes the task, where it may be the sprint's", () => {
    const sprint = aSprint(
      '### TASK-1: a',
      'text',
      '---',
      '**Status:** [x]',
      '**Sprint ID:** s1',
      '#### Details',
      '**Priority:** HIGH',
    );
    expect(sprint).toMatchObject({ sprintId: 's1', tasks: [{ status: 'pending', priority: null }] });
    expect(aTask('### TASK-1: a', '', '---', '**Status:** [x]').status).toBe('complete');
  });

  it('does not count in a list or indented below one', () => {
    expect(aTask('### TASK-1: a', '- note', '  **Status:** [x]', '1. **Status:** [x]').status).toBe('pending');
    expect(aTask('### TASK-1: a', 'text', '  **Status:** [x]').status).toBe('complete');
  });

  it('counts the first time', () => {
    expect(aTask('### TASK-1: a', '**Status:** [x]', '**Status:** [ ]').status).toBe('complete');
  });

  it('may be empty', () => {
    const task = aTask('### TASK-1: a', '**Status:**', '**Run:**', 'text', '```', 'x', '```', '**Max duration:**');
    expect(task).toMatchObject({ status: 'pending', run: null, maxDurationMs: null });
  });

  it('may hold a command as it is, or in a fence', () => {
    expect(aTask('### TASK-1: a', '**Run:** make all').run).toBe('make all');
    expect(aTask('### TASK-1: a', '**Run:** make', '```', 'no', '```').run).toBe('make');
    expect(aTask('### TASK-1: a', '**Run:** make', '**Run:**', '```', 'no', '```').run).toBe('make');
    expect(aTask('### TASK-1: a', '**Run:**', '```\r\na\r\nb\r\n```').run).toBe('a\nb');
    expect(aTask('### TASK-1: a', '**Verify:**', '', '~~~', 'test -f x', '~~~').verify).toBe('test -f x');
  });

  it('may be a list of capabilities', () => {
    expect(aTask('### TASK-1: a', '**Capabilities:**', '- Rust', '- `docs`').capabilities).toEqual(['docs', 'rust']);
  });

  it('keeps one of the lists and fences that are not its own', () => {
    const task = aTask('### TASK-1: a', '**Files:**', '- a.ts', '```', 'x', '```', '- b.ts', '<!--', '-->', '- c.ts');
    expect(task.files).toEqual(['a.ts']);
  });
});

describe('the ids of a sprint', () => {
  it('come from front matter, else from its lines', () => {
    expect(aSprint('**Sprint ID:** `s_1`', '**Epic:** EPIC-4 (Shop)')).toMatchObject({
      sprintId: 's_1',
      epicId: 'EPIC-4',
    });
    expect(aSprint('**Epic:** [EPIC-5](../epics/5.md)').epicId).toBe('EPIC-5');
    expect(aSprint('**ID:** s_2', '**Epic**: Post EPIC-1 work')).toMatchObject({ sprintId: 's_2', epicId: null });
    expect(aSprint('---', 'sprint_id: a', 'epic_id: "E1"', '---', '**Sprint ID:** b', '**Epic:** E2')).toMatchObject({
      sprintId: 'a',
      epicId: 'E1',
    });
    expect(aSprint('---', 'sprint_id:', 'epic_id:', '---')).toMatchObject({ sprintId: null, epicId: null });
  });

  it('are not taken from a task', () => {
    expect(aSprint('### TASK-1: a', '**ID:** nope', '**Epic:** E9').sprintId).toBeNull();
  });

  it('are refused when they could leave a folder', () => {
    const sprint = aSprint('---', 'sprint_id: ../s', 'epic_id: /etc', '---', '### TASK-1: a');
    expect(sprint).toMatchObject({ sprintId: null, epicId: null });
    expect(sprint.problems).toMatchObject([
      { line: 2, code: 'unsafe_id' },
      { line: 3, code: 'unsafe_id' },
    ]);
  });
});

describe('problems', () => {
  const sprint = parseSprint(fixtureText('troubled.md'), 'troubled.md');

  it('are named with line, value and remedy, in the order of the file', () => {
    expect(sprint.problems.map(({ line, code }) => [line, code])).toEqual([
      [3, 'cycle'],
      [4, 'unknown_status'],
      [8, 'missing_dependency'],
      [9, 'unclear_dependency'],
      [13, 'unclear_value'],
      [15, 'duplicate_id'],
      [17, 'unsafe_id'],
      [19, 'label_ignored'],
      [21, 'unclosed_fence'],
    ]);
    const messages = sprint.problems.map(({ message }) => message);
    expect(messages[0]).toContain('TASK-1 -> TASK-3 -> TASK-1');
    expect(messages[2]).toContain('"TASK-9"');
    expect(messages[5]).toMatch(/line 7 .* line 15/);
  });

  it('leave an id that the file should have among the dependencies, and never count it as met', () => {
    expect(sprint.tasks[1]).toMatchObject({ dependsOn: ['TASK-9'], externalDepends: ['a meeting'] });
  });

  it('keep both tasks of one id, and no task of an unsafe one', () => {
    expect(idsOf(sprint)).toEqual(['TASK-1', 'TASK-2', 'TASK-3', 'TASK-2']);
  });

  it('say nothing about people that a complete task once waited for', () => {
    expect(aSprint('### TASK-1: a', '**Status:** [x]', '**Blocked by:** Pat').problems).toEqual([]);
  });

  it('tell an empty file, a sprint without tasks and a file that is no sprint apart', () => {
    expect(problemCodes(aSprint('\uFEFF \n'))).toEqual(['empty_file']);
    expect(problemCodes(aSprint('# Sprint', '## Tasks'))).toEqual(['no_tasks']);
    expect(problemCodes(aSprint('---', 'sprint_id: s', '---'))).toEqual(['no_tasks']);
    expect(problemCodes(aSprint('**Sprint ID:** s'))).toEqual(['no_tasks']);
    expect(problemCodes(parseSprint(fixtureText('report.md'), 'report.md'))).toEqual(['not_a_sprint']);
  });

  it('name a task that waits for itself, and shorten long cycles and values', () => {
    expect(aSprint('### TASK-1: a', '**Depends:** TASK-1').problems[0]?.message).toContain('TASK-1 -> TASK-1');
    const ring = Array.from({ length: 30 }, (_, at) => `### T${at}: a\n**Depends:** T${(at + 1) % 30}`);
    expect(aSprint(...ring).problems[0]?.message).toContain('(19 more)');
    expect(aSprint('### TASK-1: a', `**Status:** ${'q'.repeat(500)}`).problems[0]?.message.length).toBeLessThan(300);
  });
});

describe('groups of dependencies', () => {
  it('never fill the memory: the task then waits for what no task has', () => {
    const tasks = Array.from({ length: 1_500 }, (_, at) => `### T${at}: a\n**Depends:** All other tasks`);
    const sprint = aSprint(...tasks, '### T9999: b', '**Depends:** T1');
    expect(sprint.tasks[0]?.dependsOn).toHaveLength(1_500);
    expect(sprint.tasks[1_200]?.dependsOn).toEqual(['All other tasks']);
    expect(sprint.tasks[1_500]?.dependsOn).toEqual(['T1']);
    expect(problemCodes(sprint)).toContain('missing_dependency');
    const ranges = Array.from({ length: 1_500 }, (_, at) => `### T${at}: a\n**Depends:** T0-T1499, T0-T1499`);
    expect(aSprint(...ranges).tasks[1_400]?.dependsOn).toContain('T0-T1499, T0-T1499');
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '### TASK-1: a (4h)',
    '## T2: ✓',
    '#### e1_s2_t03: [x]',
    '### Task 4: d',
    '# Title',
    '**Status:** [x]',
    '**Status**: ',
    '**Depends:** TASK-1 through T2, ~~t03~~',
    '**Files:**',
    '- [x] a/b.ts',
    '```',
    '```js',
    '~~~~',
    '<!--',
    '-->',
    '---',
    '**Priority:** P1 | **Run:** `x`',
    '**Run:**',
    '\uFEFF',
    '**',
    '***Status:***',
    '**Blocked by:** all',
    '| a |',
  ),
  fc.string({ unit: 'binary' }),
);
const anyText = fc
  .array(fc.tuple(piece, fc.constantFrom('\n', '\r\n', '\r', '', '\t', ' ')))
  .map((pairs) => pairs.flat().join(''));

describe('any text at all', () => {
  it('is read without throwing, into what the types promise', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.string({ unit: 'binary' })), (text) => {
        const sprint = parseSprint(text, 'any.md');
        let at = 0;
        for (const task of sprint.tasks) {
          expect(task.id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
          expect(task.start).toBeGreaterThanOrEqual(at);
          expect(task.end).toBeGreaterThan(task.start);
          at = task.end;
        }
        expect(at).toBeLessThanOrEqual(text.length);
        for (const { code, line } of sprint.problems) {
          expect(sprintProblemCodes).toContain(code);
          expect(line).toBeGreaterThan(0);
        }
        if (sprint.tasks.length === 0) expect(sprint.problems).not.toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
