import type { RunEvent } from '@ginkoai/contract';
import type { BlockedTask, RunningTask, RunSummary, RunView } from '../../src/lib/report/reporter.js';

/** A local time on a fixed day, as the wire has it. */
export function localTime(hours: number, minutes: number, seconds: number): string {
  return new Date(2026, 0, 15, hours, minutes, seconds).toISOString();
}

export const eventAt = localTime(9, 41, 7);

export function aRunningTask(fields: Partial<RunningTask> = {}): RunningTask {
  return {
    taskId: 'TASK-3',
    title: 'Render pages',
    agentId: 'local-1',
    attempt: 1,
    startedAt: Date.parse(eventAt),
    activity: 'running',
    ...fields,
  };
}

export function aBlockedTask(fields: Partial<BlockedTask> = {}): BlockedTask {
  return { taskId: 'TASK-9', title: 'Deploy', reason: 'paused', ...fields };
}

export function aView(fields: Partial<RunView> = {}): RunView {
  return {
    sprintTitle: 'The site',
    epicId: 'site',
    counts: { pending: 4, in_progress: 2, complete: 5, blocked: 1, cancelled: 0 },
    total: 12,
    ready: 1,
    deferred: 0,
    nextRetryAt: null,
    agents: 2,
    running: [],
    blocked: [],
    graphTrouble: null,
    ...fields,
  };
}

export function aSummary(fields: Partial<RunSummary> = {}): RunSummary {
  return {
    stopReason: 'complete',
    exitCode: 0,
    message: 'Every task is complete.',
    view: aView({ counts: { pending: 0, in_progress: 0, complete: 12, blocked: 0, cancelled: 0 } }),
    durationMs: 192_000,
    attempts: 13,
    adopted: 0,
    failedAttempts: 1,
    completedNow: 12,
    isResumed: false,
    usage: { tokens: 0, costUsd: 0 },
    stateDirectory: '.ginko/orchestrator/site',
    left: [],
    failedOutputs: [],
    ...fields,
  };
}

/** The stamp and attempt that most events carry. */
export const onTask3 = { at: eventAt, sequence: 7, taskId: 'TASK-3', generation: 1, attempt: 1 } as const;

export const holder = {
  orchestratorId: 'orchestrator-2',
  host: 'here',
  bootId: 'boot-1',
  pid: 4711,
  processStartedAt: '100',
  place: 'place-1',
} as const;

export const recoveredEvent: RunEvent = {
  kind: 'recovered',
  at: eventAt,
  sequence: 42,
  orchestratorName: 'orchestrator',
  epoch: 2,
  holder,
  recoveredFrom: 'run-1@41',
  source: 'graph',
  base: { epoch: 1, sequence: 41 },
};
