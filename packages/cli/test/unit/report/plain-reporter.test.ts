import { createPlainReporter } from '../../../src/lib/report/plain-reporter.js';
import type { LeftTask } from '../../../src/lib/report/left-task.js';
import type { ReportedEvent } from '../../../src/lib/report/reporter.js';
import {
  aBlockedTask,
  aSummary,
  aView,
  eventAt,
  localTime,
  onTask3,
  recoveredEvent,
} from '../../support/terminal-builders.js';
import { recordingOutput } from '../../support/terminal-recording-output.js';

const titles: Record<string, string> = { 'TASK-3': 'Render pages', 'TASK-9': 'Deploy' };

function printed(events: readonly ReportedEvent[], verbosity: { verbose?: boolean; quiet?: boolean } = {}): string[] {
  const recording = recordingOutput();
  const reporter = createPlainReporter({
    output: recording.output,
    now: () => Date.parse(eventAt),
    verbose: verbosity.verbose ?? false,
    quiet: verbosity.quiet ?? false,
  });
  reporter.start(
    () => aView(),
    (taskId) => titles[taskId] ?? '',
  );
  events.forEach((event) => reporter.event(event));
  return recording.lines();
}

const assigned: ReportedEvent = { kind: 'task_assigned', ...onTask3, agentId: 'local-1', place: 'place-1' };
const completed: ReportedEvent = {
  kind: 'task_completed',
  ...onTask3,
  agentId: 'local-1',
  by: 'agent',
  durationMs: 12_400,
};
const failed: ReportedEvent = {
  kind: 'task_failed',
  ...onTask3,
  attempt: 2,
  agentId: 'local-1',
  failure: { code: 'agent_failed', message: 'the command ended with exit code 3' },
  durationMs: 3_000,
};
const unpersisted: ReportedEvent = {
  kind: 'recovery',
  at: eventAt,
  source: 'graph',
  reason: 'cross-machine recovery',
  orchestratorId: 'orchestrator-1733592000000',
  completed: 5,
  inProgress: 2,
};
const recovery: ReportedEvent = { ...unpersisted, lastPersisted: '2025-12-07T10:30:00.000Z' };

