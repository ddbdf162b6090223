import fc from 'fast-check';
import { parseCheckpoint, versionOf } from '../src/upgrade-checkpoint.js';

const at = '2025-12-07T10:30:00.000Z';

const versionOne = {
  version: 1,
  orchestratorId: 'orchestrator-1733592000000',
  orchestratorName: 'main',
  graphId: 'graph-1',
  sprintId: 'sprint-7',
  startedAt: at,
  savedAt: at,
  lastProgressAt: at,
  completedTasks: ['TASK-1'],
  inProgressTasks: { 'TASK-2': 'agent-2', 'TASK-3': 'agent-3' },
  blockedTasks: ['TASK-4'],
  assignmentHistory: [
    { taskId: 'TASK-1', agentId: 'agent-1', status: 'assigned', assignedAt: at },
    { taskId: 'TASK-2', agentId: 'agent-1', status: 'assigned', assignedAt: at },
    { taskId: 'TASK-2', agentId: 'agent-2', status: 'assigned' },
    { taskId: 'TASK-5', agentId: 'agent-1', status: 'unheard_of', assignedAt: at },
  ],
};

describe('a checkpoint of version 1', () => {
  it('gets a run of its own, at the beginning of its history', () => {
    expect(parseCheckpoint(versionOne)).toMatchObject({
      ok: true,
      value: {
        version: 2,
        runId: 'v1-orchestrator-1733592000000',
        epicId: 'sprint-7',
        sprintId: 'sprint-7',
        epoch: 0,
        sequence: 0,
        completedTasks: ['TASK-1'],
      },
    });
  });

  it('numbers the attempts, and has one open assignment for each task in progress', () => {
    const result = parseCheckpoint(versionOne);
    const records = result.ok ? result.value.assignmentHistory : [];
    const brief = records.map(({ taskId, agentId, attempt, status }) => `${taskId} ${agentId} ${attempt} ${status}`);
    expect(brief).toEqual([
      'TASK-1 agent-1 1 completed',
      'TASK-2 agent-1 1 lost',
      'TASK-2 agent-2 2 assigned',
      'TASK-5 agent-1 1 lost',
      'TASK-3 agent-3 1 assigned',
    ]);
    expect(result).toMatchObject({ value: { taskState: { 'TASK-2': { attempt: 2 }, 'TASK-3': { attempt: 1 } } } });
  });

  it('says of blocked tasks that no reason was kept', () => {
    expect(parseCheckpoint(versionOne)).toMatchObject({
      value: { taskState: { 'TASK-4': { blockedReason: 'person' } } },
    });
  });

  it('believes that what is complete runs no longer', () => {
    const both = { ...versionOne, inProgressTasks: { 'TASK-1': 'agent-1' } };
    const result = parseCheckpoint(both);
    expect(result).toMatchObject({ value: { inProgressTasks: {} } });
    expect(result.ok && result.value.assignmentHistory.some((record) => record.status === 'assigned')).toBe(false);
  });

  it('takes the epic from the caller when its sprint id is a path', () => {
    const path = { ...versionOne, sprintId: '/home/me/project/docs/sprints/sprint-7.md' };
    expect(parseCheckpoint(path, { epicId: 'epic-7' })).toMatchObject({
      value: { epicId: 'epic-7', sprintId: 'sprint-7' },
    });
    expect(parseCheckpoint(path)).toMatchObject({ ok: false, failure: { code: 'bad_state' } });
  });

  it('may leave its version out', () => {
    const unnumbered = Object.entries(versionOne).filter(([field]) => field !== 'version');
    expect(parseCheckpoint(Object.fromEntries(unnumbered))).toMatchObject({ ok: true, value: { version: 2 } });
  });

  it('keeps fields that nobody knows', () => {
    expect(parseCheckpoint({ ...versionOne, colour: 'green' })).toMatchObject({ value: { colour: 'green' } });
  });
});

describe('a checkpoint of this version', () => {
  const upgraded = parseCheckpoint(versionOne);
  const versionTwo = upgraded.ok ? upgraded.value : undefined;

  it('is itself, with fields that nobody knows', () => {
    const checkpoint = { ...versionTwo, colour: 'green' };
    expect(parseCheckpoint(checkpoint)).toEqual({ ok: true, value: checkpoint });
  });

  it('is refused with the first field at fault', () => {
    expect(parseCheckpoint({ ...versionTwo, epoch: -1 }, { name: 'checkpoint.json' })).toMatchObject({
      ok: false,
      failure: {
        code: 'bad_state',
        message: expect.stringContaining('checkpoint.json cannot be used: field epoch') as string,
        details: { field: 'epoch' },
      },
    });
  });
});

describe('anything else', () => {
  it('is refused when it is of a later version, with the remedy', () => {
    expect(parseCheckpoint({ version: 3, anything: true })).toMatchObject({
      ok: false,
      failure: { code: 'newer_version', message: expect.stringContaining('upgrade ginko') as string },
    });
  });

  it.each([null, 'text', 7, [], {}, { version: 'two' }, { version: 0 }, { version: 1.5 }])(
    'is refused when it is no checkpoint: %j',
    (value) => {
      expect(parseCheckpoint(value)).toMatchObject({ ok: false, failure: { code: 'bad_state' } });
    },
  );

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        parseCheckpoint(value);
        versionOf(value);
      }),
    );
  });
});
