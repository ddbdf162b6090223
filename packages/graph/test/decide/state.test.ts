import { decidePersist, type PersistSituation, type StateStamp } from '../../src/decide/state.js';
import { decideAcquire, type Lease } from '../../src/decide/lease.js';
import { aHolder } from '../support/builders.js';

function aStamp(more: Partial<StateStamp> = {}): StateStamp {
  return { runId: 'run-1', orchestratorId: 'a', epoch: 2, sequence: 10, ...more };
}

function aLease(epoch: number): Lease {
  const request = { holder: aHolder('holder'), ttlMs: 1_000, atLeastEpoch: epoch - 1, storedEpoch: 0 };
  const decision = decideAcquire(null, { ...request, replaces: null, reclaim: null }, 0);
  if (decision.kind !== 'granted') throw new Error('A lease that nobody held was not granted.');
  return decision.lease;
}

function aSituation(more: Partial<PersistSituation> = {}): PersistSituation {
  return { lease: aLease(2), newest: aStamp(), isKnownRun: true, ...more };
}

describe('persisting a state', () => {
  it('stores the first one', () => {
    expect(decidePersist(aSituation({ newest: null, isKnownRun: false }), aStamp())).toEqual({ kind: 'store' });
  });

  it('stores a greater sequence of the same run', () => {
    expect(decidePersist(aSituation(), aStamp({ sequence: 11 }))).toEqual({ kind: 'store' });
  });

  it.each([10, 9])('keeps what it has when sequence %i comes after 10', (sequence) => {
    expect(decidePersist(aSituation(), aStamp({ sequence }))).toEqual({ kind: 'kept', stored: aStamp() });
  });

  it('stores a lesser sequence under a greater epoch', () => {
    const situation = aSituation({ newest: aStamp({ epoch: 1 }) });
    expect(decidePersist(situation, aStamp({ sequence: 3 }))).toEqual({ kind: 'store' });
  });

  it('refuses an epoch that is not the lease’s, and names the lease', () => {
    const situation = aSituation();
    for (const epoch of [0, 1, 3]) {
      const decision = decidePersist(situation, aStamp({ epoch, sequence: 99 }));
      expect(decision).toMatchObject({ kind: 'stale', lease: situation.lease });
    }
  });

  it('puts a new run under the same epoch in the place of the old, which cannot come back', () => {
    const other = aStamp({ runId: 'run-2', sequence: 1 });
    expect(decidePersist(aSituation({ isKnownRun: false }), other)).toEqual({ kind: 'store' });
    const decision = decidePersist(aSituation({ newest: other }), aStamp({ sequence: 99 }));
    expect(decision).toEqual({ kind: 'stale', lease: null, newest: other });
  });

  it('lets a run that was replaced come back under a greater epoch', () => {
    const situation = aSituation({ lease: aLease(3), newest: aStamp({ runId: 'run-2' }) });
    expect(decidePersist(situation, aStamp({ epoch: 3, sequence: 1 }))).toEqual({ kind: 'store' });
  });

  describe('as long as no lease was ever granted', () => {
    it('stores states of epoch 0', () => {
      const situation = aSituation({ lease: null, newest: aStamp({ epoch: 0 }) });
      expect(decidePersist(situation, aStamp({ epoch: 0, sequence: 11 }))).toEqual({ kind: 'store' });
    });

    it('still never falls back to a lesser epoch', () => {
      const decision = decidePersist(aSituation({ lease: null }), aStamp({ epoch: 0, sequence: 99 }));
      expect(decision).toEqual({ kind: 'stale', lease: null, newest: aStamp() });
    });
  });
});
