import fc from 'fast-check';
import { recoveryTable, recoveryTableJson } from '../../../src/lib/report/recovery-table.js';
import type { RecoveryTableRow } from '../../../src/lib/report/reporter.js';
import { lineWidth, plainText } from '../../../src/lib/report/styled-line.js';

const rows: readonly RecoveryTableRow[] = [
  {
    taskId: 'TASK-3',
    title: 'Render pages',
    sprintFile: 'complete',
    local: 'pending',
    graph: 'pending',
    agent: 'none',
    row: 'C4',
    decision: 'Task TASK-3 completed externally',
  },
  {
    taskId: 'TASK-10',
    title: 'Make the feed',
    sprintFile: 'not started',
    local: 'in progress, attempt 2',
    graph: 'complete',
    agent: 'running, pid 4711',
    row: 'C10',
    decision: 'Task TASK-10 is still running (local-1, attempt 2); adopted',
  },
];

const table = (width: number): string[] => recoveryTable(rows, width).map(plainText);

describe('the table of what a resume would do', () => {
  it('takes a line a task where that fits', () => {
    expect(table(200)).toEqual([
      'task     sprint file  local                   graph     agent              decision (row)',
      'TASK-3   complete     pending                 pending   none               Task TASK-3 completed externally (C4)',
      'TASK-10  not started  in progress, attempt 2  complete  running, pid 4711  Task TASK-10 is still running (local-1, attempt 2); adopted (C10)',
      '',
      '2 tasks; nothing was changed.',
    ]);
    expect(table(Infinity)).toEqual(table(200));
  });

  it('puts the decision under the task at 80 columns', () => {
    expect(table(80)).toEqual([
      'task     sprint file  local                   graph     agent',
      'TASK-3   complete     pending                 pending   none',
      '    → Task TASK-3 completed externally (C4)',
      'TASK-10  not started  in progress, attempt 2  complete  running, pid 4711',
      '    → Task TASK-10 is still running (local-1, attempt 2); adopted (C10)',
      '',
      '2 tasks; nothing was changed.',
    ]);
  });

  it('goes below each other where a cut table would leave no room for the agent', () => {
    const long = rows.map((row) => ({ ...row, taskId: 'T'.repeat(40), graph: 'g'.repeat(40) }));
    for (const width of [60, 72, 79]) {
      const lines = recoveryTable(long, width).map(plainText);
      expect(lines).toContain('  agent: running, pid 4711');
    }
    expect(recoveryTable(long, 80).map(plainText)[3]).toMatch(/^T{17}… .* running, p…$/);
  });

  it('names the status of the file in the words of the others', () => {
    const row = { ...rows[0]!, sprintFile: 'in_progress' };
    expect(recoveryTable([row], 200).map(plainText)[1]).toMatch(/^TASK-3 +in progress +pending/);
  });

  it('puts everything under the task on a narrow terminal', () => {
    expect(table(40).slice(0, 7)).toEqual([
      'TASK-3 Render pages',
      '  sprint file: complete',
      '  local: pending',
      '  graph: pending',
      '  agent: none',
      '    → Task TASK-3 completed externally',
      '    (C4)',
    ]);
  });

  it('counts a task once, however many lines it has', () => {
    const [row] = rows;
    expect(recoveryTable([row!, row!], 200).map(plainText).at(-1)).toBe('1 task; nothing was changed.');
  });

  it('says so when there is nothing', () => {
    expect(recoveryTable([], 80).map(plainText)).toEqual(['There is no task to recover.']);
  });

  it('gives a program all of it', () => {
    expect(recoveryTableJson(rows)).toEqual({ kind: 'recovery_table', tasks: rows });
  });

  it('is no wider than the terminal and safe to print, whatever the sources say', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('漢字🎉 漢字', '\u001b[2J', 'a'.repeat(100)));
    const row = fc.record({
      taskId: text,
      title: text,
      sprintFile: text,
      local: text,
      graph: text,
      agent: text,
      row: fc.constant('C4' as const),
      decision: text,
    });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 5 }),
        fc.oneof(fc.integer({ min: 32, max: 90 }), fc.integer({ min: 32, max: 400 })),
        (shown, width) => {
          for (const line of recoveryTable(shown, width)) {
            expect(lineWidth(line)).toBeLessThanOrEqual(width);
            expect(plainText(line)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
