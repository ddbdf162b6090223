import {
  leaseDefaults,
  type AcquireLeaseResponse,
  type LeaseHeldDetails,
  type LeaseView,
  type Millis,
} from '@ginkoai/contract';
import type { HoldDecision, HoldRequest, Lease } from '../decide/lease.js';
import { answered, refused, type Refusal } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';
import { isoTime } from '../http/iso-time.js';
import type { EpicKey, GraphStore } from '../store/store.js';
import { staleByLease } from './stale-epoch.js';

export interface LeaseRouteOptions {
  readonly store: GraphStore;
  readonly now: () => number;
  /** Of leases whose holders do not ask for another. */
  readonly ttlMs?: Millis;
}

type LeaseHandlers = Pick<Handlers, 'acquireLease' | 'renewLease' | 'releaseLease' | 'readLease'>;

export function leaseHandlers({ store, now, ttlMs = leaseDefaults.ttlMs }: LeaseRouteOptions): LeaseHandlers {
  return {
    async acquireLease({ body }) {
      const decision = await store.acquireLease(body, {
        holder: body.holder,
        ttlMs: body.ttlMs ?? ttlMs,
        atLeastEpoch: body.atLeastEpoch ?? 0,
        replaces: body.replaces ?? null,
        reclaim: body.reclaim ?? null,
      });
      if (decision.kind === 'held') return leaseHeld(body, decision.lease, now());
      if (decision.kind === 'stale') return staleByLease(body, body.reclaim?.epoch ?? 0, decision.lease);
      return answered({ ...granted(decision.lease), ...previousOf(decision.lease, now()) });
    },

    async renewLease({ body }) {
      const decision = await store.renewLease(body, body);
      return decision.kind === 'granted' ? answered(granted(decision.lease)) : notHeld(body, decision);
    },

    async releaseLease({ body }) {
      const decision = await store.releaseLease(body, body);
      return decision.kind === 'granted'
        ? answered({ released: true as const, epoch: decision.lease.epoch })
        : notHeld(body, decision);
    },

    async readLease({ query }) {
      const lease = await store.readLease(query);
      return answered({ lease: lease === null ? null : leaseView(lease, now()) });
    },
  };
}

function granted({ epoch, expiresAt, ttlMs }: Lease): { epoch: number; expiresAt: string; ttlMs: number } {
  return { epoch, expiresAt: isoTime(expiresAt), ttlMs };
}

function previousOf({ previous }: Lease, now: number): Pick<AcquireLeaseResponse, 'previous'> {
  if (previous === null) return {};
  const { renewedAt, expiresAt } = previous;
  return {
    previous: {
      ...previous,
      expiresAt: isoTime(expiresAt),
      renewedAt: isoTime(renewedAt),
      renewedMsAgo: now - renewedAt,
    },
  };
}

function leaseView(lease: Lease, now: number): LeaseView {
  return {
    epoch: lease.epoch,
    holder: lease.holder,
    grantedAt: isoTime(lease.grantedAt),
    renewedAt: isoTime(lease.renewedAt),
    renewedMsAgo: now - lease.renewedAt,
    expiresAt: isoTime(lease.expiresAt),
    ttlMs: lease.ttlMs,
    expiresInMs: lease.expiresAt - now,
    released: lease.released,
  };
}

function leaseHeld(key: EpicKey, { epoch, holder, expiresAt }: Lease, now: number): Refusal {
  const { orchestratorId, host } = holder;
  const expiresInMs = Math.max(0, expiresAt - now);
  const details: LeaseHeldDetails = { epoch, orchestratorId, host, holder, expiresInMs };
  return refused(
    'lease_held',
    `${orchestratorId} on ${host} runs the epic ${key.epicId} (epoch ${epoch}); its lease has ${Math.ceil(expiresInMs / 1000)} s left. Wait until it is over, end that orchestrator, or take the epic over with --takeover if that machine is gone.`,
    { details: { ...details } },
  );
}

function notHeld(body: EpicKey & HoldRequest, decision: Exclude<HoldDecision, { kind: 'granted' }>): Refusal {
  if (decision.kind === 'stale') return staleByLease(body, body.epoch, decision.lease);
  return refused('not_found', `Nobody ever held the lease of the epic ${body.epicId} in this graph. Ask for it anew.`);
}
