import type { Millis } from '@ginkoai/contract';
import type { AttemptOutcome } from './graph-attempt.js';

/** Statuses that say "not now" rather than "no". */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);

const firstDelayMs = 250;
const longestDelayMs = 5_000;

export interface RetryOptions {
  /** Attempts made so far, 1 or more. */
  readonly attempts: number;
  readonly retries: number;
  /** Until the whole call has to be over. */
  readonly remainingMs: Millis;
  /** In [0, 1). */
  readonly random: () => number;
}

/** How long to wait before the next attempt; `null`: there is none. Full jitter; a server's Retry-After is kept. */
export function retryDelay(outcome: AttemptOutcome, options: RetryOptions): Millis | null {
  if (options.attempts > options.retries || !isPassing(outcome)) return null;
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** (options.attempts - 1));
  const jittered = options.random() * ceiling;
  const delayMs = outcome.kind === 'answered' ? Math.max(jittered, outcome.retryAfterMs ?? 0) : jittered;
  return delayMs < options.remainingMs ? delayMs : null;
}

function isPassing(outcome: AttemptOutcome): boolean {
  if (outcome.kind === 'answered') return passingStatuses.has(outcome.status);
  return outcome.kind === 'not_reached';
}
