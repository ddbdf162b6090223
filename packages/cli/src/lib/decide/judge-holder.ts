import type { Epoch, LeaseView, Millis, OrchestratorId } from '@ginkoai/contract';

/** Who is known to orchestrate, or to have orchestrated, a run. */
export interface KnownHolder {
  readonly orchestratorId: OrchestratorId;
  readonly host: string;
  readonly pid: number;
  /** Whether its process is here, and alive; null: it is on another machine, or on an earlier boot of this one. */
  readonly isAlive: boolean | null;
}

/**
 * - `alive`, `gone`: its process was looked for on this machine
 * - `lease_live`, `lease_over`: it is on another machine, and this is what its lease says
 * - `ended`: it has ended and given the run back
 * - `unknown`: nothing here tells
 */
export type HolderSign = 'alive' | 'gone' | 'lease_live' | 'lease_over' | 'ended' | 'unknown';

export interface OrchestratorSight {
  readonly orchestratorId: OrchestratorId;
  readonly host: string;
  readonly pid: number;
  readonly epoch: Epoch;
  readonly sign: HolderSign;
  /** What is left of its lease, by the graph's clock; absent: no lease is known. */
  readonly leaseLeftMs?: Millis;
}

export interface HolderEvidence {
  readonly holder: KnownHolder;
  readonly epoch: Epoch;
  /** As the graph has it; null: the graph knows none, or was not asked. */
  readonly lease: Pick<LeaseView, 'holder' | 'expiresInMs' | 'released'> | null;
  /** The run's last event is its end. */
  readonly hasEnded: boolean;
}

/** A process that can be looked for says more than a lease, and a lease more than the history. */
export function judgeHolder({ holder, epoch, lease, hasEnded }: HolderEvidence): OrchestratorSight {
  const { orchestratorId, host, pid, isAlive } = holder;
  const own = lease !== null && lease.holder.orchestratorId === orchestratorId ? lease : null;
  const left = own === null || own.released ? {} : { leaseLeftMs: Math.max(0, own.expiresInMs) };
  return { orchestratorId, host, pid, epoch, sign: signOf(isAlive, own, hasEnded), ...left };
}

function signOf(
  isAlive: boolean | null,
  lease: Pick<LeaseView, 'expiresInMs' | 'released'> | null,
  hasEnded: boolean,
): HolderSign {
  if (isAlive === true) return 'alive';
  if (hasEnded || lease?.released === true) return 'ended';
  if (isAlive === false) return 'gone';
  if (lease === null) return 'unknown';
  return lease.expiresInMs > 0 ? 'lease_live' : 'lease_over';
}