describe('the lines of events', () => {
  it('tells a completed task with agent and duration', () => {
    expect(printed([completed])).toEqual(['09:41:07  ✓ TASK-3 Render pages (local-1, 12.4 s)']);
  });

  it('names the agent of a start, which the event itself does not', () => {
    const started: ReportedEvent = { kind: 'task_started', ...onTask3, pid: 1, processStartedAt: '1' };
    expect(printed([assigned, started])).toEqual(['09:41:07  → TASK-3 Render pages (local-1)']);
  });

  it('forgets the agent once the attempt is closed', () => {
    const lost: ReportedEvent = { kind: 'task_lost', ...onTask3, reason: 'process_gone' };
    expect(printed([assigned, lost, lost])).toEqual([
      '09:41:07  ! TASK-3 Render pages: lost, its process is gone without a result (local-1)',
      '09:41:07  ! TASK-3 Render pages: lost, its process is gone without a result',
    ]);
  });

  it('names the attempt from the second on', () => {
    expect(printed([{ ...completed, attempt: 2 }])).toEqual([
      '09:41:07  ✓ TASK-3 Render pages (local-1, attempt 2, 12.4 s)',
    ]);
  });

  it('tells why an attempt failed', () => {
    expect(printed([failed])).toEqual([
      '09:41:07  ✗ TASK-3 Render pages: the command ended with exit code 3 (local-1, attempt 2, 3.0 s)',
    ]);
  });

  it('says why a task is blocked, who can unblock it and how', () => {
    const blocked: ReportedEvent = {
      kind: 'task_blocked',
      at: eventAt,
      sequence: 8,
      taskId: 'TASK-3',
      reason: 'attempts_exhausted',
      detail: '3 attempts failed, the last one: exited with code 3',
    };
    expect(printed([blocked])).toEqual([
      '09:41:07  ■ TASK-3 blocked: Render pages — 3 attempts failed, the last one: exited with code 3',
      '            You can unblock it: read its output, remove the cause, then run ginko task reopen TASK-3',
    ]);
  });

  it('says when the next attempt begins', () => {
    const retry: ReportedEvent = {
      kind: 'task_retry_scheduled',
      at: eventAt,
      sequence: 9,
      taskId: 'TASK-3',
      notBefore: localTime(9, 41, 27),
    };
    expect(printed([retry])).toEqual(['09:41:07  ↻ TASK-3 Render pages: next attempt in 20.0 s, at 09:41:27']);
  });

  it('tells adopted, released, reopened, added and removed tasks', () => {
    const plain = { at: eventAt, sequence: 9, taskId: 'TASK-3' };
    expect(
      printed([
        { kind: 'task_adopted', ...onTask3, attempt: 2, agentId: 'local-1' },
        { kind: 'task_released', ...onTask3, attempt: 2, reason: 'throttled', notBefore: localTime(9, 41, 8) },
        { kind: 'task_reopened', ...plain, generation: 2 },
        { kind: 'task_added', ...plain },
        { kind: 'task_removed', ...plain },
        { kind: 'task_unblocked', ...plain },
        { ...completed, by: 'sprint_file', agentId: undefined, durationMs: undefined },
      ]),
    ).toEqual([
      '09:41:07  → TASK-3 Render pages: still running, taken over (local-1, attempt 2)',
      '09:41:07  ↻ TASK-3 Render pages: its agent was throttled (exit code 75); no failure counted; again in 1.0 s, at 09:41:08 (local-1, attempt 2)',
      '09:41:07  ↻ TASK-3 Render pages: open again, generation 2',
      '09:41:07  + TASK-3 Render pages: new in the sprint',
      '09:41:07  - TASK-3 Render pages: no longer in the sprint',
      '09:41:07  → TASK-3 Render pages: no longer blocked',
      '09:41:07  ✓ TASK-3 Render pages (completed externally, marked in the sprint file)',
    ]);
  });

  it('tells what the agent says it did, and what it spent', () => {
    const usage = { tokens: 12_345, costUsd: 0.434 };
    expect(printed([{ ...completed, usage, summary: 'Pages are rendered\nwith three templates.' }])).toEqual([
      '09:41:07  ✓ TASK-3 Render pages (local-1, 12.4 s, 12,345 tokens, $0.43)',
      '            Pages are rendered with three templates.',
    ]);
    expect(printed([{ ...failed, usage: { costUsd: 0.004 } }])[0]).toBe(
      '09:41:07  ✗ TASK-3 Render pages: the command ended with exit code 3 (local-1, attempt 2, 3.0 s, $0.0040)',
    );
    const [, words] = printed([{ ...completed, summary: 'word '.repeat(500) }]);
    expect(words).toHaveLength(12 + 240);
  });

  it('tells in one event that an agent cannot go on', () => {
    const released: ReportedEvent = { kind: 'task_released', ...onTask3, reason: 'blocked_by_agent' };
    const blocked: ReportedEvent = {
      kind: 'task_blocked',
      at: eventAt,
      sequence: 8,
      taskId: 'TASK-3',
      reason: 'agent',
      detail: 'which size?',
    };
    expect(printed([assigned, released, blocked])).toEqual([
      '09:41:07  ■ TASK-3 blocked: Render pages — its agent could not go on: which size?',
      '            You can unblock it: settle what the agent asked for, then run ginko task reopen TASK-3',
    ]);
  });

  it('tells in one event that there is no command for a task', () => {
    const released: ReportedEvent = { kind: 'task_released', ...onTask3, reason: 'could_not_start' };
    const detail = 'TASK-3 has no **Run:** block, which is what the shell agent runs. Add one, or choose another agent';
    const at = { at: eventAt, sequence: 8, taskId: 'TASK-3' };
    const [line, hint] = printed([assigned, released, { kind: 'task_blocked', ...at, reason: 'no_command', detail }]);
    expect(line).toBe(`09:41:07  ■ TASK-3 blocked: Render pages — ${detail}`);
    expect(hint).toContain('You can unblock it: correct TASK-3 in the sprint file');
  });

  it('names a task by its id alone where its title is not known', () => {
    const unknown = { at: eventAt, sequence: 9, taskId: 'TASK-77' };
    expect(
      printed([
        { kind: 'task_removed', ...unknown },
        { kind: 'task_blocked', ...unknown, reason: 'paused' },
      ]).slice(0, 2),
    ).toEqual([
      '09:41:07  - TASK-77: no longer in the sprint',
      '09:41:07  ■ TASK-77 blocked: paused in the sprint file',
    ]);
  });

  it('takes escape codes and line breaks out of titles and messages', () => {
    const recording = recordingOutput();
    const reporter = createPlainReporter({ output: recording.output, now: () => 0, verbose: false, quiet: false });
    reporter.start(
      () => aView(),
      () => 'Wipe\u001b[2J \u001b]0;title\u0007the\r\ndisk\t\u009b31m\u202eplease',
    );
    reporter.event(completed);
    expect(recording.text()).toBe('09:41:07  ✓ TASK-3 Wipe the  disk 31mplease (local-1, 12.4 s)\n');
  });

  it('tells of a graph that fails once, and of its return', () => {
    const failure = { code: 'graph_unreachable', message: 'The graph at http://127.0.0.1:1 does not answer.' } as const;
    expect(
      printed([
        { kind: 'persist_failed', at: eventAt, failure, failures: 1 },
        { kind: 'persist_failed', at: eventAt, failure, failures: 2 },
        { kind: 'graph_restored', at: eventAt, failures: 2 },
      ]),
    ).toEqual([
      '09:41:07  ! The graph at http://127.0.0.1:1 does not answer. The run goes on, and what the graph misses is sent once it answers.',
      '09:41:07  ✓ The graph is back after 2 failed calls',
    ]);
  });

  it('says who took over', () => {
    const lost: ReportedEvent = {
      kind: 'lease_lost',
      at: eventAt,
      message: 'Another orchestrator holds the lease now',
      takenOverBy: 'orchestrator-9',
      host: 'elsewhere',
    };
    expect(printed([lost])).toEqual([
      '09:41:07  ✗ Another orchestrator holds the lease now',
      '            Taken over by orchestrator-9 on elsewhere',
    ]);
  });
});

