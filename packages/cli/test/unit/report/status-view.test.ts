import { orchestratorCheckpointSchema, type OrchestratorCheckpoint } from '@ginkoai/contract';
import type { StatusInput } from '../../../src/lib/report/run-status.js';
import { statusJson, statusView } from '../../../src/lib/report/status-view.js';
import { plainText } from '../../../src/lib/report/styled-line.js';
import { eventAt, localTime } from '../../support/terminal-builders.js';

function aCheckpoint(fields: Partial<OrchestratorCheckpoint> = {}): OrchestratorCheckpoint {
  return orchestratorCheckpointSchema.parse({
    version: 2,
    runId: 'run-1',
    orchestratorId: 'orchestrator-1',
    graphId: 'graph',
    epicId: 'site',
    sprintId: 'sprint-1',
    epoch: 2,
    sequence: 42,
    startedAt: '2025-12-07T10:00:00.000Z',
    savedAt: '2025-12-07T10:30:00.123Z',
    lastProgressAt: '2025-12-07T10:29:00.000Z',
    completedTasks: ['T1', 'T2', 'GONE'],
    inProgressTasks: { T3: 'local-1' },
    blockedTasks: ['T4'],
    assignmentHistory: [{ taskId: 'T3', agentId: 'local-1', attempt: 2, status: 'assigned', assignedAt: eventAt }],
    taskState: {
      T4: { blockedReason: 'paused' },
      T5: { notBefore: localTime(9, 42, 0) },
      T1: { notBefore: localTime(9, 42, 0) },
    },
    ...fields,
  });
}

function anInput(fields: Partial<StatusInput> = {}): StatusInput {
  return {
    checkpoint: aCheckpoint(),
    source: 'graph',
    sprintTitle: 'The site',
    tasks: ['T1', 'T2', 'T3', 'T4', 'T5', 'T6'].map((id) => ({ id, title: `Title of ${id}` })),
    ...fields,
  };
}

const now = Date.parse(eventAt) + 42_000;
const view = (fields: Partial<StatusInput> = {}): string[] => statusView(anInput(fields), { now }).map(plainText);

describe('the status of a run', () => {
  it('shows counts, running tasks, waiting tasks and what is blocked and why', () => {
    const lines = view({
      lease: { kind: 'held', orchestratorId: 'orchestrator-1', host: 'here', expiresAt: localTime(9, 42, 10) },
      lastEventAt: eventAt,
    });
    expect(lines.filter((line) => !line.startsWith('  State:') && !line.startsWith('  Last event:'))).toEqual([
      'The site (epic site)',
      '[######..............] 2 of 6 tasks complete',
      '  1 running, 2 pending, 1 blocked',
      '  Run: run-1, orchestrator orchestrator-1, epoch 2',
      '  Lease: held by orchestrator-1 on here until 09:42:10',
      '',
      'Running:',
      '  T3 Title of T3 (local-1, attempt 2, since 09:41:07, 0:42)',
      '',
      'Waiting for their next attempt:',
      '  T5 Title of T5 (not before 09:42:00)',
      '',
      'Blocked:',
      '  ■ T4 Title of T4: paused in the sprint file',
      '    You can unblock it: set its mark in the sprint file from [Z] to [ ]',
    ]);
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {2}State: from the graph, saved 2025-12-0\d \d\d:\d0:00 \(\d+ h/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}Last event: .+ \(42.0 s ago\)$/));
  });

  it('says how a run ended and how to go on', () => {
    const checkpoint = aCheckpoint({ exitReason: 'max_runtime', exitCode: 75 });
    expect(view({ checkpoint, lease: { kind: 'free' } })).toEqual(
      expect.arrayContaining([
        '  Lease: free; no orchestrator is at work',
        '  Ended: max runtime (exit code 75)',
        '  Continue with: ginko orchestrate --resume',
      ]),
    );
  });

  it('counts from the checkpoint alone where there is no sprint file', () => {
    expect(view({ tasks: [] })[1]).toBe('[############........] 3 of 5 tasks complete');
  });

  it('gives a program the same figures', () => {
    expect(statusJson(anInput())).toMatchObject({
      kind: 'status',
      source: 'graph',
      epoch: 2,
      total: 6,
      counts: { complete: 2, in_progress: 1, blocked: 1, pending: 2 },
      running: [{ taskId: 'T3', agentId: 'local-1', attempt: 2, since: eventAt }],
      blocked: [{ taskId: 'T4', reason: 'paused', unblock: expect.stringContaining('[Z]') as unknown }],
      lease: null,
    });
  });
});
