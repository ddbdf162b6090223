import {
  leaseHeldDetailsSchema,
  type AcquireLeaseResponse,
  type Epoch,
  type Failure,
  type Holder,
  type Millis,
  type OrchestratorId,
  type Result,
} from '@ginkoai/contract';
import { currentBootId, isSameProcess } from './agents/process-identity.js';
import type { CallOptions, GraphClient } from './graph-client.js';

export interface AcquireLeaseOptions {
  readonly client: GraphClient;
  readonly epicId: string;
  readonly holder: Holder;
  /** The greatest epoch seen anywhere: a graph that was made anew must not start below it. */
  readonly atLeastEpoch: Epoch;
  /** The run went on without a lease under this epoch: `stale_epoch` if anybody has been granted a later one. */
  readonly lastKnown?: { readonly epoch: Epoch; readonly orchestratorId: OrchestratorId };
  /** A person says that the present holder is gone. */
  readonly isTakeover: boolean;
  /** Absent: as long as the graph gives. */
  readonly ttlMs?: Millis;
  readonly call?: CallOptions;
}

/** A graph that hangs must not keep a run from starting: it is asked again while the run goes on. */
const startCall = { timeoutMs: 5_000, totalTimeoutMs: 6_000, retries: 1 } as const;

/**
 * Asks for the lease. A holder on this host and boot whose process is dead is replaced at once: the client looks, the
 * server never guesses. Failure `lease_held`: a live holder; who and where stands in the message.
 */
export async function acquireLease(options: AcquireLeaseOptions): Promise<Result<AcquireLeaseResponse>> {
  const { client, epicId, holder, atLeastEpoch, lastKnown, isTakeover, ttlMs, call = startCall } = options;
  const ask = {
    epicId,
    holder,
    atLeastEpoch,
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(lastKnown === undefined ? {} : { reclaim: lastKnown }),
  };
  const first = await client.acquireLease(ask, call);
  if (first.ok || first.failure.code !== 'lease_held') return first;
  const held = leaseHeldDetailsSchema.safeParse(first.failure.details);
  if (!held.success) return first;
  const { orchestratorId, epoch, holder: present } = held.data;
  const isDead = present.bootId === currentBootId() && !isSameProcess(present);
  if (!isDead && !isTakeover) return { ok: false, failure: heldBy(present, held.data.expiresInMs) };
  const reason = isDead ? 'same_boot_dead' : 'takeover';
  return client.acquireLease({ ...ask, replaces: { orchestratorId, epoch, reason } }, call);
}

function heldBy(present: Holder, expiresInMs: number): Failure {
  const isHere = present.bootId === currentBootId();
  const where = isHere ? `process ${present.pid} on this machine` : `process ${present.pid} on ${present.host}`;
  const seconds = Math.max(1, Math.ceil(expiresInMs / 1000));
  const advice = isHere
    ? 'Stop it first, or take the run over with --takeover.'
    : `If that machine is gone, wait ${seconds} s or use --takeover.`;
  return {
    code: 'lease_held',
    message: `${present.orchestratorId} (${where}) is orchestrating this epic. ${advice}`,
    details: { holder: present },
  };
}