describe('how much is told', () => {
  const saved: ReportedEvent = { kind: 'checkpoint_saved', at: eventAt, checkpointSequence: 7, durationMs: 3 };
  const busy: ReportedEvent = {
    kind: 'warning',
    at: eventAt,
    code: 'already_in_progress',
    message: 'TASK-3 is in progress already',
    isVerbose: true,
  };

  it('leaves details to --verbose', () => {
    expect(printed([assigned, saved, busy, recoveredEvent])).toEqual([]);
    expect(printed([assigned, saved, busy, recoveredEvent], { verbose: true })).toEqual([
      '09:41:07  ℹ TASK-3 Render pages: given to local-1',
      '09:41:07  ℹ checkpoint saved at event 7 in 3 ms',
      '09:41:07  ! TASK-3 is in progress already',
      '09:41:07  ℹ Run goes on from checkpoint run-1@41 as epoch 2',
    ]);
  });

  it('prints only warnings and failures when quiet', () => {
    const warning: ReportedEvent = { kind: 'warning', at: eventAt, code: 'x', message: 'Look at this' };
    const told = printed([completed, recovery, warning, failed], { quiet: true });
    expect(told).toHaveLength(2);
    expect(told[0]).toBe('09:41:07  ! Look at this');
    expect(told[1]).toContain('✗ TASK-3');
  });

  it('prints only the alarming changes of a reconciliation when quiet', () => {
    const reconciled: ReportedEvent = {
      kind: 'reconciled',
      at: eventAt,
      changes: [
        { row: 'C4', taskId: 'TASK-3', sentence: 'Task TASK-3 completed externally' },
        { row: 'C31', taskId: 'TASK-9', sentence: 'Task TASK-9 is another task now', isWarning: true },
      ],
    };
    expect(printed([reconciled], { quiet: true })).toEqual(['09:41:07  ! Task TASK-9 is another task now']);
  });
});

