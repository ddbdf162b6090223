import { checkpointOf } from '../../../src/lib/decide/checkpoint-of.js';
import { defaultLimits } from '../../../src/lib/decide/limits.js';
import { reconcileState } from '../../../src/lib/decide/reconcile-state.js';
import { restoreState } from '../../../src/lib/decide/restore-state.js';
import { aRun, aSprint, isoTime, place, start } from '../../support/decide-builders.js';

describe('a restored state', () => {
  it('is corrected by what is true now, and the events have their place in its history', () => {
    const { state: before } = aRun(['T1', 'T2']).assign('T1').complete('T1');
    const state = restoreState(checkpointOf(before, { savedAt: isoTime(start) }), [], place);
    const changes = reconcileState(state, {
      definitions: aSprint(['T1', 'T2', { id: 'T3', dependsOn: ['T2'] }]),
      actual: [
        { id: 'T1', status: 'pending' },
        { id: 'T2', status: 'complete' },
        { id: 'T3', status: 'pending' },
      ],
      now: start,
      chance: () => 0.5,
      limits: defaultLimits,
      includeInProgress: false,
      keepRunning: false,
      includeKept: false,
    });
    const { sequence } = before;
    const at = isoTime(start);
    expect(changes).toMatchObject([
      { row: 'C23', taskId: 'T1', events: [{ kind: 'task_reopened', sequence: sequence + 1, at }] },
      { row: 'C4', taskId: 'T2', events: [{ kind: 'task_completed', sequence: sequence + 2, at }] },
    ]);
    expect(state).toMatchObject({ sequence: sequence + 2, counts: { pending: 2, complete: 1 } });
    expect(state.queues.readyCount).toBe(2);
  });
});
