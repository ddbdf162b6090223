import { rateLimits, spendCall, type Allowance } from '../../src/decide/rate.js';

/** How many calls are granted one after the other at that time. */
function callsAt(now: number, before?: Allowance): { granted: number; left: Allowance | undefined } {
  let left = before;
  for (let granted = 0; ; granted += 1) {
    const next = spendCall(left, now);
    if (next === null) return { granted, left };
    left = next;
  }
}

describe('spendCall', () => {
  it('grants a burst, then what time adds, and never more than a burst', () => {
    const first = callsAt(1_000);
    expect(first.granted).toBe(rateLimits.burst);
    const second = callsAt(2_000, first.left);
    expect(second.granted).toBe(rateLimits.callsPerSecond);
    expect(callsAt(3_600_000, second.left).granted).toBe(rateLimits.burst);
  });

  it('takes nothing away when the clock is set back', () => {
    const half = { calls: 10, at: 5_000 };
    expect(callsAt(1_000, half).granted).toBe(10);
  });
});
