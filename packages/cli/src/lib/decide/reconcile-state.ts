import type { ActualTask } from './actual-task.js';
import { applyEvent } from './apply-event.js';
import { applySprint } from './apply-sprint.js';
import type { ReconciledChange } from './change.js';
import type { ReconcileTaskContext } from './reconcile-assigned.js';
import { reconcile } from './reconcile.js';
import type { RunState, TaskDefinition } from './run-state.js';
import { stampEvent } from './stamp-event.js';

export interface ReconcileStateOptions extends Omit<ReconcileTaskContext, 'state'> {
  /** What the sprint says its tasks are. */
  readonly definitions: readonly TaskDefinition[];
  /** Each of these tasks as it really is. */
  readonly actual: Iterable<ActualTask>;
}

/** Corrects a state that was just restored by what is true now, and tells the changes, in order. Linear. */
export function reconcileState(
  state: RunState,
  { definitions, actual, ...context }: ReconcileStateOptions,
): ReconciledChange[] {
  applySprint(state, definitions);
  const at = new Date(context.now).toISOString();
  return reconcile(actual, { state, ...context }).map((change) => ({
    ...change,
    events: change.events.map((event) => {
      const stamped = stampEvent(event, state.sequence, at);
      applyEvent(state, stamped);
      return stamped;
    }),
  }));
}
