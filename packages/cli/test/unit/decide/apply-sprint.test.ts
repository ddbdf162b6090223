import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { aRun, aSprint, readyTasks } from '../../support/decide-builders.js';

const chain = [
  'T1',
  { id: 'T2', dependsOn: ['T1'] },
  { id: 'T3', dependsOn: ['T1', 'T2', 'T1'] },
  { id: 'T4', dependsOn: ['T9'] },
];

describe('applySprint', () => {
  it('counts the tasks by status, and what each of them still waits for', () => {
    const { state } = aRun(chain);
    expect(state.counts).toEqual({ pending: 4, in_progress: 0, complete: 0, blocked: 0, cancelled: 0 });
    expect(['T1', 'T2', 'T3', 'T4'].map((id) => state.tasks.get(id)?.unmet)).toEqual([0, 1, 2, 1]);
    expect(state.tasks.get('T1')?.dependants.map(({ id }) => id)).toEqual(['T2', 'T3']);
    expect(state.queues.readyCount).toBe(1);
  });

  it('keeps what happened to the tasks', () => {
    const history = aRun(chain).assign('T1').complete('T1').assign('T2');
    applySprint(history.state, aSprint(chain));
    expect(history.state.counts).toMatchObject({ pending: 2, in_progress: 1, complete: 1 });
    expect(history.facts('T2').assignment?.agentId).toBe('agent-1');
    expect(history.facts('T3').unmet).toBe(1);
  });

  it('gives the same state when the same sprint is read again', () => {
    const history = aRun(chain).assign('T1').complete('T1');
    history.add({ kind: 'task_retry_scheduled', taskId: 'T2', notBefore: '2026-01-05T11:00:00.000Z' });
    const before = structuredClone([...history.state.tasks.values()]);
    applySprint(history.state, aSprint(chain));
    expect([...history.state.tasks.values()]).toEqual(before);
    expect(history.state.queues.deferredCount).toBe(1);
    expect(history.state.queues.readyCount).toBe(0);
  });

  it('neither counts nor gives out a task that left the sprint, and lets nothing be met by it', () => {
    const history = aRun(['T1', 'T2', { id: 'T3', dependsOn: ['T1'] }])
      .assign('T1')
      .complete('T1');
    applySprint(history.state, aSprint([{ id: 'T3', dependsOn: ['T1'] }]));
    expect(history.state.counts).toEqual({ pending: 1, in_progress: 0, complete: 0, blocked: 0, cancelled: 0 });
    expect(history.state.queues.readyCount).toBe(0);
    expect(history.facts('T3').unmet).toBe(1);
    expect(history.facts('T1')).toMatchObject({ status: 'complete', definition: null });
    expect(history.facts('T2').position).toBe(-1);
  });

  it('queues a task once that a sprint names twice', () => {
    const { state } = aRun(['T1', 'T2', 'T1']);
    expect(state.queues.readyCount).toBe(2);
    expect(readyTasks(state)).toEqual(['T2', 'T1']);
  });

  it('gives out in their turn what it finds waiting, whichever way the sprint is sorted now', () => {
    const sprint = ['T1', 'T2', 'T3'];
    const history = aRun(sprint).assign('T1');
    history.add({ kind: 'task_released', taskId: 'T1', generation: 1, attempt: 1, reason: 'stopped' });
    history.add({ kind: 'lease_granted', epoch: 2 });
    applySprint(history.state, aSprint(['T4', ...sprint]));
    expect(readyTasks(history.state)).toEqual(['T2', 'T3', 'T1', 'T4']);
  });

  it('takes over what a task needs and how urgent it is', () => {
    const history = aRun([{ id: 'T1', capabilities: ['go'] }]);
    applySprint(history.state, aSprint([{ id: 'T1', capabilities: ['python'], rank: 0 }]));
    const filled = [...history.state.queues.groups()].filter((group) => group.first() !== null);
    expect(filled.map(({ capabilities }) => capabilities)).toEqual([['python']]);
    history.assign('T1');
    expect(history.state.queues.readyCount).toBe(0);
  });
});
