import type { NewRunEvent, RunEvent } from '@ginkoai/contract';
import { applyClock, applyEvent } from '../../../src/lib/decide/apply-event.js';
import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { keptClosedAssignments } from '../../../src/lib/decide/recent-assignments.js';
import {
  aRun,
  aSprint,
  holder,
  idleAgents,
  isoTime,
  readyTasks,
  runStarted,
  shown,
  start,
} from '../../support/decide-builders.js';

const first = { taskId: 'T1', generation: 1, attempt: 1 };
const failure = { code: 'agent_failed', message: 'red tests' } as const;
const failed = { kind: 'task_failed', ...first, agentId: 'agent-1', failure } as const;
const idle = ({ state }: ReturnType<typeof aRun>): number => idleAgents(state.agents).length;

describe('applyEvent, of the run', () => {
  it('takes over who runs what', () => {
    const { state } = aRun([]);
    expect(state).toMatchObject({
      runId: 'run-1',
      graphId: 'graph-1',
      epicId: 'epic-1',
      sprintId: 'sprint-1',
      epoch: 1,
    });
    expect(state).toMatchObject({ orchestratorId: 'orchestrator-1', startedAt: isoTime(start + 1000), sequence: 1 });
    expect(state.holders.get(holder.place)).toEqual(holder);
  });

  it('counts resumes without progress, until a task moves on', () => {
    const recovered: NewRunEvent = {
      kind: 'recovered',
      orchestratorName: 'orchestrator',
      epoch: 2,
      holder: { ...holder, orchestratorId: 'orchestrator-2', place: 'place-2' },
      recoveredFrom: 'orchestrator-1@1',
      source: 'graph',
      base: { epoch: 1, sequence: 1 },
    };
    const history = aRun(['T1']).add(recovered, recovered);
    expect(history.state).toMatchObject({ idleResumes: 2, epoch: 2, orchestratorId: 'orchestrator-2' });
    expect([...history.state.holders.keys()]).toEqual(['place-1', 'place-2']);
    expect(history.assign('T1').state.idleResumes).toBe(0);
  });

  it('raises the epoch with the lease', () => {
    expect(aRun([]).add({ kind: 'lease_granted', epoch: 7 }).state.epoch).toBe(7);
  });

  it('changes nothing but the sequence when the run stops or an attempt is adopted', () => {
    const history = aRun(['T1']).assign('T1');
    const before = JSON.stringify(history.facts('T1'));
    history.add({ kind: 'task_adopted', ...first, agentId: 'agent-1' });
    history.add({ kind: 'run_stopped', stopReason: 'max_runtime', exitCode: 75 });
    expect(JSON.stringify(history.facts('T1'))).toBe(before);
    expect(history.state.sequence).toBe(4);
  });
});

describe('applyEvent, of an attempt', () => {
  it('opens one attempt, occupies its agent, and remembers its process', () => {
    const history = aRun(['T1']);
    const definition = { title: 'a', body: 'b' };
    history.add({ kind: 'task_assigned', ...first, agentId: 'agent-1', place: 'place-1', definition });
    history.add({ kind: 'task_started', ...first, pid: 5, processStartedAt: '77' });
    expect(history.facts('T1')).toMatchObject({ status: 'in_progress', attempt: 1, givenDefinition: definition });
    expect(history.facts('T1').assignment).toMatchObject({ process: { pid: 5, processStartedAt: '77' } });
    expect(idle(history)).toBe(0);
    expect(history.state.counts).toMatchObject({ pending: 0, in_progress: 1 });
  });

  it('occupies none of our agents for another working copy', () => {
    const history = aRun(['T1']);
    history.add({ kind: 'task_assigned', ...first, agentId: 'agent-1', place: 'place-2' });
    expect(idle(history)).toBe(1);
    history.complete('T1');
    expect(history.facts('T1').status).toBe('complete');
    expect(idle(history)).toBe(1);
  });

  it.each<[string, NewRunEvent, object]>([
    ['failed', failed, { failures: 1, losses: 0 }],
    ['lost', { kind: 'task_lost', ...first, reason: 'process_gone' }, { failures: 0, losses: 1 }],
    ['released', { kind: 'task_released', ...first, reason: 'stopped' }, { failures: 0, losses: 0 }],
  ])('frees agent and task when it is %s', (status, event, counted) => {
    const history = aRun(['T1']).assign('T1').add(event);
    expect(history.facts('T1')).toMatchObject({ status: 'pending', attempt: 1, assignment: null, ...counted });
    expect(idle(history)).toBe(1);
    expect(history.state.open.size).toBe(0);
    expect([...history.state.closed]).toMatchObject([{ ...first, status, closedAt: isoTime(history.now) }]);
    expect(history.state.queues.readyCount).toBe(1);
  });

  it('adds up what agents report', () => {
    const history = aRun(['T1', 'T2']).assign('T1').assign('T2', 1, 1, 'agent-2');
    history.add({ ...failed, usage: { tokens: 5 } });
    history.add({ kind: 'task_completed', ...first, taskId: 'T2', by: 'agent', usage: { tokens: 7, costUsd: 0.5 } });
    expect(history.state.usage).toEqual({ tokens: 12, costUsd: 0.5 });
  });

  it('puts off a task until its back-off is over', () => {
    const notBefore = isoTime(start + 60_000);
    const history = aRun(['T1', 'T2'])
      .assign('T1')
      .add({ kind: 'task_released', ...first, reason: 'throttled', notBefore });
    history.add({ kind: 'task_retry_scheduled', taskId: 'T2', notBefore });
    expect(history.state.queues).toMatchObject({ readyCount: 0, deferredCount: 2 });
    applyClock(history.state, start + 59_999);
    expect(history.state.queues.deferredCount).toBe(2);
    applyClock(history.state, start + 60_000);
    expect(readyTasks(history.state)).toEqual(['T1', 'T2']);
    expect(history.state.queues).toMatchObject({ readyCount: 2, deferredCount: 0 });
    expect(history.facts('T1').notBefore).toBeNull();
  });

  it('keeps the last closed attempts only', () => {
    const history = aRun(['T1']);
    for (let attempt = 1; attempt <= keptClosedAssignments + 5; attempt += 1) {
      history.assign('T1', attempt);
      history.add({ kind: 'task_released', ...first, attempt, reason: 'stopped' });
    }
    const closed = [...history.state.closed];
    expect(closed).toHaveLength(keptClosedAssignments);
    expect(closed.map(({ attempt }) => attempt)).toEqual(closed.map((_, index) => index + 6));
  });
});

