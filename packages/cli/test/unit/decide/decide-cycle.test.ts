import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { decideCycle } from '../../../src/lib/decide/decide-cycle.js';
import { aRun, aSprint, isoTime, limitsOf, start, type History } from '../../support/decide-builders.js';

const decide = ({ state }: History, now = start, fields = {}) => decideCycle(state, now, limitsOf(fields));

/** T1 is done, but T2 was put before it while it ran. */
function heldRun(): History {
  const history = aRun(['T1', 'T2']).assign('T1');
  applySprint(history.state, aSprint([{ id: 'T1', dependsOn: ['T2'] }, 'T2']));
  return history.add({ kind: 'task_completed', taskId: 'T1', generation: 1, attempt: 1, by: 'agent', held: true });
}

describe('decideCycle', () => {
  it('gives out what is ready', () => {
    expect(decide(aRun(['T1'])).decisions).toMatchObject([{ kind: 'assign', taskId: 'T1', agentId: 'agent-1' }]);
  });

  it('stops, and wakes no more, when nothing is left', () => {
    expect(decide(aRun([]))).toMatchObject({ decisions: [{ kind: 'stop', reason: 'complete' }], wakeAt: null });
  });

  it('wakes when the next back-off is over, or a limit is reached, whichever comes first', () => {
    const history = aRun(['T1']).add({ kind: 'task_retry_scheduled', taskId: 'T1', notBefore: isoTime(start + 9000) });
    expect(decide(history).wakeAt).toBe(start + 9000);
    expect(decide(history, start, { maxRuntimeMs: 5000 }).wakeAt).toBe(start + 5000);
    expect(decide(history, start, { maxRuntimeMs: 15_000 }).wakeAt).toBe(start + 9000);
  });

  it('waits for the agents alone while all is given out and there is no limit', () => {
    const history = aRun(['T1']).assign('T1');
    expect(decide(history)).toEqual({ decisions: [], wakeAt: null });
    expect(decide(history)).not.toHaveProperty('waiting');
    expect(decide(history, start, { maxRuntimeMs: 5000 }).wakeAt).toBe(start + 5000);
  });

  it('says for what it waits in vain, and until when', () => {
    const { waiting, wakeAt, decisions } = decide(aRun(['T1'], []));
    expect(decisions).toEqual([]);
    expect(waiting?.message).toBe('There is no agent to do the ready tasks (1).');
    expect(waiting?.until).toBe(wakeAt);
  });

  it('lets held work count as soon as its new dependencies are complete', () => {
    const history = heldRun();
    expect(decide(history).decisions).toMatchObject([{ kind: 'assign', taskId: 'T2' }]);
    history.assign('T2').complete('T2');
    const event = { kind: 'task_completed', taskId: 'T1', generation: 1, attempt: 1, by: 'agent' } as const;
    expect(decide(history)).toEqual({ decisions: [{ kind: 'record', event }], wakeAt: start });
    expect(decide(history.add(event)).decisions).toMatchObject([{ kind: 'stop', reason: 'complete' }]);
  });

  it('does not count held work of a task that left the sprint', () => {
    const history = heldRun().assign('T2').complete('T2');
    applySprint(history.state, aSprint(['T2']));
    expect(decide(history).decisions).toMatchObject([{ kind: 'stop', reason: 'complete' }]);
  });
});
