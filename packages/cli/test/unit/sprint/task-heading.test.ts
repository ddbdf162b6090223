import { isTaskId } from '../../../src/lib/sprint/task-id.js';
import { mentionedId, readTaskHeading } from '../../../src/lib/sprint/task-heading.js';

const heading = (text: string, style: 'ids' | 'labels' = 'ids'): object | null => readTaskHeading(text, style);

describe('the heading of a task', () => {
  it.each([
    ['### TASK-1: Title', { id: 'TASK-1', title: 'Title', effort: null, status: null, mark: null }],
    ['### Task T1: Title', { id: 'T1', title: 'Title' }],
    ['### 3. TASK-1: Title', { id: 'TASK-1', title: 'Title' }],
    ['### TASK-1 : Title', { id: 'TASK-1', title: 'Title' }],
    ['### TASK-1:', { id: 'TASK-1', title: '' }],
    ['### **TASK-1**: Title', { id: 'TASK-1', title: 'Title' }],
    ['### **TASK-1: Title**', { id: 'TASK-1', title: 'Title' }],
    ['### **TASK-1:** Title', { id: 'TASK-1', title: 'Title' }],
    ['### **TASK-1: Title (4h)**', { id: 'TASK-1', title: 'Title', effort: '4h' }],
    ['### **TASK-1: Title** (4h) [x]', { id: 'TASK-1', title: 'Title', effort: '4h', mark: 27 }],
    ['### __TASK-1__: Title', { id: 'TASK-1', title: 'Title' }],
    ['### __TASK-1: Title__ (4h)', { id: 'TASK-1', title: 'Title', effort: '4h' }],
    ['### __TASK-1:__ Title', { id: 'TASK-1', title: 'Title' }],
    ['### TASK-1: Title (4h) <!-- a guess -->', { id: 'TASK-1', title: 'Title', effort: '4h' }],
    ['### <!-- T7: x --> TASK-1: Title', { id: 'TASK-1', title: 'Title' }],
    ['### TASK-1: **Title**', { id: 'TASK-1', title: '**Title**' }],
    ['### `TASK-1`: Title', { id: 'TASK-1', title: 'Title' }],
    ['### [TASK-1]: Title', { id: 'TASK-1', title: 'Title' }],
    ['### TASK-1: Title ###', { id: 'TASK-1', title: 'Title' }],
    ['### TASK-1: C#', { id: 'TASK-1', title: 'C#' }],
    ['### TASK-1: ##', { id: 'TASK-1', title: '' }],
    ['### TASK-1: Say: "hi" | now', { id: 'TASK-1', title: 'Say: "hi" | now' }],
  ])('%s', (text, expected) => {
    expect(heading(text)).toMatchObject(expected);
  });

  it.each([
    ['4h', '4h'],
    ['30m', '30m'],
    ['2-3 hours', '2-3 hours'],
    ['1 day', '1 day'],
    ['~0.5h', '~0.5h'],
    ['2h – 3h', '2h – 3h'],
    ['1h 30m', '1h 30m'],
    ['4 hours estimated', '4 hours estimated'],
    ['Phase 1', null],
    ['Backend', null],
    ['8 points', null],
    ['4', null],
    [`${'1'.repeat(60)}h`, null],
  ])('takes (%s) at its end as effort only if it is a duration', (text, effort) => {
    const title = effort === null ? `Title (${text})` : 'Title';
    expect(heading(`### T1: Title (${text})`)).toMatchObject({ title, effort });
  });

  it.each([
    ['### [x] TASK-1: Title', 'complete', 4],
    ['### TASK-1: Title [ ]', 'pending', 18],
    ['### TASK-1: Title (4h) [@]', 'in_progress', 23],
    ['### TASK-1: [x] Title (4h)', 'complete', 12],
    ['### TASK-1: [ ] Title', 'pending', 12],
  ])('may carry a mark: %s', (text, status, mark) => {
    expect(heading(text)).toMatchObject({ title: 'Title', status: { status }, mark });
  });

  it.each([
    ['### ✅ TASK-1: Title', 'Title', 'complete'],
    ['### TASK-1: Title ✓', 'Title', 'complete'],
    ['### TASK-1: Title - ✅', 'Title', 'complete'],
    ['### TASK-1: Title (2h) ✔️', 'Title', 'complete'],
    ['### TASK-1: Title ✅ (2h)', 'Title', 'complete'],
    ['### TASK-1: Title 🚧', 'Title', 'in_progress'],
    ['### TASK-1: ✅ Title', 'Title', 'complete'],
    ['### TASK-1: ⏸️ Title', 'Title', 'paused'],
    ['### TASK-1: Title ✅ COMPLETE', 'Title ✅ COMPLETE', 'complete'],
    ['### TASK-1: Title ✅ Complete (2025-11-19)', 'Title ✅ Complete (2025-11-19)', 'complete'],
    ['### TASK-1: Title - DONE', 'Title - DONE', 'complete'],
    ['### TASK-1: Title — **COMPLETE**', 'Title — **COMPLETE**', 'complete'],
    ['### TASK-1: Title **DONE**', 'Title **DONE**', 'complete'],
    ['### TASK-1: Title [CANCELLED]', 'Title [CANCELLED]', 'cancelled'],
    ['### TASK-1: Title (done)', 'Title (done)', 'complete'],
    ['### TASK-1: ~~Title~~', '~~Title~~', 'cancelled'],
    ['### ~~TASK-1: Title~~', 'Title', 'cancelled'],
  ])('may say the status otherwise: %s', (text, title, status) => {
    const written = status === 'paused' ? { status: 'blocked', blockedReason: status } : { status };
    expect(heading(text)).toMatchObject({ title, status: written, mark: null });
  });

  it.each(['(4h) ✅ COMPLETE', '(4h) [CANCELLED]', '(4h) COMPLETE', '(4h) - **DONE**', '(4h) (done)'])(
    'is given an effort before words of status: %s',
    (behind) => {
      expect(heading(`### TASK-1: Title ${behind}`)).toMatchObject({ title: `Title ${behind}`, effort: '4h' });
    },
  );

  it.each([
    'Title (testing)',
    'Title [beta]',
    'Title)',
    'Title]',
    'Say ✅ yes',
    'Title [?]',
    'Learn - done',
    'Use REST',
  ])('says nothing about the status: %s', (title) => {
    expect(heading(`### TASK-1: ${title}`)).toMatchObject({ title, status: null });
  });

  it('refuses an id that could leave a folder, or is too long', () => {
    expect(heading('### TASK-1/../2: Title')).toEqual({ kind: 'unsafe_id', id: 'TASK-1/../2' });
    expect(heading(`### TASK-${'1'.repeat(60)}: Title`)).toMatchObject({ kind: 'unsafe_id' });
  });

  it.each([
    '### ',
    '### Title',
    '### TASK-1 Title',
    '### TASK-1 and 2: Title',
    '### [?] x',
    '### [',
    '### 💥',
    '### Task 1: Title',
  ])('is not: %s', (text) => {
    expect(heading(text)).toBeNull();
  });
});

