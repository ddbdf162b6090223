import {
  decideAcquire,
  decideRelease,
  decideRenew,
  fence,
  isLive,
  type AcquireRequest,
  type Lease,
} from '../../src/decide/lease.js';
import { aHolder } from '../support/builders.js';

const ttlMs = 30_000;

function aRequest(orchestratorId: string, more: Partial<AcquireRequest> = {}): AcquireRequest {
  return {
    holder: aHolder(orchestratorId),
    ttlMs,
    atLeastEpoch: 0,
    storedEpoch: 0,
    replaces: null,
    reclaim: null,
    ...more,
  };
}

function granted(lease: Lease | null, request: AcquireRequest, now: number): Lease {
  const decision = decideAcquire(lease, request, now);
  if (decision.kind !== 'granted') throw new Error(`The lease is ${decision.kind}.`);
  return decision.lease;
}

const ofA = granted(null, aRequest('a'), 1_000);

describe('asking for the lease', () => {
  it('grants a lease that nobody ever held, with epoch 1', () => {
    expect(ofA).toMatchObject({ epoch: 1, expiresAt: 31_000, released: false, previous: null });
  });

  it('refuses it while another holder is live', () => {
    expect(decideAcquire(ofA, aRequest('b'), 30_999)).toEqual({ kind: 'held', lease: ofA });
  });

  it('grants the next epoch in the very millisecond in which it has run out, and tells whom it follows', () => {
    const lease = granted(ofA, aRequest('b'), 31_000);
    expect(lease.epoch).toBe(2);
    expect(lease.previous).toMatchObject({ epoch: 1, released: false, expiresAt: 31_000 });
    expect(lease.previous?.holder.orchestratorId).toBe('a');
  });

  it('gives the same lease, renewed, to a holder that asks again because the answer was lost', () => {
    const ofB = granted(ofA, aRequest('b'), 40_000);
    const again = granted(ofB, aRequest('b', { storedEpoch: 2 }), 41_000);
    expect(again).toMatchObject({ epoch: 2, expiresAt: 71_000 });
    expect(again.previous).toEqual(ofB.previous);
  });

  it('gives the same epoch to a holder that asks late, if nobody took the lease meanwhile', () => {
    expect(granted(ofA, aRequest('a'), 99_000).epoch).toBe(1);
  });

  it('gives a new epoch to a holder that asks again after it released the lease', () => {
    const released = decideRelease(ofA, { orchestratorId: 'a', epoch: 1 }, 2_000);
    if (released.kind !== 'granted') throw new Error('not released');
    expect(granted(released.lease, aRequest('a'), 3_000).epoch).toBe(2);
  });

  it('grants at once after a release', () => {
    const released = decideRelease(ofA, { orchestratorId: 'a', epoch: 1 }, 2_000);
    if (released.kind !== 'granted') throw new Error('not released');
    expect(granted(released.lease, aRequest('b'), 2_000)).toMatchObject({ epoch: 2, previous: { released: true } });
  });

  it('goes above the greatest epoch that the client or the stored states know', () => {
    expect(granted(null, aRequest('b', { atLeastEpoch: 7 }), 1_000).epoch).toBe(8);
    expect(granted(null, aRequest('b', { storedEpoch: 9 }), 1_000).epoch).toBe(10);
    expect(granted(ofA, aRequest('b', { atLeastEpoch: 7 }), 31_000).epoch).toBe(8);
  });
});

describe('replacing a holder', () => {
  it('grants when exactly the present holder and epoch are named', () => {
    const request = aRequest('b', { replaces: { orchestratorId: 'a', epoch: 1 } });
    expect(granted(ofA, request, 2_000)).toMatchObject({ epoch: 2, previous: { released: false } });
  });

  it.each([
    ['another holder', { orchestratorId: 'x', epoch: 1 }],
    ['another epoch', { orchestratorId: 'a', epoch: 2 }],
  ])('refuses when %s is named', (_, replaces) => {
    expect(decideAcquire(ofA, aRequest('b', { replaces }), 2_000).kind).toBe('held');
  });

  it('lets only the first of two that name the same holder through', () => {
    const replaces = { orchestratorId: 'a', epoch: 1 };
    const ofB = granted(ofA, aRequest('b', { replaces }), 2_000);
    expect(decideAcquire(ofB, aRequest('c', { replaces }), 2_000)).toEqual({ kind: 'held', lease: ofB });
  });
});