describe('the lines of a recovery, word for word', () => {
  it('tells what was recovered from the graph and reconciled', () => {
    const reconciled: ReportedEvent = {
      kind: 'reconciled',
      at: eventAt,
      changes: [{ row: 'C4', taskId: 'TASK-3', sentence: 'Task TASK-3 completed externally' }],
    };
    expect(printed([recovery, recoveredEvent, reconciled, completed])).toEqual([
      '✓ Recovered state from graph (cross-machine recovery)',
      '  Orchestrator: orchestrator-1733592000000',
      '  Last persisted: 2025-12-07T10:30:00Z',
      '  Completed: 5 tasks',
      '  In progress: 2 tasks',
      '  Recovered from: graph state',
      '',
      '✓ Reconciled 1 task status changes:',
      '  - Task TASK-3 completed externally',
      '',
      '09:41:07  ✓ TASK-3 Render pages (local-1, 12.4 s)',
    ]);
  });

  it('tells once what a reconciliation changed, and singly only what says more', () => {
    const at = eventAt;
    const changes = [{ row: 'C12', taskId: 'TASK-3', sentence: 'Task TASK-3 was lost' }] as const;
    const reconciled: ReportedEvent = { kind: 'reconciled', at, changes, sequences: { first: 8, last: 11 } };
    const events: ReportedEvent[] = [
      reconciled,
      { kind: 'task_lost', ...onTask3, sequence: 8, reason: 'process_gone' },
      { kind: 'task_retry_scheduled', at, sequence: 9, taskId: 'TASK-3', notBefore: at },
      { ...failed, sequence: 10 },
      { kind: 'task_retry_scheduled', at, sequence: 11, taskId: 'TASK-3', notBefore: localTime(9, 41, 27) },
      { kind: 'task_reopened', at, sequence: 12, taskId: 'TASK-9', generation: 2 },
    ];
    expect(printed(events)).toEqual([
      '✓ Reconciled 1 task status changes:',
      '  - Task TASK-3 was lost',
      '',
      '09:41:07  ✗ TASK-3 Render pages: the command ended with exit code 3 (local-1, attempt 2, 3.0 s)',
      '09:41:07  ↻ TASK-3 Render pages: next attempt in 20.0 s, at 09:41:27',
      '09:41:07  ↻ TASK-9 Deploy: open again, generation 2',
    ]);
    expect(printed(events, { quiet: true })[0]).toContain('! TASK-3 Render pages: lost');
  });

  it('keeps advice about the graph out of the brackets', () => {
    const lines = printed([
      {
        ...unpersisted,
        source: 'local',
        reason:
          'graph unavailable: The graph at http://127.0.0.1:9 answered GET /api/v1 with 200 and an HTML page. Check that this is the URL of a ginko graph.',
      },
    ]);
    expect(lines[0]).toBe(
      '✓ Recovered state from local checkpoint (graph unavailable: the graph at http://127.0.0.1:9 answered GET /api/v1 with 200 and an HTML page)',
    );
    expect(lines.slice(5)).toEqual([
      '  Recovered from: local checkpoint',
      '  Check that this is the URL of a ginko graph.',
    ]);
  });

  it('says why the local state was taken, and that it was never persisted', () => {
    expect(
      printed([
        { ...unpersisted, source: 'local', reason: 'newer than the graph by 12 events', completed: 1, inProgress: 0 },
      ]),
    ).toEqual([
      '✓ Recovered state from local checkpoint (newer than the graph by 12 events)',
      '  Orchestrator: orchestrator-1733592000000',
      '  Last persisted: never',
      '  Completed: 1 tasks',
      '  In progress: 0 tasks',
      '  Recovered from: local checkpoint',
    ]);
  });

  it('points to --resume on a fresh start beside an earlier checkpoint', () => {
    expect(printed([{ kind: 'previous_checkpoint', at: eventAt }])).toEqual([
      'ℹ Previous checkpoint found',
      '  Use --resume to continue from last session',
      '  Starting fresh will overwrite the checkpoint',
    ]);
  });

  it('says in one line that a resume without a checkpoint starts fresh', () => {
    expect(printed([{ kind: 'nothing_to_resume', at: eventAt }])).toEqual([
      'ℹ Nothing to resume: no checkpoint of this epic was found; starting fresh',
    ]);
  });

  it('says nothing when nothing had to be reconciled', () => {
    expect(printed([{ kind: 'reconciled', at: eventAt, changes: [] }])).toEqual([]);
  });
});

