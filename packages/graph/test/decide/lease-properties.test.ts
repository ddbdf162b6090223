import fc from 'fast-check';
import { decideAcquire, decideRelease, decideRenew, fence, isLive, type Lease } from '../../src/decide/lease.js';
import { aHolder } from '../support/builders.js';

const ttlMs = 100;
const names = ['a', 'b', 'c'];

/** What an orchestrator may do next, after a while, right or wrong. */
const stepArbitrary = fc.record({
  who: fc.constantFrom(...names),
  what: fc.constantFrom('acquire', 'replace', 'reclaim', 'renew', 'release'),
  afterMs: fc.nat(150),
  /** How many epochs its knowledge is behind. */
  behind: fc.nat(2),
});

type Step = typeof stepArbitrary extends fc.Arbitrary<infer T> ? T : never;

function leaseAfter(lease: Lease | null, step: Step, now: number): Lease | null {
  const known = {
    orchestratorId: lease?.holder.orchestratorId ?? step.who,
    epoch: Math.max(0, (lease?.epoch ?? 0) - step.behind),
  };
  const own = { orchestratorId: step.who, epoch: known.epoch };
  const request = { holder: aHolder(step.who), ttlMs, atLeastEpoch: 0, storedEpoch: 0, replaces: null, reclaim: null };
  const decide = () => {
    switch (step.what) {
      case 'acquire':
        return decideAcquire(lease, request, now);
      case 'replace':
        return decideAcquire(lease, { ...request, replaces: known }, now);
      case 'reclaim':
        return decideAcquire(lease, { ...request, reclaim: known }, now);
      case 'renew':
        return decideRenew(lease, own, now);
      default:
        return decideRelease(lease, own, now);
    }
  };
  const decision = decide();
  return decision.kind === 'granted' ? decision.lease : lease;
}

describe('the lease, whatever orchestrators do and when', () => {
  it('numbers its holders 1, 2, 3 without gap or repeat, and takes it from a live one only by name', () => {
    fc.assert(
      fc.property(fc.array(stepArbitrary, { maxLength: 60 }), (steps) => {
        let lease: Lease | null = null;
        let now = 0;
        const holders = new Map<number, string>();
        for (const step of steps) {
          now += step.afterMs;
          const before: Lease | null = lease;
          lease = leaseAfter(before, step, now);
          if (lease === null) continue;
          const epochBefore = before?.epoch ?? 0;
          expect([epochBefore, epochBefore + 1]).toContain(lease.epoch);
          const holder = lease.holder.orchestratorId;
          expect(holders.get(lease.epoch) ?? holder).toBe(holder);
          holders.set(lease.epoch, holder);
          const wasTakenFromLive = before !== null && lease.epoch > before.epoch && isLive(before, now);
          if (wasTakenFromLive) expect(['replace', 'reclaim']).toContain(step.what);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('lets writes of one epoch only pass at a time, and of none that ever was before', () => {
    fc.assert(
      fc.property(fc.array(stepArbitrary, { minLength: 1, maxLength: 40 }), (steps) => {
        let now = 0;
        let lease: Lease | null = null;
        for (const step of steps) lease = leaseAfter(lease, step, (now += step.afterMs));
        if (lease === null) return;
        const { epoch } = lease;
        const passing = Array.from({ length: epoch + 2 }, (_, one) => one).filter((one) => fence(lease, one) === null);
        expect(passing).toEqual([epoch]);
      }),
    );
  });
});