describe('applyEvent, of what is not current', () => {
  it.each<[string, NewRunEvent]>([
    ['a second assignment', { kind: 'task_assigned', ...first, attempt: 3, agentId: 'b', place: 'place-1' }],
    ['a start', { kind: 'task_started', ...first, pid: 9, processStartedAt: '1' }],
    ['a completion', { kind: 'task_completed', ...first, by: 'agent' }],
    ['a completion of another generation', { kind: 'task_completed', taskId: 'T1', generation: 2, by: 'graph' }],
    ['a failure', failed],
    ['a loss', { kind: 'task_lost', ...first, reason: 'lease_over' }],
    ['a release', { kind: 'task_released', ...first, reason: 'stopped' }],
    ['a block', { kind: 'task_blocked', taskId: 'T1', reason: 'person' }],
    ['the lifting of a block that is not there', { kind: 'task_unblocked', taskId: 'T1' }],
    ['a reopening', { kind: 'task_reopened', taskId: 'T1', generation: 2 }],
  ])('passes over %s while attempt 2 runs', (_, event) => {
    const history = aRun(['T1']).assign('T1', 2);
    const before = JSON.stringify(history.facts('T1'));
    history.add(event);
    expect(JSON.stringify(history.facts('T1'))).toBe(before);
    expect([...history.state.closed]).toEqual([]);
  });

  it.each<[string, NewRunEvent]>([
    ['an assignment', { kind: 'task_assigned', ...first, attempt: 2, agentId: 'b', place: 'place-1' }],
    ['a completion', { kind: 'task_completed', taskId: 'T1', generation: 1, by: 'graph' }],
    ['a start', { kind: 'task_started', ...first, pid: 9, processStartedAt: '1' }],
    ['a block', { kind: 'task_blocked', taskId: 'T1', reason: 'person' }],
    ['a reopening under an old generation', { kind: 'task_reopened', taskId: 'T1', generation: 1 }],
  ])('passes over %s once the task is complete', (_, event) => {
    const history = aRun(['T1']).assign('T1').complete('T1');
    const before = JSON.stringify(history.facts('T1'));
    history.add(event);
    expect(JSON.stringify(history.facts('T1'))).toBe(before);
  });

  it.each<[string, Partial<typeof first>]>([
    ['an attempt given before', { attempt: 1 }],
    ['another generation', { generation: 2, attempt: 2 }],
  ])('opens nothing for %s', (_, of) => {
    const history = aRun(['T1']).assign('T1').add(failed);
    history.add({ kind: 'task_assigned', ...first, ...of, agentId: 'b', place: 'place-1' });
    expect(history.facts('T1')).toMatchObject({ status: 'pending', assignment: null, attempt: 1 });
  });

  it('gives the same state when every event is folded twice', () => {
    const once = aRun(['T1', 'T2']).assign('T1').add(failed).assign('T1', 2).complete('T1', 2).block('T2');
    const twice = aRun(['T1', 'T2']);
    for (const event of once.events.slice(1)) {
      applyEvent(twice.state, event);
      applyEvent(twice.state, structuredClone(event));
    }
    expect(shown(twice.state)).toEqual(shown(once.state));
    expect(twice.state.counts).toEqual(once.state.counts);
  });

  it('throws at an event that no release ever wrote', () => {
    const unheard = { ...runStarted, kind: 'unheard', sequence: 2, at: isoTime(start) } as unknown as RunEvent;
    expect(() => applyEvent(aRun([]).state, unheard)).toThrow();
  });
});

