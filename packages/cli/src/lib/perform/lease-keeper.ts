import {
  leaseDefaults,
  type Epoch,
  type Failure,
  type GrantedLease,
  type Millis,
  type Result,
} from '@ginkoai/contract';
import type { Clock, Lease } from '../ports.js';

/** Bounds the question whether the lease is still ours after the process was stopped. */
const confirmTimeoutMs: Millis = 3_000;

export interface LeaseKeeperParts {
  readonly clock: Clock;
  readonly chance: () => number;
  readonly isStrict: boolean;
  /** Null: no lease was had at the start; it is asked for until the graph answers. */
  readonly granted: { readonly epoch: Epoch } | null;
  readonly renewMs?: Millis;
  /** With `isStrict`: no task this long after the last successful renewal was sent. */
  readonly deadlineMs?: Millis;
  readonly renew: (epoch: Epoch) => Promise<Result<GrantedLease>>;
  readonly reclaim: () => Promise<Result<GrantedLease>>;
  readonly release: (epoch: Epoch) => Promise<Result<unknown>>;
  readonly onGranted: (epoch: Epoch) => void;
  readonly onLost: (failure: Failure) => void;
}

/**
 * Keeps the orchestrator lease: renews it in time, asks for it when the run began without one, and says when somebody
 * else has it. A graph that does not answer changes nothing, except with `--strict-lease`.
 */
export function createLeaseKeeper(parts: LeaseKeeperParts): Lease {
  const { clock } = parts;
  const { renewMs = leaseDefaults.renewMs, deadlineMs = leaseDefaults.stopAfterMs } = parts;
  let epoch = parts.granted?.epoch ?? null;
  let sentAt = epoch === null ? -Infinity : clock.monotonic();
  let isOver = false;
  let asking: Promise<void> | null = null;
  let cancel: () => void = () => undefined;

  const ask = (): Promise<void> => (asking ??= askOnce().finally(() => (asking = null)));

  const askOnce = async (): Promise<void> => {
    const startedAt = clock.monotonic();
    const held = epoch;
    const result = held === null ? await parts.reclaim() : await parts.renew(held);
    if (isOver) return;
    if (result.ok) {
      sentAt = startedAt;
      epoch = result.value.epoch;
      if (held === null || held !== epoch) parts.onGranted(epoch);
    } else if (result.failure.code === 'stale_epoch' || (held === null && result.failure.code === 'lease_held')) {
      isOver = true;
      parts.onLost(result.failure);
    } else if (result.failure.code === 'not_found') {
      // The graph was made anew and knows of no holder: the next question asks for the lease again.
      epoch = null;
    }
  };

  const schedule = (): void => {
    if (isOver) return;
    cancel = clock.after(renewMs * (0.8 + 0.4 * parts.chance()), () => void ask().finally(schedule));
  };
  schedule();

  return {
    async confirm() {
      let stopWaiting: () => void = () => undefined;
      const timeout = new Promise<void>((resolve) => (stopWaiting = clock.after(confirmTimeoutMs, resolve)));
      await Promise.race([ask(), timeout]);
      stopWaiting();
    },
    mayAssign: () => !isOver && (!parts.isStrict || clock.monotonic() - sentAt < deadlineMs),
    async release() {
      isOver = true;
      cancel();
      if (epoch !== null) await parts.release(epoch);
    },
    stop() {
      isOver = true;
      cancel();
    },
  };
}
