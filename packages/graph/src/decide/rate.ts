import type { EpochMillis } from '@ginkoai/contract';

/** What a token may still ask for: calls that were not used add up, to a bound. */
export interface Allowance {
  readonly calls: number;
  readonly at: EpochMillis;
}

/** An orchestrator makes about 25 calls a second at most; people and dashboards far fewer. */
export const rateLimits = { callsPerSecond: 100, burst: 500 } as const;

/** What is left after one more call; null: that would be one too many. */
export function spendCall(before: Allowance | undefined, now: EpochMillis): Allowance | null {
  const { callsPerSecond, burst } = rateLimits;
  // A clock that was set back must not take anything away.
  const elapsedMs = before === undefined ? 0 : Math.max(0, now - before.at);
  const calls = before === undefined ? burst : Math.min(burst, before.calls + (elapsedMs * callsPerSecond) / 1000);
  return calls < 1 ? null : { calls: calls - 1, at: now };
}
