import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { nextStopCheckAt, stallAhead, stopReason } from '../../../src/lib/decide/stop-reason.js';
import { aRun, aSprint, isoTime, limitsOf, start, type History } from '../../support/decide-builders.js';

const stop = ({ state }: History, now = start, fields = {}) => stopReason(state, now, limitsOf(fields));
const check = ({ state }: History, now = start, fields = {}) => nextStopCheckAt(state, now, limitsOf(fields));
const reasonOf = (history: History, now = start): string | undefined => stop(history, now)?.reason;

describe('the limits of a run', () => {
  it('stop it under context pressure from 80 %', () => {
    expect(stop(aRun(['T1']), start, { contextPressure: 0.79 })).toBeNull();
    expect(stop(aRun(['T1']), start, { contextPressure: 0.8 })).toEqual({
      reason: 'context_pressure',
      message: "This command's output fills 80 % of the context of the harness that reads it.",
    });
  });

  it('stop it after its run time, even while agents work', () => {
    const history = aRun(['T1']).assign('T1');
    const limits = { maxRuntimeMs: 60_000 };
    expect(stop(history, start + 59_999, limits)).toBeNull();
    expect(check(history, start, limits)).toBe(start + 60_000);
    expect(stop(history, start + 60_000, limits)).toMatchObject({
      reason: 'max_runtime',
      message: 'The run time limit of 60 s is reached.',
    });
    expect(check(history, start + 60_000, limits)).toBeNull();
  });
});

describe('the end of a run', () => {
  it('is complete when no task is left, cancelled ones aside', () => {
    expect(reasonOf(aRun([]))).toBe('complete');
    const history = aRun(['T1', 'T2']).assign('T1').complete('T1');
    expect(stop(history)).toBeNull();
    expect(reasonOf(history.block('T2', 'cancelled'))).toBe('complete');
  });

  it('is not there while a task waits for its back-off', () => {
    const history = aRun(['T1', 'T2']).block('T2');
    history.add({ kind: 'task_retry_scheduled', taskId: 'T1', notBefore: isoTime(start + 1e6) });
    expect(stop(history, start + 1e5)).toBeNull();
    expect(check(history, start)).toBeNull();
  });

  it.each([
    ['person', 'blocked', 'What is left is blocked: T1.'],
    ['attempts_exhausted', 'attempts_exhausted', 'No attempts are left for T1.'],
    ['losses_exhausted', 'attempts_exhausted', 'No attempts are left for T1.'],
    ['dependency_cycle', 'dependency_cycle', 'Tasks depend on each other in a circle: T1.'],
  ] as const)('names what is blocked by %s', (blocked, reason, message) => {
    const history = aRun(['T1', { id: 'T2', dependsOn: ['T1'] }]);
    expect(stop(history.add({ kind: 'task_blocked', taskId: 'T1', reason: blocked }))).toEqual({ reason, message });
  });

  it.each(['in_progress_elsewhere', 'foreign_assignment'] as const)('waits a while for work that is %s', (reason) => {
    const history = aRun(['T1']).add({ kind: 'task_blocked', taskId: 'T1', reason });
    const stallsAt = history.now + 50_000;
    expect(stop(history, stallsAt - 1)).toBeNull();
    expect(check(history)).toBe(stallsAt);
    expect(stop(history, stallsAt)).toEqual({
      reason: 'no_progress',
      message: 'What is left waits for work done elsewhere: T1.',
    });
  });

  it('names five tasks and counts the others', () => {
    const ids = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7'];
    const history = aRun(ids);
    for (const id of ids) history.block(id);
    expect(stop(history)?.message).toBe('What is left is blocked: T1, T2, T3, T4, T5 and 2 more.');
  });

  it('names tasks that wait for what is no part of the sprint', () => {
    expect(stop(aRun([{ id: 'T1', dependsOn: ['T9'] }]))).toEqual({
      reason: 'blocked',
      message: 'What is left is blocked: T1.',
    });
  });

  it('does not wait for ever for held work whose new dependency is blocked', () => {
    const history = aRun(['T1', 'T2']).assign('T1');
    applySprint(history.state, aSprint([{ id: 'T1', dependsOn: ['T2'] }, 'T2']));
    history.add({ kind: 'task_completed', taskId: 'T1', generation: 1, attempt: 1, by: 'agent', held: true });
    expect(stop(history)).toBeNull();
    expect(reasonOf(history.block('T2', 'attempts_exhausted'))).toBe('attempts_exhausted');
  });
});

describe('a stall', () => {
  it('is found in time where there is no agent', () => {
    const history = aRun(['T1'], []);
    const stallsAt = Date.parse(history.state.lastProgressAt) + 50_000;
    expect(check(history, start)).toBe(stallsAt);
    expect(stop(history, stallsAt - 1)).toBeNull();
    expect(stop(history, stallsAt)).toEqual({
      reason: 'no_progress',
      message: 'There is no agent to do the ready tasks (1).',
    });
  });

  it('is found where nobody can do the ready tasks', () => {
    const history = aRun(
      [
        { id: 'T1', capabilities: ['cobol', 'go'] },
        { id: 'T2', capabilities: ['cobol'] },
      ],
      [],
    );
    history.state.agents.join('a', ['go']);
    expect(stop(history, start + 1e6)).toEqual({
      reason: 'no_progress',
      message: 'No agent has the capabilities that the ready tasks need: cobol, go.',
    });
  });

  it('is none while an agent could take a ready task', () => {
    expect(stop(aRun(['T1']), start + 1e9)).toBeNull();
  });

  it('is none while an assignment is open, however long it takes', () => {
    const history = aRun(['T1', 'T2', { id: 'T3', capabilities: ['cobol'] }])
      .assign('T1')
      .block('T2');
    expect(stop(history, start + 1e9)).toBeNull();
    expect(check(history)).toBeNull();
  });

  it('counts from the start of this process, not from the progress of an earlier one', () => {
    const history = aRun(['T1'], []);
    const startedAt = start + 1e6;
    expect(stop(history, startedAt + 49_999, { startedAt })).toBeNull();
    expect(stop(history, startedAt + 50_000, { startedAt })?.reason).toBe('no_progress');
  });

  it('is told of while it lasts, with the reason for which the run will end', () => {
    const history = aRun(['T1'], []);
    const until = Date.parse(history.state.lastProgressAt) + 50_000;
    const message = 'There is no agent to do the ready tasks (1).';
    const ahead = (now: number, fields = {}) => stallAhead(history.state, now, limitsOf(fields));
    expect(ahead(start)).toEqual({ message, until });
    expect(ahead(start, { maxRuntimeMs: 10_000 })).toEqual({ message, until });
    expect(ahead(until)).toBeNull();
    history.state.agents.join('a', ['*']);
    expect(ahead(start)).toBeNull();
  });

  it('is not ahead while something is under way, or will be soon', () => {
    expect(stallAhead(aRun(['T1']).assign('T1').state, start, limitsOf({}))).toBeNull();
    const deferred = aRun(['T1'], []).add({
      kind: 'task_retry_scheduled',
      taskId: 'T1',
      notBefore: isoTime(start + 9000),
    });
    expect(stallAhead(deferred.state, start, limitsOf({}))).toBeNull();
  });
});
