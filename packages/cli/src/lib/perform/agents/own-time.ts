import type { Millis } from '@ginkoai/contract';

const steps = 5;

/**
 * Calls back after so much of this process's own time; the returned function cancels. Whoever is waited for was
 * probably stopped together with this process (a sleeping machine, a frozen container), so after a stop the wait begins
 * anew.
 */
export function afterOwnTime(ms: Millis, callback: () => void): () => void {
  const stepMs = ms / steps;
  let left = steps;
  let dueAt = performance.now() + stepMs;
  const step = (): void => {
    const wasStopped = performance.now() - dueAt > ms;
    left = wasStopped ? steps : left - 1;
    if (left === 0) return callback();
    dueAt = performance.now() + stepMs;
    timer = setTimeout(step, stepMs);
  };
  let timer = setTimeout(step, stepMs);
  return () => clearTimeout(timer);
}
