import fc from 'fast-check';
import type { NewRunEvent } from '@ginkoai/contract';
import { applyClock } from '../../../src/lib/decide/apply-event.js';
import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { closeAttempt, type AttemptEnd } from '../../../src/lib/decide/close-attempt.js';
import { defaultLimits } from '../../../src/lib/decide/limits.js';
import { aRun, aSprint, isoTime, type History } from '../../support/decide-builders.js';

const failing: AttemptEnd = { kind: 'failed', failure: { code: 'agent_failed', message: 'red tests' } };
const lost: AttemptEnd = { kind: 'lost', reason: 'process_gone' };
const id = { taskId: 'T1', generation: 1, attempt: 1 };

function close(history: History, end: AttemptEnd, chance = 0.5, attempt = 1): NewRunEvent[] {
  const context = { now: history.now, limits: defaultLimits, chance: () => chance };
  return closeAttempt(history.state, { ...id, attempt }, end, context);
}

/** Attempts of T1 that all end so, each given at once; what followed from each. */
function endless(
  end: AttemptEnd,
  chance: number,
): { history: History; after: (NewRunEvent | undefined)[]; waits: number[] } {
  const history = aRun(['T1']);
  const after: (NewRunEvent | undefined)[] = [];
  const waits: number[] = [];
  for (let attempt = 1; history.facts('T1').status === 'pending' && attempt < 20; attempt += 1) {
    history.assign('T1', attempt);
    const events = close(history, end, chance, attempt);
    const last = events.at(-1);
    after.push(last);
    if (last?.kind === 'task_retry_scheduled') waits.push(Date.parse(last.notBefore) - history.now);
    history.add(...events);
    applyClock(history.state, Infinity);
  }
  return { history, after, waits };
}

describe('closeAttempt', () => {
  it('accepts nothing of an attempt that is not current', () => {
    const history = aRun(['T1']);
    const ends: AttemptEnd[] = [{ kind: 'completed' }, failing, lost, { kind: 'stopped' }];
    for (const end of ends) expect(close(history, end)).toEqual([]);
    history.assign('T1', 2);
    for (const end of ends) expect(close(history, end)).toEqual([]);
    const context = { now: 0, limits: defaultLimits, chance: () => 0 };
    expect(closeAttempt(history.state, { ...id, taskId: 'unheard' }, failing, context)).toEqual([]);
  });

  it('completes the task with what the agent reported', () => {
    const history = aRun(['T1']).assign('T1');
    const report = { durationMs: 5, summary: 'done', usage: { tokens: 7 } };
    expect(close(history, { kind: 'completed' })).toEqual([
      { kind: 'task_completed', ...id, agentId: 'agent-1', by: 'agent' },
    ]);
    expect(close(history, { kind: 'completed', ...report })).toEqual([
      { kind: 'task_completed', ...id, agentId: 'agent-1', by: 'agent', ...report },
    ]);
  });

  it('holds a completion whose dependencies were added while it ran', () => {
    const history = aRun(['T1', 'T2']).assign('T1');
    applySprint(history.state, aSprint([{ id: 'T1', dependsOn: ['T2'] }, 'T2']));
    expect(close(history, { kind: 'completed' })).toMatchObject([{ kind: 'task_completed', held: true }]);
  });

  it('passes on what a failed attempt cost', () => {
    const history = aRun(['T1']).assign('T1');
    const cost = { durationMs: 5, usage: { costUsd: 1 } };
    expect(close(history, { ...failing, ...cost })[0]).toMatchObject({ kind: 'task_failed', ...cost });
  });

  it('gives a task back without counting anything', () => {
    const history = aRun(['T1']).assign('T1');
    expect(close(history, { kind: 'stopped' })).toEqual([{ kind: 'task_released', ...id, reason: 'stopped' }]);
    expect(close(history, { kind: 'not_accepted' })).toEqual([
      { kind: 'task_released', ...id, reason: 'not_accepted' },
    ]);
    const throttled = close(history, { kind: 'throttled', retryAfterMs: 30_000 });
    const notBefore = isoTime(history.now + 30_000);
    expect(throttled).toEqual([{ kind: 'task_released', ...id, reason: 'throttled', notBefore }]);
    history.add(...throttled);
    expect(history.facts('T1')).toMatchObject({ status: 'pending', failures: 0, losses: 0 });
    expect(history.state.queues.nextNotBefore()).toBe(Date.parse(notBefore));
  });

  it('hands a task to people that the agent calls blocked', () => {
    const history = aRun(['T1']).assign('T1');
    const events = close(history, { kind: 'blocked', reason: 'agent', detail: 'which key?' });
    expect(events[0]).toEqual({ kind: 'task_released', ...id, reason: 'blocked_by_agent' });
    history.add(...events);
    expect(history.facts('T1')).toMatchObject({
      status: 'blocked',
      assignment: null,
      failures: 0,
      blocked: { reason: 'agent', detail: 'which key?' },
    });
  });

  it('says of a task without a command that it could not be started, and why a person is needed', () => {
    const history = aRun(['T1']).assign('T1');
    expect(close(history, { kind: 'blocked', reason: 'no_command', detail: 'no Run block' })).toEqual([
      { kind: 'task_released', ...id, reason: 'could_not_start' },
      { kind: 'task_blocked', taskId: 'T1', reason: 'no_command', detail: 'no Run block' },
    ]);
  });

  it.each<AttemptEnd>([
    { kind: 'blocked', reason: 'agent', detail: 'which key?', usage: { tokens: 7, costUsd: 0.5 } },
    { kind: 'stopped', usage: { tokens: 7, costUsd: 0.5 } },
  ])('counts what an attempt spent that ended as $kind', (end) => {
    const history = aRun(['T1']).assign('T1');
    history.add(...close(history, end));
    expect(history.state.usage).toEqual({ tokens: 7, costUsd: 0.5 });
    expect([...history.state.closed]).toMatchObject([{ status: 'released', usage: { tokens: 7, costUsd: 0.5 } }]);
  });
});

