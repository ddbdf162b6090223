import fc from 'fast-check';
import { orchestratorCheckpointSchema, type NewRunEvent, type OrchestratorCheckpoint } from '@ginkoai/contract';
import { checkpointOf, forgetUntouched } from '../../../src/lib/decide/checkpoint-of.js';
import { restoreState } from '../../../src/lib/decide/restore-state.js';
import { keptClosedAssignments } from '../../../src/lib/decide/recent-assignments.js';
import { aRun, canonical, holder, isoTime, place, shown, start } from '../../support/decide-builders.js';

const savedAt = isoTime(start);
const ids = ['T1', 'T2', 'T3', 'T4'];

/** Events as they come, sensible or not: `applyEvent` passes over what does not fit. */
const eventArbitrary: fc.Arbitrary<NewRunEvent> = fc
  .record({
    taskId: fc.constantFrom(...ids),
    generation: fc.integer({ min: 1, max: 2 }),
    attempt: fc.integer({ min: 1, max: 4 }),
    kind: fc.integer({ min: 0, max: 15 }),
    flag: fc.boolean(),
  })
  .map(({ kind, flag, ...id }): NewRunEvent => {
    const { taskId, generation } = id;
    const notBefore = isoTime(start + 1e7);
    const definition = { title: 't', body: flag ? 'b' : 'c' };
    const assigned = {
      kind: 'task_assigned',
      ...id,
      agentId: 'agent-1',
      place,
      ...(flag ? { definition } : {}),
    } as const;
    const events: NewRunEvent[] = [
      assigned,
      { ...assigned, place: 'place-2' },
      { kind: 'task_started', ...id, pid: 12, processStartedAt: '99' },
      { kind: 'task_completed', ...id, by: 'agent', ...(flag ? { held: true } : {}), usage: { tokens: 3 } },
      { kind: 'task_completed', taskId, generation, by: flag ? 'graph' : 'sprint_file' },
      { kind: 'task_failed', ...id, agentId: 'agent-1', failure: { code: 'agent_failed', message: 'red' } },
      { kind: 'task_lost', ...id, reason: 'process_gone' },
      { kind: 'task_released', ...id, reason: 'throttled', ...(flag ? { notBefore } : {}) },
      { kind: 'task_retry_scheduled', taskId, notBefore },
      { kind: 'task_blocked', taskId, reason: 'person', ...(flag ? { detail: 'why' } : {}) },
      { kind: 'task_blocked', taskId, reason: 'cancelled' },
      { kind: 'task_unblocked', taskId },
      { kind: 'task_reopened', taskId, generation: 2 },
      { kind: 'task_removed', taskId },
      { kind: 'task_added', taskId },
      assigned,
    ];
    return events[kind] ?? assigned;
  });

function aCheckpoint(fields: Partial<OrchestratorCheckpoint> = {}): OrchestratorCheckpoint {
  return { ...checkpointOf(aRun([]).state, { savedAt }), ...fields };
}

describe('checkpointOf and restoreState', () => {
  it('are inverses, at any point of any history, the JSON text and the schema between them', () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary, { maxLength: 60 }), fc.nat(), (events, cut) => {
        const live = aRun(ids);
        const before = events.slice(0, cut % (events.length + 1));
        live.add(...before);
        const text = JSON.stringify(checkpointOf(live.state, { savedAt: live.state.lastEventAt }));
        const checkpoint = orchestratorCheckpointSchema.parse(JSON.parse(text));
        expect(shown(restoreState(checkpoint, [], place))).toEqual(shown(live.state));
        const from = live.events.length;
        live.add(...events.slice(before.length));
        const restored = restoreState(checkpoint, live.events.slice(from), place);
        expect(shown(restored)).toEqual(shown(live.state));
        expect(restored.held.size).toBe(live.state.held.size);
        expect(restored.open.size).toBe(live.state.open.size);
      }),
      { numRuns: 500 },
    );
  });

  it('know the same tasks once those that nothing happened to are forgotten', () => {
    fc.assert(
      fc.property(fc.array(eventArbitrary, { maxLength: 20 }), (events) => {
        const state = restoreState(aCheckpoint(), aRun([]).add(...events).events, place);
        forgetUntouched(state);
        const restored = restoreState(checkpointOf(state, { savedAt }), [], place);
        expect([...restored.tasks.keys()].sort()).toEqual([...state.tasks.keys()].sort());
      }),
    );
  });

  it('keep work that is held', () => {
    const history = aRun(['T1']).assign('T1');
    history.add({ kind: 'task_completed', taskId: 'T1', generation: 1, attempt: 1, by: 'agent', held: true });
    const restored = restoreState(checkpointOf(history.state, { savedAt }), [], place);
    expect([...restored.held]).toMatchObject([{ id: 'T1', status: 'in_progress', held: true }]);
  });

  it('keep the process that runs an attempt', () => {
    const history = aRun(['T1']).assign('T1');
    history.add({ kind: 'task_started', taskId: 'T1', generation: 1, attempt: 1, pid: 5, processStartedAt: '77' });
    const restored = restoreState(checkpointOf(history.state, { savedAt }), [], place);
    expect(restored.tasks.get('T1')?.assignment).toEqual(history.facts('T1').assignment);
  });

  it('keep the input as it is', () => {
    const checkpoint = checkpointOf(aRun(['T1']).assign('T1').state, { savedAt });
    const before = structuredClone(checkpoint);
    restoreState(checkpoint, aRun(['T1']).assign('T1').complete('T1').events, place);
    expect(checkpoint).toEqual(before);
  });
});