describe('an id at the start of a heading that is no task', () => {
  it.each([
    ['### TASK-4 Log out everywhere', 'TASK-4'],
    ['### ✅ **TASK-4** (4h): Log out', 'TASK-4'],
    ['### e1_s1_t02 | Log out', 'e1_s1_t02'],
    ['### BUG-4 Log out', null],
    ['### Tasks of the week', null],
    ['###', null],
  ])('%s', (text, id) => {
    expect(mentionedId(text)).toBe(id);
  });
});

describe('a label', () => {
  it.each([
    ['### Task 3: Title', 'TASK-3', 'Title'],
    ['### Task #3: Title', 'TASK-3', 'Title'],
    ['### TASK 3 - Title', 'TASK-3', 'Title'],
    ['### Task 3', 'TASK-3', ''],
    ['### Task 1.2) Title', 'TASK-1.2', 'Title'],
    ['### Task B: Title', 'TASK-B', 'Title'],
    ['### **Task 3:** Title', 'TASK-3', 'Title'],
    ['### TASK-3 – Title', 'TASK-3', 'Title'],
    ['### [TASK-3] Title', 'TASK-3', 'Title'],
    ['### e1_s1_t03 - Title', 'e1_s1_t03', 'Title'],
  ])('becomes an id: %s', (text, id, title) => {
    expect(heading(text, 'labels')).toMatchObject({ id, title });
  });

  it.each(['### Tasks', '### Task', '### Task list: a', '### Task 3 is hard', '### BUG-3 - Title', '### TASK-3 Title'])(
    'is not: %s',
    (text) => {
      expect(heading(text, 'labels')).toBeNull();
    },
  );
});

describe('the id of a task', () => {
  it.each([
    'TASK-1',
    'task_1',
    'TASK1',
    'TASK-P1',
    'TASK-DB',
    'T1',
    't01',
    't01b',
    'e008_s02_t01',
    'e015_s00a_t01',
    'EPIC-4-TASK-2',
  ])('is %s', (id) => {
    expect(isTaskId(id)).toBe(true);
  });

  it.each([
    'BUG-001',
    '2026-01-05',
    'TASK-N',
    'TASK-',
    'TASK',
    'Task-level',
    'ADR-1',
    'Sprint',
    '',
    'tasks-1',
    'e008_s02',
  ])('is not %s', (id) => {
    expect(isTaskId(id)).toBe(false);
  });
});
