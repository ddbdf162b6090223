import type { WaitingTask } from './run-state.js';

/** Urgent before less urgent; of equals the one that waits longer; then the order of the sprint. */
export function byTurn(a: WaitingTask, b: WaitingTask): number {
  return (
    a.definition.rank - b.definition.rank || a.readySince - b.readySince || a.definition.order - b.definition.order
  );
}

export function goesFirst(a: WaitingTask, b: WaitingTask): boolean {
  return byTurn(a, b) < 0;
}
