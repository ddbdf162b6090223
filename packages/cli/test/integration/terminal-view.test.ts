import type { ReportedEvent } from '../../src/lib/report/reporter.js';
import { aBlockedTask, aRunningTask, aSummary, eventAt, onTask3 } from '../support/terminal-builders.js';
import { liveView } from '../support/terminal-live-view.js';

const completed: ReportedEvent = {
  kind: 'task_completed',
  ...onTask3,
  agentId: 'local-1',
  by: 'agent',
  durationMs: 400,
};
const startedAt = Date.parse(eventAt);

describe('the live view of a run on a terminal', () => {
  it('shows progress, counts, running and blocked tasks', () => {
    const live = liveView();
    live.show({
      running: [
        aRunningTask({ startedAt: startedAt - 42_000, lastLine: 'page 3 of 9' }),
        aRunningTask({ taskId: 'TASK-10', title: 'Feed', agentId: 'local-2', attempt: 2, activity: 'quiet' }),
      ],
      blocked: [aBlockedTask()],
      deferred: 1,
      nextRetryAt: startedAt + 20_000,
      graphTrouble: 'The graph does not answer; the run goes on.',
    });
    live.pass(1000);
    expect(live.screen.visible()).toEqual([
      'The site  [########............] 5/12  0:01',
      '2 running · 1 ready · 1 waiting for retry at 09:41:27 · 1 blocked',
      '! The graph does not answer; the run goes on.',
      '0:43 TASK-3 Render pages  local-1                  page 3 of 9',
      '0:01 TASK-10 Feed         local-2 attempt 2 quiet',
      '■ TASK-9 Deploy: paused in the sprint file',
    ]);
    expect(live.screen.isCursorVisible).toBe(false);
  });

  it('lets what is finished scroll up above it', () => {
    const live = liveView({ rows: 6 });
    for (let count = 0; count < 10; count++) {
      live.reporter.event(completed);
      live.pass(1000);
    }
    const lines = live.screen.everything();
    expect(lines.slice(0, 10)).toEqual(Array(10).fill('09:41:07  ✓ TASK-3 Render pages (local-1, 0.4 s)'));
    expect(lines.slice(10)).toEqual(['The site  [########............] 5/12  0:10', '0 running · 1 ready · 1 blocked']);
  });

  it('lets a line that is longer than the terminal wrap without spoiling the block', () => {
    const live = liveView({ columns: 40, titleOf: () => 'A very long title '.repeat(6).trim() });
    live.reporter.event(completed);
    live.pass(400);
    live.reporter.event(completed);
    live.pass(400);
    const lines = live.screen.everything();
    expect(lines.filter((line) => line.includes('09:41:07'))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('5/12'))).toHaveLength(1);
  });

  it('breaks a long line at its words, below its text', () => {
    const live = liveView({ columns: 40, titleOf: () => 'Render every page of the whole site' });
    live.reporter.event(completed);
    live.pass(400);
    expect(live.screen.everything().slice(0, 2)).toEqual([
      '09:41:07  ✓ TASK-3 Render every page of',
      '            the whole site (local-1, 0.4',
    ]);
  });

  it('draws at most five times a second, however much happens', () => {
    const live = liveView();
    const before = live.screen.frames;
    for (let count = 0; count < 1000; count++) {
      live.reporter.event(completed);
      live.pass(1);
    }
    expect(live.screen.frames - before).toBeLessThanOrEqual(5);
    live.pass(200);
    expect(live.screen.everything().filter((line) => line.includes('TASK-3'))).toHaveLength(1000);
  });

  it('writes nothing when nothing changes within a second', () => {
    const live = liveView();
    live.recording.clear();
    live.pass(800);
    expect(live.recording.text()).toBe('');
  });

  it('shows a change of the view that no line tells of', () => {
    const live = liveView();
    live.pass(400);
    live.show({ counts: { pending: 0, in_progress: 0, complete: 6, blocked: 0, cancelled: 0 } });
    live.reporter.event({ kind: 'checkpoint_saved', at: eventAt, checkpointSequence: 1, durationMs: 1 });
    live.pass(200);
    expect(live.screen.visible()[0]).toContain('6/12');
  });

  it.each([
    [80, 24, 30, 24],
    [80, 24, 200, 50],
    [80, 24, 7, 10],
    [120, 10, 40, 10],
    [40, 24, 41, 5],
  ])('follows a terminal of %i x %i that becomes %i x %i', (columns, rows, newColumns, newRows) => {
    const live = liveView({ columns, rows });
    live.show({ running: [aRunningTask({ lastLine: 'x'.repeat(300) })], blocked: [aBlockedTask()] });
    live.pass(1000);
    live.screen.resize({ columns: newColumns, rows: newRows });
    live.pass(200);
    const lines = live.screen.visible();
    expect(lines.filter((line) => line.includes('5/12'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('0:01 '))).toHaveLength(1);
    expect(live.screen.cursor.column).toBe(0);
    live.reporter.stop(aSummary());
    // What a shrinking terminal pushed off its screen is beyond reach; what can be seen is clean.
    expect(live.screen.visible().join('\n')).not.toContain('xxx');
  });

  it('leaves the summary and the cursor behind, and no block', () => {
    const live = liveView();
    live.reporter.event(completed);
    live.reporter.stop(aSummary());
    expect(live.screen.everything()).toEqual([
      '09:41:07  ✓ TASK-3 Render pages (local-1, 0.4 s)',
      '',
      '✓ The site: 12 of 12 tasks complete in 3 min 12 s',
      '  Every task is complete.',
      '  Attempts: 13 begun, 1 failed',
    ]);
    expect(live.screen.isCursorVisible).toBe(true);
    expect(live.screen.wraps).toBe(true);
    expect(live.hooksSet()).toBe(0);
  });

  it('gives the cursor back and prints what was waiting when the process just ends', () => {
    const live = liveView();
    live.reporter.event(completed);
    live.exit();
    expect(live.screen.isCursorVisible).toBe(true);
    expect(live.screen.everything()).toEqual(['09:41:07  ✓ TASK-3 Render pages (local-1, 0.4 s)']);
  });

  it('prints the lines of a recovery word for word', () => {
    const live = liveView();
    live.reporter.event({
      kind: 'recovery',
      at: eventAt,
      source: 'local',
      reason: 'graph has no state',
      orchestratorId: 'orchestrator-1',
      completed: 5,
      inProgress: 2,
    });
    live.reporter.event({
      kind: 'reconciled',
      at: eventAt,
      changes: [{ row: 'C4', taskId: 'TASK-3', sentence: 'Task TASK-3 completed externally' }],
    });
    live.pass(200);
    expect(live.screen.visible().slice(0, 9)).toEqual([
      '✓ Recovered state from local checkpoint (graph has no state)',
      '  Orchestrator: orchestrator-1',
      '  Last persisted: never',
      '  Completed: 5 tasks',
      '  In progress: 2 tasks',
      '  Recovered from: local checkpoint',
      '',
      '✓ Reconciled 1 task status changes:',
      '  - Task TASK-3 completed externally',
    ]);
  });

  it('keeps escape codes of agents and titles off the terminal', () => {
    const live = liveView({ titleOf: () => 'Evil \u001b[2J\u001b]0;pwned\u0007 title' });
    live.show({ running: [aRunningTask({ title: '\u001b[31mred', lastLine: '10%\r\u001b[1A90%\u0008\u009b2J' })] });
    live.reporter.event(completed);
    live.pass(1000);
    expect(live.screen.everything().join('\n')).toContain('Evil  title');
    expect(live.screen.everything().join('\n')).toContain('90%2J');
  });

  it('uses colours unless NO_COLOR is set', () => {
    const colored = liveView();
    const plain = liveView({ env: { NO_COLOR: '1' } });
    for (const live of [colored, plain]) live.reporter.event(completed);
    for (const live of [colored, plain]) live.pass(200);
    expect(colored.recording.text()).toContain('\u001b[32m✓\u001b[39m');
    expect(plain.recording.text()).not.toMatch(/\u001b\[[0-9;]*m/);
  });
});
