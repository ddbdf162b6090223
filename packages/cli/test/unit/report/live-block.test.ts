import fc from 'fast-check';
import { blockedReasons } from '@ginkoai/contract';
import { liveBlock } from '../../../src/lib/report/live-block.js';
import type { RunView } from '../../../src/lib/report/reporter.js';
import { lineWidth, plainText } from '../../../src/lib/report/styled-line.js';
import { aBlockedTask, aRunningTask, aView } from '../../support/terminal-builders.js';

function block(view: Partial<RunView>, { columns = 80, rows = 24 } = {}): string[] {
  const lines = liveBlock({ view: aView(view), now: 1_000_000, elapsedMs: 61_000, columns, rows });
  return lines.map(plainText);
}

const running = (count: number): RunView['running'] =>
  Array.from({ length: count }, (_, index) =>
    aRunningTask({ taskId: `TASK-${index}`, agentId: `local-${index}`, startedAt: 1_000_000 }),
  );
const blocked = (count: number): RunView['blocked'] =>
  Array.from({ length: count }, (_, index) => aBlockedTask({ taskId: `TASK-B${index}` }));

describe('the live block', () => {
  it('shows an empty bar when there is nothing to do', () => {
    const counts = { pending: 0, in_progress: 0, complete: 0, blocked: 0, cancelled: 0 };
    expect(block({ counts, total: 0 })[0]).toBe('The site  [....................] 0/0  1:01');
  });

  it('shows a full bar only when everything is done', () => {
    const counts = { pending: 1, in_progress: 0, complete: 99_999, blocked: 0, cancelled: 0 };
    expect(block({ counts, total: 100_000 })[0]).toBe('The site  [###################.] 99,999/100,000  1:01');
    expect(block({ counts: { ...counts, complete: 100_000 }, total: 100_000 })[0]).toContain('[####################]');
  });

  it('counts the running tasks that do not fit', () => {
    const lines = block({ running: running(50) }, { rows: 18 });
    expect(lines).toHaveLength(9);
    expect(lines[8]).toBe('  and 44 more running');
  });

  it('keeps a third of the room for what is blocked', () => {
    const lines = block({ running: running(50), blocked: blocked(1000) }, { rows: 22 });
    expect(lines).toHaveLength(11);
    expect(lines.slice(7)).toEqual([
      '  and 45 more running',
      '■ TASK-B0 Deploy: paused in the sprint file',
      '■ TASK-B1 Deploy: paused in the sprint file',
      '  and 998 more blocked',
    ]);
  });

  it('leaves half of the terminal to what happens above it', () => {
    expect(block({ running: running(50), blocked: blocked(50) }, { rows: 24 })).toHaveLength(12);
    expect(block({ running: running(50), blocked: blocked(50) }, { rows: 5 })).toHaveLength(4);
  });

  it('shows the output of agents in one column, however long their names are', () => {
    const names = ['local-1', 'reviewer-12'];
    const tasks = names.map((agentId) => aRunningTask({ agentId, startedAt: 1_000_000, lastLine: 'page 3' }));
    const [first, second] = block({ running: tasks }).slice(2);
    expect(first).toBe('0:00 TASK-3 Render pages  local-1      page 3');
    expect(second).toBe('0:00 TASK-3 Render pages  reviewer-12  page 3');
  });

  it('shows the ids of running tasks as it shows those of blocked ones', () => {
    const view = aView({ running: [aRunningTask()], blocked: [aBlockedTask()] });
    const lines = liveBlock({ view, now: 1_000_000, elapsedMs: 0, columns: 80, rows: 24 });
    const strong = lines.flatMap((line) => line.filter(({ style }) => style === 'strong').map(({ text }) => text));
    expect(strong).toEqual(['The site  ', 'TASK-3', 'TASK-9']);
  });

  it('says that there is no agent', () => {
    expect(block({ agents: 0 })[1]).toBe('no agent · 0 running · 1 ready · 1 blocked');
  });

  it('loses the title, then the bar, on a narrow terminal', () => {
    expect(block({}, { columns: 30 })[0]).toBe('The site  [##.....] 5/12  1:01');
    expect(block({}, { columns: 25 })[0]).toBe('The site  5/12  1:01');
    expect(block({}, { columns: 12 })[0]).toBe('5/12  1:01');
    expect(block({}, { columns: 1 })[0]).toBe('…');
  });

  it('cuts wide characters where they fit', () => {
    const lines = block(
      { running: [aRunningTask({ title: '構築する頁'.repeat(20), startedAt: 1_000_000 })] },
      { columns: 40 },
    );
    expect(lines[2]).toBe('0:00 TASK-3 構築する…  local-1');
  });

  it('is no wider and no higher than the terminal, and free of control characters, whatever it is to show', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', '漢字🎉', '\u001b[2J'),
    );
    const count = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 1_000_000_000 }));
    const task = fc.record({
      taskId: text,
      title: text,
      agentId: text,
      attempt: count,
      startedAt: fc.integer({ min: -1_000_000, max: 10_000_000_000_000 }),
      activity: fc.constantFrom('starting', 'running', 'quiet', 'hung', 'verifying', 'elsewhere' as const),
      lastLine: text,
    });
    const stuck = fc.record({ taskId: text, title: text, reason: fc.constantFrom(...blockedReasons), detail: text });
    const view: fc.Arbitrary<RunView> = fc.record({
      sprintTitle: text,
      epicId: text,
      counts: fc.record({ pending: count, in_progress: count, complete: count, blocked: count, cancelled: count }),
      total: count,
      ready: count,
      deferred: count,
      nextRetryAt: fc.option(fc.integer({ min: 0, max: 10_000_000_000_000 })),
      agents: count,
      running: fc.array(task, { maxLength: 60 }),
      blocked: fc.array(stuck, { maxLength: 60 }),
      graphTrouble: fc.option(text),
    });
    fc.assert(
      fc.property(view, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 100 }), (shown, columns, rows) => {
        const lines = liveBlock({ view: shown, now: 5_000_000, elapsedMs: 1, columns, rows });
        expect(lines.length).toBeLessThanOrEqual(Math.min(rows - 1, Math.max(4, rows / 2)));
        for (const line of lines) {
          expect(lineWidth(line)).toBeLessThanOrEqual(columns);
          expect(plainText(line)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
        }
      }),
      { numRuns: 200 },
    );
  });
});
