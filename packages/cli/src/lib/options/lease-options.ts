import { failed, leaseDefaults, ok, type Config, type Millis, type Result } from '@ginkoai/contract';
import { fileDuration } from './file-duration.js';

export interface LeaseTimes {
  readonly ttlMs: Millis;
  /** With `--strict-lease`: nothing is given out this long after the last renewal that succeeded was sent. */
  readonly deadlineMs: Millis;
  readonly renewMs: Millis;
}

/** A renewal comes up to a fifth later than its interval. */
const latest = 1.2;
const shortestTtlMs: Millis = 1_000;
const longestTtlMs: Millis = 3_600_000;

/**
 * The times of the orchestrator lease. Failure `bad_configuration`: with them it would run out between two renewals,
 * or be somebody else's while this orchestrator still gives out tasks under it.
 */
export function leaseOptions(config: Config): Result<LeaseTimes> {
  const ttl = fileDuration({ key: 'leaseTtl', config, unit: 's', examples: ['30s', '2m'] });
  const deadline = fileDuration({ key: 'leaseDeadline', config, unit: 's', examples: ['20s', '80s'] });
  const renewal = fileDuration({ key: 'leaseRenewal', config, unit: 's', examples: ['10s', '30s'] });
  if (!ttl.ok) return ttl;
  if (!deadline.ok) return deadline;
  if (!renewal.ok) return renewal;
  const ttlMs = ttl.value ?? leaseDefaults.ttlMs;
  const deadlineMs = deadline.value ?? leaseDefaults.stopAfterMs;
  const renewMs = renewal.value ?? leaseDefaults.renewMs;
  if (ttlMs < shortestTtlMs || ttlMs > longestTtlMs) {
    return failed(
      'bad_configuration',
      `"defaults.leaseTtl" of .ginko/config.json must be from 1 s to 1 h, got ${seconds(ttlMs)}. Try "leaseTtl": "30s".`,
    );
  }
  if (ttlMs > deadlineMs && deadlineMs > renewMs * latest) return ok({ ttlMs, deadlineMs, renewMs });
  return failed(
    'bad_configuration',
    '"defaults" of .ginko/config.json must have a leaseTtl longer than the leaseDeadline, and that longer than 1.2 times ' +
      `the leaseRenewal, got ${seconds(ttlMs)}, ${seconds(deadlineMs)} and ${seconds(renewMs)}. ` +
      'Try "leaseTtl": "30s", "leaseDeadline": "20s", "leaseRenewal": "10s".',
  );
}

function seconds(duration: Millis): string {
  return `${duration / 1_000} s`;
}