describe('checkpointOf', () => {
  it('says what was asked of it, and nothing that nobody knows', () => {
    const { state } = aRun(['T1']);
    expect(checkpointOf(state, { savedAt })).not.toHaveProperty('exitReason');
    const contextMetrics = {
      estimatedTokens: 1,
      contextLimit: 2,
      pressure: 0.5,
      messageCount: 1,
      toolCallCount: 1,
      eventsSinceStart: 1,
      model: 'claude',
    };
    const exit = { reason: 'max_runtime', code: 75 };
    const stamp = { savedAt, persistedAt: savedAt, contextMetrics, eventCursor: 9, exit };
    expect(checkpointOf(state, stamp)).toMatchObject({
      persistedAt: savedAt,
      contextMetrics,
      eventCursor: 9,
      exitReason: 'max_runtime',
      exitCode: 75,
    });
  });

  it('keeps which runs its fresh start left behind', () => {
    const state = aRun([]).state;
    state.replacedRuns = ['run-2', 'run-1'];
    const checkpoint = checkpointOf(state, { savedAt });
    expect(checkpoint.replacedRuns).toEqual(['run-2', 'run-1']);
    expect(restoreState(checkpoint, [], place).replacedRuns).toEqual(['run-2', 'run-1']);
  });

  it('keeps where the run was recovered from, and who has its agents', () => {
    const history = aRun([]).add({
      kind: 'recovered',
      orchestratorName: 'orchestrator',
      epoch: 2,
      holder,
      recoveredFrom: 'orchestrator-1@1',
      source: 'local',
      base: { epoch: 1, sequence: 1 },
    });
    const restored = restoreState(checkpointOf(history.state, { savedAt }), [], 'elsewhere');
    expect(restored).toMatchObject({ recoveredFrom: 'orchestrator-1@1', idleResumes: 1, place: 'elsewhere' });
    expect(restored.holders.get(place)).toEqual(holder);
  });

  it('stays small: tasks of which nothing is known do not appear', () => {
    const { taskState, completedTasks } = checkpointOf(aRun(ids).state, { savedAt });
    expect([taskState, completedTasks]).toEqual([{}, []]);
  });
});

describe('restoreState, of a checkpoint like those of version 1', () => {
  it('takes the lists for true where there is no history', () => {
    const checkpoint = aCheckpoint({
      completedTasks: ['T1'],
      inProgressTasks: { T2: 'agent-1' },
      blockedTasks: ['T3'],
    });
    delete checkpoint.usage;
    const state = restoreState(checkpoint, [], place);
    expect(state.tasks.get('T1')?.status).toBe('complete');
    expect(state.tasks.get('T2')).toMatchObject({
      status: 'in_progress',
      attempt: 1,
      assignment: { agentId: 'agent-1', assignedAt: savedAt },
    });
    expect(state.tasks.get('T3')).toMatchObject({ status: 'blocked', blocked: { reason: 'person' } });
    expect(state.usage).toEqual({ tokens: 0, costUsd: 0 });
  });

  it('keeps a completion of which nobody knows whose it was, even when its task leaves the sprint', () => {
    const checkpoint = aCheckpoint({ completedTasks: ['T1', 'T2'], taskState: { T1: { attempt: 2 } } });
    const removals = ids.slice(0, 2).map((taskId, index) => {
      return { kind: 'task_removed', taskId, sequence: index + 2, at: savedAt } as const;
    });
    const state = restoreState(checkpoint, removals, place);
    const again = restoreState(checkpointOf(state, { savedAt }), [], place);
    expect(again.tasks.get('T1')).toMatchObject({ status: 'complete', completedBy: 'agent', removed: true });
    expect(again.tasks.get('T2')).toMatchObject({ status: 'complete', completedBy: 'sprint_file', removed: true });
  });

  it('closes an attempt of which nobody knows where it ran', () => {
    const checkpoint = aCheckpoint({ inProgressTasks: { T1: 'agent-1' } });
    const id = { taskId: 'T1', generation: 1, attempt: 1 };
    const done = { kind: 'task_completed', ...id, by: 'agent', sequence: 2, at: savedAt } as const;
    const { closed } = restoreState(checkpoint, [done], place);
    expect([...closed]).toEqual([
      { ...id, agentId: 'agent-1', status: 'completed', assignedAt: savedAt, closedAt: savedAt },
    ]);
  });

  it('keeps the last closed attempts of a long history', () => {
    const assignmentHistory = Array.from({ length: keptClosedAssignments + 3 }, (_, index) => ({
      taskId: 'T1',
      agentId: 'agent-1',
      generation: 1,
      attempt: index + 1,
      status: 'lost' as const,
      assignedAt: savedAt,
    }));
    const state = restoreState(aCheckpoint({ assignmentHistory }), [], place);
    const closed = [...state.closed];
    expect(closed).toHaveLength(keptClosedAssignments);
    expect(closed[0]?.attempt).toBe(4);
  });

  it('does not take half of a process for a process', () => {
    const record = { taskId: 'T1', agentId: 'a', generation: 1, attempt: 1, status: 'assigned' as const };
    const assignmentHistory = [{ ...record, assignedAt: savedAt, pid: 5 }];
    const state = restoreState(aCheckpoint({ assignmentHistory }), [], place);
    expect(state.tasks.get('T1')?.assignment).toEqual({ agentId: 'a', assignedAt: savedAt });
    expect(canonical(checkpointOf(state, { savedAt }))).toMatchObject({ inProgressTasks: { T1: 'a' } });
  });
});
