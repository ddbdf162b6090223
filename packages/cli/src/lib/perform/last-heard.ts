import type { LeaseView, Millis } from '@ginkoai/contract';
import type { Clock } from '../ports.js';
import type { RecoverySources } from './recovery-sources.js';

export interface LastHeardOptions {
  /** The lease of the orchestrator before this one, as the graph has just told it; undefined: it knows of none. */
  readonly lease: Pick<LeaseView, 'renewedAt' | 'renewedMsAgo'> | undefined;
  /** As they were gathered: recovery adds events of its own to their states. */
  readonly sources: Pick<RecoverySources, 'graph' | 'local'>;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}

/**
 * When the orchestrator before this one gave its last sign of life; by our monotonic clock, which nobody sets. The
 * clocks of other machines may stand anywhere, so the graph's own count is believed first. Without one there are only
 * times that were written down, and one that lies ahead of our clock means no more than "just now".
 */
export function lastHeard({ lease, sources, clock }: LastHeardOptions): Millis {
  const agoMs =
    lease?.renewedMsAgo ?? clock.now() - (lease === undefined ? lastEvent(sources) : Date.parse(lease.renewedAt));
  return clock.monotonic() - Math.max(0, agoMs);
}

/** 0: nobody ever wrote anything. */
function lastEvent({ graph, local }: LastHeardOptions['sources']): number {
  const states = [graph, local].flatMap((source) => (source.kind === 'found' ? [source.state] : []));
  return Math.max(0, ...states.map(({ lastEventAt }) => Date.parse(lastEventAt)));
}
