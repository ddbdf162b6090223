import type { Epoch, RunId, Sequence } from '@ginkoai/contract';
import { fence, type Lease } from './lease.js';

/** The newest run of the epic, as far as the graph knows it. */
export interface StoredHistory {
  readonly runId: RunId;
  /** Of the newest state. */
  readonly epoch: Epoch;
  /** Of the newest state or the last event after it. */
  readonly sequence: Sequence;
}

export interface IncomingEvents {
  readonly runId: RunId;
  readonly epoch: Epoch;
  readonly firstSequence: Sequence;
  readonly lastSequence: Sequence;
}

export type AppendDecision =
  /** The events after `after`; the others are there already. */
  | { readonly kind: 'store'; readonly after: Sequence }
  | { readonly kind: 'stale'; readonly lease: Lease }
  | { readonly kind: 'needs_state'; readonly stored: StoredHistory | null; readonly expectedSequence?: Sequence };

/**
 * Events need a state of their own run and epoch to stand on: after a change of epoch the numbers may go on from an
 * earlier place, and an event could be taken for another one of the same number.
 */
export function decideAppend(
  lease: Lease | null,
  stored: StoredHistory | null,
  incoming: IncomingEvents,
): AppendDecision {
  const refusal = fence(lease, incoming.epoch);
  if (refusal !== null) return { kind: 'stale', lease: refusal };
  if (stored === null || stored.runId !== incoming.runId || stored.epoch !== incoming.epoch) {
    return { kind: 'needs_state', stored };
  }
  if (incoming.firstSequence > stored.sequence + 1) {
    return { kind: 'needs_state', stored, expectedSequence: stored.sequence + 1 };
  }
  return { kind: 'store', after: stored.sequence };
}
