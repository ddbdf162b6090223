import { aSprint, taskOf } from './sprint-builders.js';

const numbered = ['### TASK-1: a', '### TASK-2: b', '### TASK-3: c', '### TASK-4: d'];
const short = ['### e008_s02_t01: a', '### e008_s02_t02: b', '### e008_s02_t03: c'];

/** What the last task of a file with these tasks waits for. */
function dependencies(tasks: readonly string[], text: string): { ids: readonly string[]; external: readonly string[] } {
  const task = aSprint(...tasks, `**Depends:** ${text}`).tasks.at(-1);
  return { ids: task?.dependsOn ?? [], external: task?.externalDepends ?? [] };
}

describe('ids in a dependency field', () => {
  it.each([
    ['TASK-1', ['TASK-1']],
    ['TASK-1, TASK-2, TASK-1', ['TASK-1', 'TASK-2']],
    ['TASK-2; TASK-1', ['TASK-2', 'TASK-1']],
    ['TASK-1 and TASK-2', ['TASK-1', 'TASK-2']],
    ['TASK-1 & TASK-2 + TASK-3', ['TASK-1', 'TASK-2', 'TASK-3']],
    ['`TASK-1`, **TASK-2**', ['TASK-1', 'TASK-2']],
    ['[TASK-1](#task-1), [[TASK-2]]', ['TASK-1', 'TASK-2']],
    ['~~TASK-1~~, TASK-2', ['TASK-2']],
    ['task-01, Task_2', ['TASK-1', 'TASK-2']],
    ['TASK-1, TASK-2 (must be done first)', ['TASK-1', 'TASK-2']],
    ['Completion of TASK-3', ['TASK-3']],
    ['The drawing (TASK-3)', ['TASK-3']],
    ['TASK-2 (needs TASK-9)', ['TASK-2']],
    ['Task 1, 2 and 3', ['TASK-1', 'TASK-2', 'TASK-3']],
    ['tasks #1 #2', ['TASK-1', 'TASK-2']],
    ['1, 2', ['TASK-1', 'TASK-2']],
    ['1 and 3', ['TASK-1', 'TASK-3']],
    ['TASK-1 <!-- not TASK-2 -->', ['TASK-1']],
    ['TASK-1 in this sprint', ['TASK-1']],
    ['TASK-2 (Sprint goal)', ['TASK-2']],
    ['t2', ['TASK-2']],
    ['TASK-1 needs 2 reviewers', ['TASK-1']],
    ['(TASK-1, TASK-2)', ['TASK-1', 'TASK-2']],
    ['previous task', ['TASK-3']],
  ])('%s', (text, ids) => {
    expect(dependencies(numbered, text)).toEqual({ ids, external: [] });
  });

  it('may be short, or leave out the epic', () => {
    expect(dependencies(short, 't01, T2').ids).toEqual(['e008_s02_t01', 'e008_s02_t02']);
    expect(dependencies(short, 'S02_t01').ids).toEqual(['e008_s02_t01']);
    expect(dependencies(short, 'E8_S2_T1').ids).toEqual(['e008_s02_t01']);
    expect(dependencies(short, 'Task 1').ids).toEqual(['e008_s02_t01']);
    expect(dependencies(['### TASK-1: x', '### e1_s1_t02: a', '### T1: b'], 't02').ids).toEqual(['e1_s1_t02']);
  });

  it('are found as they stand before another spelling of them', () => {
    const tasks = ['### task-1: a', '### TASK-01: b', '### T3: c'];
    expect(dependencies(tasks, 'TASK-01, TASK-1').ids).toEqual(['TASK-01', 'task-1']);
  });

  it('may be short only where one task can be meant', () => {
    const tasks = ['### e1_s1_t02: a', '### e1_s2_t02: b', '### TASK-1: c'];
    expect(dependencies(tasks, 's1_t02').ids).toEqual(['e1_s1_t02']);
    expect(dependencies(tasks, 't02').ids).toEqual(['TASK-t02']);
  });

  it('stay although no task has them, when they look like ids of this file', () => {
    expect(dependencies(numbered, 'TASK-9').ids).toEqual(['TASK-9']);
    expect(dependencies(short, 't09').ids).toEqual(['e008_s02_t09']);
    expect(dependencies(short, 'Task 9').ids).toEqual(['e008_s02_t9']);
    expect(dependencies(['### TASK-P1: a', '### TASK-A: b'], 'TASK-P7, TASK-B').ids).toEqual(['TASK-P7']);
  });

  it('of other sprints and documents make no edge', () => {
    expect(dependencies(short, 'e008_s01_t03')).toEqual({ ids: [], external: ['e008_s01_t03'] });
    expect(dependencies(numbered, 'ADR-033 (logging)')).toEqual({ ids: [], external: ['ADR-033'] });
    expect(dependencies(numbered, 'Sprint 3 TASK-1')).toEqual({ ids: [], external: ['Sprint 3 TASK-1'] });
    expect(dependencies(numbered, 'Sprint 3 (TASK-1)')).toEqual({ ids: [], external: ['Sprint 3'] });
    expect(dependencies(numbered, 'TASK-1 of Sprint 3')).toEqual({ ids: [], external: ['TASK-1 of Sprint 3'] });
    expect(dependencies(numbered, 'TASK-1 from the last sprint').ids).toEqual([]);
    expect(dependencies(numbered, 'TASK-1 (from Sprint 3), TASK-2')).toEqual({ ids: ['TASK-2'], external: ['TASK-1'] });
    expect(dependencies(short, 'e008_s02_t01 (Sprint 2)').ids).toEqual(['e008_s02_t01']);
    expect(dependencies(short, 'e008_s02_t01 of Sprint 2').ids).toEqual(['e008_s02_t01']);
    expect(dependencies(numbered, '99')).toEqual({ ids: [], external: ['99'] });
  });

  it('may stand beside words that name no task', () => {
    expect(dependencies(numbered, 'TASK-1 and the design review')).toEqual({
      ids: ['TASK-1'],
      external: ['the design review'],
    });
    expect(dependencies(numbered, 'Windows machine set up by Chris')).toEqual({
      ids: [],
      external: ['Windows machine set up by Chris'],
    });
    expect(dependencies(numbered, '???')).toEqual({ ids: [], external: ['???'] });
    expect(dependencies(numbered, '(a decision)')).toEqual({ ids: [], external: ['a decision'] });
  });
});

