import { decideAppend, type IncomingEvents, type StoredHistory } from '../../src/decide/events.js';
import type { Lease } from '../../src/decide/lease.js';
import { aHolder } from '../support/builders.js';

const stored: StoredHistory = { runId: 'run-1', epoch: 2, sequence: 10 };
const lease: Lease = {
  epoch: 2,
  holder: aHolder(),
  grantedAt: 0,
  renewedAt: 0,
  expiresAt: 1,
  ttlMs: 1,
  released: false,
  previous: null,
};

function aBatch(firstSequence: number, lastSequence: number, more: Partial<IncomingEvents> = {}): IncomingEvents {
  return { runId: 'run-1', epoch: 2, firstSequence, lastSequence, ...more };
}

describe('appending events', () => {
  it('takes those that follow, and of a batch that overlaps only what is new', () => {
    expect(decideAppend(lease, stored, aBatch(11, 12))).toEqual({ kind: 'store', after: 10 });
    expect(decideAppend(lease, stored, aBatch(8, 12))).toEqual({ kind: 'store', after: 10 });
  });

  it('refuses a gap and says which sequence it expects', () => {
    expect(decideAppend(lease, stored, aBatch(12, 13))).toEqual({ kind: 'needs_state', stored, expectedSequence: 11 });
  });

  it('needs a state first', () => {
    expect(decideAppend(lease, null, aBatch(1, 1))).toEqual({ kind: 'needs_state', stored: null });
  });

  it('needs a state of the same run', () => {
    expect(decideAppend(lease, stored, aBatch(11, 11, { runId: 'run-2' }))).toEqual({ kind: 'needs_state', stored });
  });

  it('needs a state of the same epoch, from which the numbers go on', () => {
    const older = { ...stored, epoch: 1 };
    expect(decideAppend(lease, older, aBatch(11, 11))).toEqual({ kind: 'needs_state', stored: older });
  });

  it('refuses a stale epoch before anything else', () => {
    expect(decideAppend(lease, null, aBatch(1, 1, { epoch: 1 }))).toEqual({ kind: 'stale', lease });
  });
});
