import type { NewRunEvent } from '@ginkoai/contract';
import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import type { AttemptSighting } from '../../../src/lib/decide/actual-task.js';
import { closeAttempt, type AttemptEnd } from '../../../src/lib/decide/close-attempt.js';
import { defaultLimits } from '../../../src/lib/decide/limits.js';
import { reconcile } from '../../../src/lib/decide/reconcile.js';
import { aRun, aSprint, type History } from '../../support/decide-builders.js';

const id = { taskId: 'T1', generation: 1, attempt: 1 };
const closing = (history: History) => ({ now: history.now, limits: defaultLimits, chance: () => 0.5 });

function seenOnResume(state: AttemptSighting['state'], more: Partial<AttemptSighting> = {}) {
  const history = aRun(['T1']).assign('T1');
  const assignment = { generation: 1, attempt: 1, state, ...more };
  const world = [{ id: 'T1', status: 'in_progress', assignment }];
  const settings = {
    state: history.state,
    includeInProgress: false,
    keepRunning: false,
    includeKept: true,
    ...closing(history),
  };
  const [change] = reconcile(world, settings);
  if (change === undefined) throw new Error('Nothing was found.');
  return { history, change };
}

function heardLive(end: AttemptEnd): NewRunEvent[] {
  const history = aRun(['T1']).assign('T1');
  return closeAttempt(history.state, id, end, closing(history));
}

describe('an end that is heard of on resume', () => {
  it.each<[AttemptSighting['state'], AttemptEnd, Partial<AttemptSighting>]>([
    ['throttled', { kind: 'throttled', retryAfterMs: 30_000 }, {}],
    [
      'ended_blocked',
      { kind: 'blocked', reason: 'agent', detail: 'which key?', usage: { tokens: 7 } },
      { detail: 'which key?', usage: { tokens: 7 } },
    ],
    ['stopped', { kind: 'stopped', usage: { tokens: 7 } }, { usage: { tokens: 7 } }],
  ])('means the same as one that is heard at once: %s', (state, end, seen) => {
    expect(seenOnResume(state, seen).change.events).toEqual(heardLive(end));
  });

  it.each<[AttemptSighting['state'], string]>([
    ['throttled', 'Task T1 was throttled meanwhile (attempt 1); no failure counted, given again in 30 s'],
    [
      'ended_blocked',
      'Task T1 was given up by its agent meanwhile (attempt 1); no failure counted, it waits for a person',
    ],
    ['stopped', 'Task T1 was stopped meanwhile (attempt 1); no failure counted, given again'],
    ['failed', 'Task T1 failed meanwhile (attempt 1)'],
  ])('is called a failure only where it counts as one: %s', (state, sentence) => {
    const { change, history } = seenOnResume(state);
    expect(change).toMatchObject({ row: 'C17', sentence });
    history.add(...change.events);
    expect(history.facts('T1').failures).toBe(state === 'failed' ? 1 : 0);
  });
});

describe('a task that is blocked because there is no command for it', () => {
  const given = { title: 'T1', body: 'without a Run block' };
  const blocked = (): History =>
    aRun(['T1']).add(
      { kind: 'task_assigned', ...id, agentId: 'agent-1', place: 'place-1', definition: given },
      { kind: 'task_released', ...id, reason: 'could_not_start' },
      { kind: 'task_blocked', taskId: 'T1', reason: 'no_command', detail: 'it has no Run block' },
    );
  const after = (history: History, status: string, body: string) => {
    applySprint(history.state, aSprint(['T1']));
    const world = [{ id: 'T1', status, definition: { title: 'T1', body } }];
    return reconcile(world, {
      state: history.state,
      includeInProgress: false,
      keepRunning: false,
      includeKept: true,
      ...closing(history),
    });
  };

  it('is given out again once its text is another', () => {
    const changes = after(blocked(), 'blocked', 'with a Run block');
    expect(changes).toMatchObject([{ row: 'C29', events: [{ kind: 'task_unblocked', taskId: 'T1' }] }]);
  });

  it('stays so while its text is the same, until a person says otherwise', () => {
    expect(after(blocked(), 'blocked', given.body)).toMatchObject([{ row: 'C3', isKept: true }]);
    expect(after(blocked(), 'pending', given.body)).toMatchObject([{ events: [{ kind: 'task_unblocked' }] }]);
  });

  it('is not lifted with others whose text was edited', () => {
    const history = blocked().add({ kind: 'task_blocked', taskId: 'T1', reason: 'agent', detail: 'which key?' });
    expect(after(history, 'blocked', 'with the key')).toMatchObject([{ isKept: true }]);
  });
});
