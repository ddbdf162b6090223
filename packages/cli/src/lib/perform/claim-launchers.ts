import {
  launcherFenceSchema,
  ok,
  type AcquireLeaseResponse,
  type EpicId,
  type Epoch,
  type Failure,
  type Holder,
  type LauncherFence,
  type LauncherHolder,
  type Millis,
  type Result,
} from '@ginkoai/contract';
import { acquireLease } from './acquire-lease.js';
import { connectLaunchers, type LauncherConnection, type LauncherOptions } from './agents/launcher-client.js';
import { currentBootId, isOtherBoot, isSameProcess } from './agents/process-identity.js';
import type { GraphClient } from './graph-client.js';
import { hostName } from './project.js';

export interface ClaimLaunchersOptions {
  readonly launchers: Omit<LauncherOptions, 'epoch'>;
  /** null: the graph does not answer. */
  readonly client: GraphClient | null;
  readonly epicId: EpicId;
  readonly holder: Holder;
  readonly lease: AcquireLeaseResponse | null;
  readonly lastKnown: LastKnown;
  /** A person says that whoever gives the orders is gone. */
  readonly isTakeover: boolean;
  readonly leaseTtlMs: Millis;
}

export interface LastKnown {
  readonly epoch: Epoch;
  readonly orchestratorId: string;
}

export interface ClaimedLaunchers {
  readonly launcher: LauncherConnection;
  readonly lease: AcquireLeaseResponse | null;
  readonly epoch: Epoch;
  readonly lastKnown: LastKnown;
}

/**
 * Connects to the launchers under the epoch of the lease. They remember epochs that a lost state and a graph made anew
 * know nothing of; when whoever held the greatest is dead, the lease is asked for again, above it. Failures:
 * `lease_held` when it may live, and those of `connectLaunchers`.
 */
export async function claimLaunchers(options: ClaimLaunchersOptions): Promise<Result<ClaimedLaunchers>> {
  const { launchers, lease, lastKnown } = options;
  const epoch = lease?.epoch ?? lastKnown.epoch;
  const launcher = await connectLaunchers({ ...launchers, epoch });
  if (launcher.ok) return ok({ launcher: launcher.value, lease, epoch, lastKnown });
  const outlived = outlivedFence(launcher.failure, options);
  return outlived === null ? heldByAnother(launcher.failure) : claimAbove(outlived, options);
}

async function claimAbove(fence: LauncherFence, options: ClaimLaunchersOptions): Promise<Result<ClaimedLaunchers>> {
  const lease = await leaseAbove(fence.epoch, options);
  if (!lease.ok) return lease;
  const epoch = lease.value?.epoch ?? fence.epoch;
  const launcher = await connectLaunchers({ ...options.launchers, epoch });
  if (!launcher.ok) return heldByAnother(launcher.failure);
  const lastKnown = { epoch: fence.epoch, orchestratorId: fence.orchestratorId };
  return ok({ launcher: launcher.value, lease: lease.value, epoch, lastKnown });
}

/** For a start that has not begun it is as if the lease were held: nobody took it over. */
function heldByAnother(failure: Failure): Result<never> {
  return { ok: false, failure: failure.code === 'stale_epoch' ? { ...failure, code: 'lease_held' } : failure };
}

/** The fence that the launchers hold up for an orchestrator that is no more; null: it may live, or it was not that. */
function outlivedFence(
  { code, details }: Failure,
  { isTakeover }: { readonly isTakeover: boolean },
): LauncherFence | null {
  const fence = launcherFenceSchema.safeParse(details);
  if (code !== 'stale_epoch' || !fence.success) return null;
  return isTakeover || isDead(fence.data.holder) ? fence.data : null;
}

/** Only of this machine it is known what runs; of an earlier boot of it nothing does. */
function isDead(holder: LauncherHolder | undefined): boolean {
  if (holder === undefined) return false;
  if (holder.bootId === currentBootId()) return !isSameProcess(holder);
  return holder.host === hostName() && isOtherBoot(holder.bootId);
}

/**
 * The lease that this process holds already does not change its epoch, so it is given back first. Whoever gets it
 * before us has it.
 */
async function leaseAbove(
  epoch: Epoch,
  { client, epicId, holder, lease: held, isTakeover, leaseTtlMs }: ClaimLaunchersOptions,
): Promise<Result<AcquireLeaseResponse | null>> {
  if (client === null || held === null) return ok(null);
  const { orchestratorId } = holder;
  const released = await client.releaseLease({ epicId, orchestratorId, epoch: held.epoch });
  if (!released.ok) return released;
  const lease = await acquireLease({ client, epicId, holder, atLeastEpoch: epoch, isTakeover, ttlMs: leaseTtlMs });
  if (!lease.ok) return lease;
  const { epoch: granted, expiresAt, ttlMs } = lease.value;
  // Before this one there was whoever was before the first asking, not this process itself.
  return ok({ epoch: granted, expiresAt, ttlMs, ...(held.previous && { previous: held.previous }) });
}
