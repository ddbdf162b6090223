import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrchestratorCheckpoint, Result, RunEvent, RunEventOf } from '@ginkoai/contract';

const at = '2026-01-05T10:00:00.000Z';

const holder = {
  orchestratorId: 'orchestrator-1',
  host: 'host-1',
  bootId: 'boot-1',
  pid: 4711,
  processStartedAt: '1000',
  place: 'place-1',
};

export function runStarted(fields: Partial<RunEventOf<'run_started'>> = {}): RunEvent {
  return {
    kind: 'run_started',
    sequence: 1,
    at,
    runId: 'run-1',
    orchestratorName: 'orchestrator',
    graphId: 'graph-1',
    epicId: 'epic-1',
    sprintId: 'sprint-1',
    epoch: 1,
    holder,
    ...fields,
  };
}

/** The first event of an orchestrator that goes on after `base`. */
export function recovered(epoch: number, base: { epoch: number; sequence: number }): RunEvent {
  return {
    kind: 'recovered',
    sequence: base.sequence + 1,
    at,
    orchestratorName: 'orchestrator',
    epoch,
    holder,
    recoveredFrom: `run-1@${base.sequence}`,
    source: 'local',
    base,
  };
}

export function taskAdded(sequence: number): RunEvent {
  return { kind: 'task_added', sequence, at, taskId: `TASK-${sequence}` };
}

export function tasksAdded(from: number, to: number): RunEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => taskAdded(from + index));
}

export function sequencesOf(events: readonly RunEvent[]): number[] {
  return events.map((event) => event.sequence);
}

export function aCheckpoint(fields: Partial<OrchestratorCheckpoint> = {}): OrchestratorCheckpoint {
  return {
    version: 2,
    runId: 'run-1',
    orchestratorId: 'orchestrator-1',
    orchestratorName: 'orchestrator',
    graphId: 'graph-1',
    epicId: 'epic-1',
    sprintId: 'sprint-1',
    epoch: 1,
    sequence: 1,
    startedAt: at,
    savedAt: at,
    lastProgressAt: at,
    cyclesWithoutProgress: 0,
    completedTasks: [],
    inProgressTasks: {},
    blockedTasks: [],
    assignmentHistory: [],
    taskState: {},
    holders: {},
    ...fields,
  };
}

/** A directory of its own for each test of a file; removed when they are over. */
export function useTemporaryDirectory(): () => string {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ginko-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}

/** The value, where a test is not about the failure. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.failure.code}: ${result.failure.message}`);
}