describe('applyEvent, of people', () => {
  it('completes a task that somebody else did, and releases the attempt that runs', () => {
    const history = aRun(['T1', { id: 'T2', dependsOn: ['T1'] }]).assign('T1');
    history.add({ kind: 'task_completed', taskId: 'T1', generation: 1, by: 'sprint_file' });
    expect(history.facts('T1')).toMatchObject({ status: 'complete', completedBy: 'sprint_file', assignment: null });
    expect([...history.state.closed]).toMatchObject([{ status: 'released' }]);
    expect(history.facts('T2').unmet).toBe(0);
  });

  it('blocks and unblocks', () => {
    const history = aRun(['T1']).add({ kind: 'task_blocked', taskId: 'T1', reason: 'paused', detail: 'until Monday' });
    expect(history.facts('T1')).toMatchObject({
      status: 'blocked',
      blocked: { reason: 'paused', detail: 'until Monday' },
    });
    expect(history.state.queues.readyCount).toBe(0);
    history.add({ kind: 'task_unblocked', taskId: 'T1' });
    expect(history.facts('T1')).toMatchObject({ status: 'pending', blocked: null });
    expect(history.state.queues.readyCount).toBe(1);
    expect(history.block('T1', 'cancelled').facts('T1').status).toBe('cancelled');
  });

  it('reopens a complete task under a new generation, and its dependants wait again', () => {
    const history = aRun(['T1', { id: 'T2', dependsOn: ['T1'] }])
      .assign('T1')
      .complete('T1');
    expect(history.state.queues.readyCount).toBe(1);
    history.add({ kind: 'task_reopened', taskId: 'T1', generation: 2 });
    expect(history.facts('T1')).toMatchObject({ status: 'pending', generation: 2, attempt: 0, completedBy: null });
    expect(history.facts('T2').unmet).toBe(1);
    expect(readyTasks(history.state)).toEqual(['T1']);
    expect(history.assign('T1', 1, 2).facts('T1').status).toBe('in_progress');
  });

  it('remembers that a task left the sprint, and that it came back', () => {
    const history = aRun(['T1']).add({ kind: 'task_removed', taskId: 'T1' });
    expect(history.facts('T1').removed).toBe(true);
    expect(history.add({ kind: 'task_added', taskId: 'T1' }).facts('T1').removed).toBe(false);
  });
});

describe('held work', () => {
  const done = { kind: 'task_completed', ...first, attempt: 2, by: 'agent' } as const;
  function held() {
    const history = aRun(['T1', 'T2']).assign('T1').add(failed).assign('T1', 2);
    applySprint(history.state, aSprint([{ id: 'T1', dependsOn: ['T2'] }, 'T2']));
    return history.add({ ...done, held: true });
  }

  it('is neither complete nor open, and its agent is free', () => {
    const history = held();
    expect(history.facts('T1')).toMatchObject({ status: 'in_progress', held: true, assignment: null });
    expect(idle(history)).toBe(1);
    expect([...history.state.held].map(({ id }) => id)).toEqual(['T1']);
  });

  it('counts once it is let go, and not by the word of an earlier attempt', () => {
    const history = held();
    expect(history.complete('T1', 1).facts('T1').held).toBe(true);
    expect(history.add(done).facts('T1')).toMatchObject({ status: 'complete', held: false });
    expect(history.state.held.size).toBe(0);
  });

  it('counts at the word of a person', () => {
    const history = held().add({ kind: 'task_completed', taskId: 'T1', generation: 1, by: 'graph' });
    expect(history.facts('T1')).toMatchObject({ status: 'complete', held: false, completedBy: 'graph' });
  });

  it('is not given to anybody again', () => {
    expect(held().assign('T1', 3).facts('T1')).toMatchObject({ assignment: null, attempt: 2, held: true });
  });

  it('does not count while the task is blocked, and is still there afterwards', () => {
    const history = held().block('T1');
    expect(history.facts('T1').status).toBe('blocked');
    expect(history.state.held.size).toBe(0);
    history.add({ kind: 'task_unblocked', taskId: 'T1' });
    expect(history.facts('T1')).toMatchObject({ status: 'in_progress', held: true });
    expect(history.state.held.size).toBe(1);
  });

  it('is dropped when the task is reopened', () => {
    const history = held().add({ kind: 'task_reopened', taskId: 'T1', generation: 2 });
    expect(history.facts('T1')).toMatchObject({ status: 'pending', held: false });
    expect(history.state.held.size).toBe(0);
  });
});