describe('numbers with a point', () => {
  const tasks = ['### Task 1.1: a', '### Task 1.2: b', '### Task 2: c', '### Task 2.1: d'];

  it('name labels that have one', () => {
    expect(dependencies(tasks, 'Task 1.2, Task 2').ids).toEqual(['TASK-1.2', 'TASK-2']);
    expect(dependencies(tasks, 'Task 1.1 through 1.2').ids).toEqual(['TASK-1.1', 'TASK-1.2']);
  });

  it('are a version where no task stands before them', () => {
    expect(dependencies(tasks, 'Node 1.2')).toEqual({ ids: [], external: ['Node 1.2'] });
  });
});

describe('ranges', () => {
  it.each([
    'TASK-1 through TASK-3',
    'TASK-1 to TASK-3',
    'TASK-1 until TASK-3',
    'TASK-1 – TASK-3',
    'TASK-1—TASK-3',
    'TASK-1 - TASK-3',
    'TASK-1-TASK-3',
    'TASK-1-3',
    'TASK-1 through 3',
    'TASK-1..TASK-3',
    'TASK-3 to TASK-1',
    'Tasks 1-3',
    'Tasks 1 to 3',
    'All of TASK-1 through TASK-3',
  ])('%s', (text) => {
    expect([...dependencies(numbered, text).ids].sort()).toEqual(['TASK-1', 'TASK-2', 'TASK-3']);
  });

  it('leave out the task itself', () => {
    expect(dependencies(numbered, 'TASK-1 through TASK-4').ids).toEqual(['TASK-1', 'TASK-2', 'TASK-3']);
  });

  it('of short ids', () => {
    expect(dependencies(short, 't01-t02').ids).toEqual(['e008_s02_t01', 'e008_s02_t02']);
  });

  it('show an end that no task has', () => {
    expect(dependencies(numbered, 'TASK-2 through TASK-6').ids).toEqual(['TASK-2', 'TASK-3', 'TASK-6']);
  });

  it('between tasks that are named differently follow the file', () => {
    const tasks = ['### TASK-1: a', '### TASK-2: b', '### T7: c', '### T8: d'];
    expect(dependencies(tasks, 'TASK-2 to T7').ids).toEqual(['TASK-2', 'T7']);
    expect(dependencies(tasks, 'TASK-2 to T9').ids).toEqual(['TASK-2', 'T9']);
    expect(dependencies(['### TASK-A: a', '### TASK-B: b', '### TASK-C: c'], 'TASK-A to TASK-B').ids).toEqual([
      'TASK-A',
      'TASK-B',
    ]);
  });

  it('are none when another word stands between', () => {
    expect(dependencies(numbered, 'TASK-1 - then TASK-3').ids).toEqual(['TASK-1', 'TASK-3']);
    expect(dependencies(numbered, 'T-a-b-c-d-e-f-g-h-i-T1').ids).toEqual([]);
    expect(dependencies(numbered, `TASK-1-${'a-'.repeat(80)}`).ids).toEqual([]);
  });
});