describe('a run that went on without a lease and asks for it', () => {
  it('keeps its epoch if it is the holder itself', () => {
    const reclaim = { orchestratorId: 'a', epoch: 1 };
    expect(granted(ofA, aRequest('a', { reclaim, atLeastEpoch: 1 }), 90_000).epoch).toBe(1);
  });

  it('gets the next epoch at once if nobody has held the lease since the holder it goes on from', () => {
    const reclaim = { orchestratorId: 'a', epoch: 1 };
    expect(granted(ofA, aRequest('b', { reclaim }), 2_000).epoch).toBe(2);
  });

  it('is refused as stale if another got a later epoch, even if that one is over', () => {
    const ofB = granted(ofA, aRequest('b'), 31_000);
    const request = aRequest('c', { reclaim: { orchestratorId: 'a', epoch: 1 } });
    expect(decideAcquire(ofB, request, 999_000)).toEqual({ kind: 'stale', lease: ofB });
  });

  it('waits for a live holder of the epoch it knows if it names another, and follows it once it has run out', () => {
    const request = aRequest('c', { reclaim: { orchestratorId: 'c', epoch: 1 } });
    expect(decideAcquire(ofA, request, 2_000)).toEqual({ kind: 'held', lease: ofA });
    expect(granted(ofA, request, 31_000).epoch).toBe(2);
  });

  it('is refused as stale if it never knew an epoch and another run had one', () => {
    expect(decideAcquire(ofA, aRequest('c', { reclaim: { orchestratorId: 'c', epoch: 0 } }), 999_000).kind).toBe(
      'stale',
    );
  });

  it('gets its next epoch from a graph made anew, and waits if that graph has a live holder of a lesser one', () => {
    const request = aRequest('c', { reclaim: { orchestratorId: 'c', epoch: 5 } });
    expect(granted(null, request, 1_000).epoch).toBe(6);
    expect(decideAcquire(ofA, request, 2_000).kind).toBe('held');
    expect(granted(ofA, request, 31_000).epoch).toBe(6);
  });
});

describe('renewing and releasing', () => {
  const own = { orchestratorId: 'a', epoch: 1 };

  it('extends the lease of its holder, also late, as long as nobody took it', () => {
    expect(decideRenew(ofA, own, 20_000)).toMatchObject({ kind: 'granted', lease: { epoch: 1, expiresAt: 50_000 } });
    expect(decideRenew(ofA, own, 70_000)).toMatchObject({ kind: 'granted', lease: { epoch: 1, expiresAt: 100_000 } });
  });

  it('refuses everybody else', () => {
    const ofB = granted(ofA, aRequest('b'), 31_000);
    expect(decideRenew(ofB, own, 32_000)).toEqual({ kind: 'stale', lease: ofB });
    expect(decideRelease(ofB, own, 32_000)).toEqual({ kind: 'stale', lease: ofB });
    expect(decideRenew(ofB, { orchestratorId: 'a', epoch: 2 }, 32_000).kind).toBe('stale');
  });

  it('does not bring a released lease back when a renewal arrives late', () => {
    const released = decideRelease(ofA, own, 2_000);
    if (released.kind !== 'granted') throw new Error('not released');
    expect(released.lease).toMatchObject({ epoch: 1, released: true, expiresAt: 2_000 });
    expect(decideRenew(released.lease, own, 2_001).kind).toBe('stale');
  });

  it('takes a second release for the same one', () => {
    const released = decideRelease(ofA, own, 2_000);
    if (released.kind !== 'granted') throw new Error('not released');
    expect(decideRelease(released.lease, own, 9_000)).toEqual(released);
  });

  it('says that there is none in a graph made anew', () => {
    expect(decideRenew(null, own, 1_000)).toEqual({ kind: 'none' });
    expect(decideRelease(null, own, 1_000)).toEqual({ kind: 'none' });
  });
});

describe('the fence', () => {
  it('lets the present epoch pass, whether or not its time is over', () => {
    expect(isLive(ofA, 31_000)).toBe(false);
    expect(fence(ofA, 1)).toBeNull();
  });

  it('refuses every other epoch, 0 among them', () => {
    expect([0, 2].map((epoch) => fence(ofA, epoch))).toEqual([ofA, ofA]);
  });

  it('lets every epoch pass as long as no lease was ever granted', () => {
    expect([0, 5].map((epoch) => fence(null, epoch))).toEqual([null, null]);
  });
});
