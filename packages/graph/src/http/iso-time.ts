import type { EpochMillis } from '@ginkoai/contract';

/** As times stand on the wire. */
export function isoTime(time: EpochMillis): string {
  return new Date(time).toISOString();
}