describe('groups', () => {
  it.each(['All above tasks', 'all previous tasks', 'All tasks above', 'Everything above.', 'All other tasks', 'All'])(
    '%s',
    (text) => {
      expect(dependencies(numbered, text).ids).toEqual(['TASK-1', 'TASK-2', 'TASK-3']);
    },
  );

  it('above a task in the middle are the tasks above it only', () => {
    const sprint = aSprint('### T1: a', '### T2: b', '**Depends:** all above', '### T3: c');
    expect(taskOf(sprint, 'T2').dependsOn).toEqual(['T1']);
    const others = aSprint('### T1: a', '### T2: b', '**Depends:** all others', '### T3: c');
    expect(taskOf(others, 'T2').dependsOn).toEqual(['T1', 'T3']);
  });

  it('above the first task are empty', () => {
    expect(dependencies(['### T1: a'], 'previous task')).toEqual({ ids: [], external: [] });
    expect(dependencies(['### T1: a'], 'all above')).toEqual({ ids: [], external: [] });
  });

  it('that we cannot follow are named as a problem and make no edge', () => {
    const sprint = aSprint('### T1: a', '**Depends:** All of phase 1');
    expect(sprint.tasks[0]).toMatchObject({ dependsOn: [], externalDepends: ['All of phase 1'] });
    expect(sprint.problems).toMatchObject([{ code: 'unclear_dependency', line: 2 }]);
    expect(dependencies(['### T1: a'], `all ${'tasks '.repeat(40)}`).external).toHaveLength(1);
  });
});

describe('words that mean no dependency', () => {
  it.each([
    'None',
    'none.',
    'None (foundational)',
    '-',
    '—',
    'N/A',
    'n/a',
    'Nothing',
    'No dependencies',
    '(none)',
    '',
    ',',
    '()',
  ])('%s', (text) => {
    expect(dependencies(numbered, text)).toEqual({ ids: [], external: [] });
  });

  it('are asked about when they name a task', () => {
    for (const text of ['Can run in parallel with TASK-1', 'Not dependent on TASK-1', 'Independent of TASK-1']) {
      const sprint = aSprint(...numbered, `**Depends:** ${text}`);
      expect(sprint.tasks[3]).toMatchObject({ dependsOn: [], externalDepends: [text] });
      expect(sprint.problems).toMatchObject([{ code: 'unclear_dependency' }]);
    }
  });
});

describe('what blocks a task', () => {
  it('is a dependency when it is a task, and a question when it is not', () => {
    const sprint = aSprint('### T1: a', '### T2: b', '**Blocked by:** T1', '### T3: c', '**Blocked by:**', '- Pat');
    expect(taskOf(sprint, 'T2').dependsOn).toEqual(['T1']);
    expect(taskOf(sprint, 'T3')).toMatchObject({ dependsOn: [], externalDepends: [] });
    expect(sprint.problems).toMatchObject([{ code: 'unclear_dependency', line: 6 }]);
  });
});
