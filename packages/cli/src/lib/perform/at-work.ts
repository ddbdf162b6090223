import type { EpicId } from '@ginkoai/contract';
import { currentBootId, isSameProcess, type ProcessIdentity } from './agents/process-identity.js';
import type { GraphConnection } from './connect-graph.js';
import { readLockHolder } from './lock-holder.js';

export interface AtWork {
  readonly orchestratorId: string;
  readonly host: string;
  readonly pid: number;
}

export interface AtWorkSearch {
  /** Of the epic's state. */
  readonly directory: string;
  readonly epicId: EpicId;
  /** null: there is none to ask. */
  readonly graph: GraphConnection | null;
}

/** Who orchestrates the epic now, here or, as the graph has it, elsewhere; null: nobody is known to. Takes nothing. */
export async function whoIsAtWork({ directory, epicId, graph }: AtWorkSearch): Promise<AtWork | null> {
  const here = await readLockHolder(directory);
  if (here !== null && isSameProcess(here)) return here;
  if (graph === null) return null;
  const asked = await graph.client.readLease({ epicId }, { retries: 0 });
  const lease = asked.ok ? asked.value.lease : null;
  if (lease === null || lease.released || lease.expiresInMs <= 0) return null;
  return isGone(lease.holder) ? null : lease.holder;
}

/** A holder of this boot can be looked for: one that died loses its lease at once. */
function isGone(holder: ProcessIdentity): boolean {
  return holder.bootId === currentBootId() && !isSameProcess(holder);
}