describe('repeated failures', () => {
  it('wait at random between nothing and a ceiling that doubles, up to the greatest back-off', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 40 }),
        (chance, failures) => {
          const history = aRun(['T1']).assign('T1');
          history.facts('T1').failures = failures;
          const limits = { ...defaultLimits, maxAttempts: 1000 };
          const [, retry] = closeAttempt(history.state, id, failing, {
            now: history.now,
            limits,
            chance: () => chance,
          });
          const waitMs = retry?.kind === 'task_retry_scheduled' ? Date.parse(retry.notBefore) - history.now : NaN;
          expect(waitMs).toBe(Math.floor(chance * Math.min(600_000, 10_000 * 2 ** failures)));
        },
      ),
    );
  });

  it('end after three attempts with exactly one block', () => {
    const { history, after, waits } = endless(failing, 0.999);
    expect(after.map((event) => event?.kind)).toEqual(['task_retry_scheduled', 'task_retry_scheduled', 'task_blocked']);
    expect(waits).toEqual([9990, 19_980]);
    expect(history.facts('T1').blocked).toEqual({
      reason: 'attempts_exhausted',
      detail: '3 attempts failed, the last one: red tests',
    });
    expect(close(history, failing, 0, 3)).toEqual([]);
  });

  it('say it in the singular where one attempt is all', () => {
    const history = aRun(['T1']).assign('T1');
    const limits = { ...defaultLimits, maxAttempts: 1 };
    expect(closeAttempt(history.state, id, failing, { now: 0, limits, chance: () => 0 })[1]).toMatchObject({
      detail: '1 attempt failed, the last one: red tests',
    });
  });
});

describe('repeated losses', () => {
  it('end after five, the first repetition at once, with exactly one block', () => {
    const { history, after, waits } = endless(lost, 0.999);
    expect(after.filter((event) => event?.kind === 'task_blocked')).toHaveLength(1);
    expect(waits).toEqual([0, 9990, 19_980, 39_960]);
    expect(history.facts('T1')).toMatchObject({
      losses: 5,
      failures: 0,
      blocked: { reason: 'losses_exhausted', detail: 'its agent vanished 5 times' },
    });
  });

  it('are counted apart from failures', () => {
    const history = aRun(['T1']);
    [failing, lost, failing, lost].forEach((end, index) => {
      history.assign('T1', index + 1).add(...close(history, end, 0, index + 1));
    });
    expect(history.facts('T1')).toMatchObject({ failures: 2, losses: 2, status: 'pending' });
  });
});
