import { setImmediate } from 'node:timers/promises';

/** A turn of the event loop for each pause would take longer than what a small piece of work does between two. */
const turnMs = 5;

/** Carries work on until it is done. Others come in at its first pause, as the caller's own work came before, and every 5 ms. */
export async function inTurns<T>(work: Generator<undefined, T>): Promise<T> {
  let began = -Infinity;
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < turnMs) continue;
    await setImmediate();
    began = performance.now();
  }
}
