import type { Holder, OrchestratorCheckpoint, RunEvent } from '@ginkoai/contract';

export function aHolder(orchestratorId = 'orchestrator-1', more: Partial<Holder> = {}): Holder {
  return {
    orchestratorId,
    host: `host-of-${orchestratorId}`,
    bootId: 'boot-1',
    pid: 4711,
    processStartedAt: '1000',
    place: 'place-1',
    ...more,
  };
}

export function aCheckpoint(more: Partial<OrchestratorCheckpoint> = {}): OrchestratorCheckpoint {
  return {
    version: 2,
    runId: 'run-1',
    epicId: 'EPIC-1',
    sprintId: 'sprint-1',
    graphId: 'graph-1',
    orchestratorId: 'orchestrator-1',
    orchestratorName: 'orchestrator',
    epoch: 1,
    sequence: 10,
    startedAt: '2026-01-01T10:00:00.000Z',
    savedAt: '2026-01-01T10:05:00.000Z',
    lastProgressAt: '2026-01-01T10:04:00.000Z',
    cyclesWithoutProgress: 0,
    completedTasks: ['TASK-1'],
    inProgressTasks: { 'TASK-2': 'agent-1' },
    blockedTasks: [],
    assignmentHistory: [],
    taskState: {},
    holders: {},
    ...more,
  };
}

/** Of the kind that says the least. */
export function anEvent(sequence: number, taskId = `TASK-${sequence}`): RunEvent {
  return { kind: 'task_added', sequence, at: '2026-01-01T10:06:00.000Z', taskId };
}

export function eventsFrom(first: number, last: number): RunEvent[] {
  return Array.from({ length: last - first + 1 }, (_, index) => anEvent(first + index));
}
