import type { Epoch, OrchestratorId, RunId, Sequence } from '@ginkoai/contract';
import { fence, type Lease } from './lease.js';

/** Which state it is, without the state. */
export interface StateStamp {
  readonly runId: RunId;
  readonly orchestratorId: OrchestratorId;
  readonly epoch: Epoch;
  readonly sequence: Sequence;
}

export interface PersistSituation {
  readonly lease: Lease | null;
  /** The epic's newest state; `null`: it has none. */
  readonly newest: StateStamp | null;
  /** Whether the graph has any state of the incoming state's run. */
  readonly isKnownRun: boolean;
}

export type PersistDecision =
  | { readonly kind: 'store' }
  /** The graph has this state or a later one of the run. */
  | { readonly kind: 'kept'; readonly stored: StateStamp }
  /** `lease` is null where another run's newest state, not the lease, stands in the way. */
  | { readonly kind: 'stale'; readonly lease: Lease | null; readonly newest: StateStamp | null };

/**
 * A state is stored only if it becomes the newest: under the present epoch, and with a greater (epoch, sequence) than
 * the last one of its run. A new run under the same epoch takes the place of the old; a run that was replaced comes
 * back only under a greater epoch.
 */
export function decidePersist({ lease, newest, isKnownRun }: PersistSituation, incoming: StateStamp): PersistDecision {
  const refusal = fence(lease, incoming.epoch);
  if (refusal !== null) return { kind: 'stale', lease: refusal, newest };
  if (newest === null || incoming.epoch > newest.epoch) return { kind: 'store' };
  if (incoming.epoch < newest.epoch) return { kind: 'stale', lease: null, newest };
  if (incoming.runId !== newest.runId) return isKnownRun ? { kind: 'stale', lease: null, newest } : { kind: 'store' };
  return incoming.sequence > newest.sequence ? { kind: 'store' } : { kind: 'kept', stored: newest };
}