describe('the summary', () => {
  function summary(fields: Parameters<typeof aSummary>[0]): string[] {
    const recording = recordingOutput();
    const reporter = createPlainReporter({ output: recording.output, now: () => 0, verbose: false, quiet: true });
    reporter.start(
      () => aView(),
      () => '',
    );
    reporter.stop(aSummary(fields));
    return recording.lines();
  }

  it('tells of a finished sprint', () => {
    expect(summary({ usage: { tokens: 12_345, costUsd: 1.234 } })).toEqual([
      '✓ The site: 12 of 12 tasks complete in 3 min 12 s',
      '  Every task is complete.',
      '  Attempts: 13 begun, 1 failed',
      '  Reported by agents: 12,345 tokens, $1.23',
    ]);
  });

  it('says which figures are of this process and which of the whole run', () => {
    const fields = { isResumed: true, adopted: 2, attempts: 3, completedNow: 4, usage: { tokens: 12_345, costUsd: 0 } };
    expect(summary(fields)).toEqual([
      '✓ The site: 12 of 12 tasks complete, 4 of them since this start (3 min 12 s)',
      '  Every task is complete.',
      '  Attempts since this start: 3 begun, 2 adopted, 1 failed',
      '  Reported by agents in the whole run: 12,345 tokens',
    ]);
  });

  it('gives a resume only its own time', () => {
    expect(summary({ isResumed: true })[0]).toBe(
      '✓ The site: 12 of 12 tasks complete, 12 of them since this start (3 min 12 s)',
    );
  });

  const nothing = { attempts: 0, failedAttempts: 0, completedNow: 0 };

  it('has no figures where nothing was begun', () => {
    const message = 'Nothing to do: every task is complete.';
    expect(summary({ ...nothing, stopReason: 'nothing_to_do', message })).toEqual([
      '✓ The site: 12 of 12 tasks complete, none of them since this start (3 min 12 s)',
      '  Nothing to do: every task is complete.',
    ]);
  });

  const outputFile = '.ginko/runs/TASK-3/g1a5/output.log';
  const exhausted: LeftTask = {
    taskId: 'TASK-3',
    title: 'Render pages',
    attempt: 5,
    state: 'blocked',
    reason: 'attempts_exhausted',
    detail: '3 attempts failed, the last one: the pages are empty',
    lastFailure: { generation: 1, attempt: 5, message: 'the pages are empty', outputFile },
  };
  const paused: LeftTask = { taskId: 'TASK-9', title: 'Deploy', attempt: 0, state: 'blocked', reason: 'paused' };

  it('names each unfinished task once, with why and who unblocks it, and how to go on', () => {
    const failedOutput = { taskId: 'TASK-1', attempt: 1, message: 'complete by now', outputFile: 'x' };
    expect(
      summary({
        stopReason: 'attempts_exhausted',
        exitCode: 1,
        message: 'No attempts are left for TASK-3.',
        view: aView({ counts: { pending: 4, in_progress: 0, complete: 6, blocked: 2, cancelled: 0 } }),
        left: [
          exhausted,
          paused,
          {
            ...{ taskId: 'TASK-4', title: 'Styles', attempt: 1, state: 'retrying', notBefore: localTime(9, 42, 0) },
            lastFailure: { generation: 1, attempt: 1, message: 'exited with code 3', outputFile: 'a/output.log' },
          },
          { taskId: 'TASK-5', title: 'Feed', attempt: 0, state: 'ready', needs: ['python'], canBeDone: false },
          { taskId: 'TASK-6', title: '', attempt: 0, state: 'waiting', waitsFor: ['TASK-3', 'TASK-4'] },
          { taskId: 'TASK-7', title: 'Index', attempt: 1, state: 'held', waitsFor: ['TASK-3'] },
        ],
        failedOutputs: [failedOutput],
        failedAttempts: 3,
        completedNow: 6,
      }),
    ).toEqual([
      '✗ The site: 6 of 12 tasks complete in 3 min 12 s',
      '  No attempts are left for TASK-3.',
      '  Attempts: 13 begun, 3 failed',
      '  Left: 2 blocked, 4 pending',
      '    ■ TASK-3 Render pages: 3 attempts failed, the last one: the pages are empty',
      '      Output of attempt 5: .ginko/runs/TASK-3/g1a5/output.log',
      '      You can unblock it: read its output, remove the cause, then run ginko task reopen TASK-3',
      '    ■ TASK-9 Deploy: paused in the sprint file',
      '      You can unblock it: set its mark in the sprint file from [Z] to [ ]',
      '    ↻ TASK-4 Styles: its next attempt is due at 09:42:00; attempt 1 failed: exited with code 3 (see a/output.log)',
      '    - TASK-5 Feed: ready, but no agent can do python',
      '    - TASK-6: waits for TASK-3, TASK-4',
      '    - TASK-7 Index: done, but counts only after TASK-3',
      '  State: .ginko/orchestrator/site',
      '  Continue with: ginko orchestrate --resume',
      '  Exit code: 1',
    ]);
  });

  it('names the output of a failed attempt once', () => {
    const detail = `3 attempts failed, the last one: exited with code 3 (see ${outputFile})`;
    const lines = summary({ left: [{ ...exhausted, detail }] });
    expect(lines.filter((line) => line.includes(outputFile))).toHaveLength(1);
  });

  it('says once what several tasks need alike', () => {
    const left = ['TASK-8', 'TASK-9'].map((taskId): LeftTask => ({ ...paused, taskId }));
    const lines = summary({ stopReason: 'blocked', exitCode: 1, left });
    expect(lines.slice(3, -3)).toEqual([
      '    ■ TASK-8 Deploy: paused in the sprint file',
      '    ■ TASK-9 Deploy: paused in the sprint file',
      '      You can unblock it: set its mark in the sprint file from [Z] to [ ]',
    ]);
  });

  it('says that running tasks are taken over later', () => {
    const lines = summary({
      stopReason: 'terminated',
      exitCode: 143,
      message: 'Terminated. 1 task stays at work; --resume adopts it.',
      view: aView({ counts: { pending: 4, in_progress: 1, complete: 6, blocked: 1, cancelled: 0 } }),
      left: [{ taskId: 'TASK-3', title: 'Render pages', attempt: 2, state: 'running', agentId: 'local-1' }],
    });
    expect(lines).toContain('  Left: 1 blocked, 1 in progress, 4 pending; --resume takes the running one over');
    expect(lines).toContain('    → TASK-3 Render pages: still at work (local-1, attempt 2)');
    expect(lines.slice(-2)).toEqual(['  Continue with: ginko orchestrate --resume', '  Exit code: 143']);
  });

  it('asks for an agent only where a task is ready for one', () => {
    const stalled = { stopReason: 'no_progress', exitCode: 1 } as const;
    const ready: LeftTask = { taskId: 'TASK-5', title: '', attempt: 0, state: 'ready', needs: [], canBeDone: false };
    expect(summary({ ...stalled, left: [ready] })).toEqual(
      expect.arrayContaining([
        '    - TASK-5: ready, but there is no agent to do it',
        '  To do: Start an agent that can do the ready tasks (--exec, --agent, --capabilities).',
      ]),
    );
    expect(summary({ ...stalled, left: [paused] }).join('\n')).not.toContain('To do:');
  });

  it('does not ask a person to continue what goes on by itself', () => {
    const lines = summary({ stopReason: 'max_runtime', exitCode: 75, goesOnByItself: true });
    expect(lines.join('\n')).not.toContain('Continue with');
    expect(lines).toContain('  It goes on by itself (--respawn)');
  });

  it('names what was cancelled without counting it as left', () => {
    const view = aView({
      counts: { pending: 0, in_progress: 0, complete: 11, blocked: 0, cancelled: 1 },
      blocked: [aBlockedTask({ reason: 'cancelled' })],
    });
    expect(summary({ view, completedNow: 11 }).slice(-1)).toEqual(['  Cancelled: TASK-9']);
  });

  it('counts what would make the list too long', () => {
    const left = Array.from({ length: 100 }, (_, index): LeftTask => ({ ...paused, taskId: `TASK-${index}` }));
    const view = aView({ counts: { pending: 4, in_progress: 0, complete: 6, blocked: 100, cancelled: 0 } });
    const lines = summary({ stopReason: 'blocked', exitCode: 1, view, left });
    expect(lines.filter((line) => line.includes('■'))).toHaveLength(20);
    expect(lines).toContain('    and 84 more; ginko task list names them all');
  });
});
