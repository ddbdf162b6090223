import type { Epoch, EpochMillis, Holder, Millis, OrchestratorId } from '@ginkoai/contract';

/**
 * The lease of one epic. Its row is never deleted: a release keeps holder and epoch, so that no epoch is given twice.
 *
 *   none ──acquire──> live ──renew──> live ──release──> released ──acquire──> live (epoch + 1)
 *                      └──(time)──> run out ──renew, if nobody took it──> live (same epoch)
 *                                      └──acquire by another──> live (epoch + 1)
 */
export interface Lease {
  readonly epoch: Epoch;
  readonly holder: Holder;
  readonly grantedAt: EpochMillis;
  readonly renewedAt: EpochMillis;
  readonly expiresAt: EpochMillis;
  readonly ttlMs: Millis;
  readonly released: boolean;
  /** Whom this holder followed, kept so that an answer that was lost can be given again. */
  readonly previous: PreviousLease | null;
}

export type PreviousLease = Omit<Lease, 'previous' | 'grantedAt' | 'ttlMs'>;

export interface AcquireRequest {
  readonly holder: Holder;
  readonly ttlMs: Millis;
  /** The greatest epoch that the client knows; the granted one is greater. 0: it knows none. */
  readonly atLeastEpoch: Epoch;
  /** The greatest epoch under which the graph itself has a state of the epic. */
  readonly storedEpoch: Epoch;
  readonly replaces: { readonly orchestratorId: OrchestratorId; readonly epoch: Epoch } | null;
  readonly reclaim: { readonly orchestratorId: OrchestratorId; readonly epoch: Epoch } | null;
}

export type AcquireDecision =
  | { readonly kind: 'granted'; readonly lease: Lease }
  | { readonly kind: 'held'; readonly lease: Lease }
  | { readonly kind: 'stale'; readonly lease: Lease };

/**
 * Grants a lease that is free, released or run out, or whose present holder is exactly the one that the request
 * replaces or goes on from. Asked again by its holder, it is the same lease, renewed. A reclaim is stale once anybody
 * else got a later epoch than the one it knows; so it is for a run that never knew an epoch, if another run of the epic
 * ever had one: the two must be brought together by a resume first. Until then it is a request like any other, which
 * may name the holder it goes on from.
 */
export function decideAcquire(lease: Lease | null, request: AcquireRequest, now: EpochMillis): AcquireDecision {
  if (lease === null) return { kind: 'granted', lease: grant(null, request, now) };
  if (isOwn(lease, request)) return { kind: 'granted', lease: extend(lease, request.ttlMs, now) };
  if (request.reclaim !== null && lease.epoch > request.reclaim.epoch) return { kind: 'stale', lease };
  if (isLive(lease, now) && !namesHolder(lease, request.replaces) && !namesHolder(lease, request.reclaim)) {
    return { kind: 'held', lease };
  }
  return { kind: 'granted', lease: grant(lease, request, now) };
}

export type HoldDecision =
  | { readonly kind: 'granted'; readonly lease: Lease }
  | { readonly kind: 'stale'; readonly lease: Lease }
  /** Nobody ever held it: the graph was made anew since. */
  | { readonly kind: 'none' };

export interface HoldRequest {
  readonly orchestratorId: OrchestratorId;
  readonly epoch: Epoch;
}

/** A lease that has run out is still its holder's as long as nobody took it; a released one is not. */
export function decideRenew(lease: Lease | null, request: HoldRequest, now: EpochMillis): HoldDecision {
  if (lease === null) return { kind: 'none' };
  if (!namesHolder(lease, request) || lease.released) return { kind: 'stale', lease };
  return { kind: 'granted', lease: extend(lease, lease.ttlMs, now) };
}

export function decideRelease(lease: Lease | null, request: HoldRequest, now: EpochMillis): HoldDecision {
  if (lease === null) return { kind: 'none' };
  if (!namesHolder(lease, request)) return { kind: 'stale', lease };
  if (lease.released) return { kind: 'granted', lease };
  return { kind: 'granted', lease: { ...lease, released: true, expiresAt: Math.min(lease.expiresAt, now) } };
}

export function isLive(lease: Lease, now: EpochMillis): boolean {
  return !lease.released && lease.expiresAt > now;
}

/** `null`: the epoch may write. */
export type FenceRefusal = Lease | null;

/**
 * Who may write for an epic: the present epoch, whether or not its time is over, for nobody took the lease since. As
 * long as no lease was ever granted anybody may: runs that began while no lease could be had write under epoch 0, or
 * under the last epoch they knew from a graph that was lost. From the first grant on epoch 0 is as stale as any other.
 */
export function fence(lease: Lease | null, epoch: Epoch): FenceRefusal {
  return lease === null || lease.epoch === epoch ? null : lease;
}

function grant(lease: Lease | null, request: AcquireRequest, now: EpochMillis): Lease {
  return {
    epoch: Math.max(lease?.epoch ?? 0, request.atLeastEpoch, request.storedEpoch, request.reclaim?.epoch ?? 0) + 1,
    holder: request.holder,
    grantedAt: now,
    renewedAt: now,
    expiresAt: now + request.ttlMs,
    ttlMs: request.ttlMs,
    released: false,
    previous: lease === null ? null : previousOf(lease),
  };
}

function previousOf({ epoch, holder, renewedAt, expiresAt, released }: Lease): PreviousLease {
  return { epoch, holder, renewedAt, expiresAt, released };
}

function extend(lease: Lease, ttlMs: Millis, now: EpochMillis): Lease {
  return { ...lease, ttlMs, renewedAt: now, expiresAt: now + ttlMs };
}

/**
 * The holder asks again, say because the answer was lost: no change of holder, no new epoch. After a release it needs
 * one like anybody.
 */
function isOwn(lease: Lease, request: AcquireRequest): boolean {
  const sameProcess = lease.holder.orchestratorId === request.holder.orchestratorId;
  return sameProcess && !lease.released && lease.epoch >= request.atLeastEpoch;
}

function namesHolder(lease: Lease, named: HoldRequest | null): boolean {
  return named !== null && lease.epoch === named.epoch && lease.holder.orchestratorId === named.orchestratorId;
}
