import { configSchema } from '@ginkoai/contract';
import { leaseOptions } from '../../../src/lib/options/lease-options.js';

const judged = (defaults: object = {}) => leaseOptions(configSchema.parse({ defaults }));

describe('the times of the lease', () => {
  it('have their defaults, and are taken from the configuration', () => {
    expect(judged()).toEqual({ ok: true, value: { ttlMs: 30_000, deadlineMs: 20_000, renewMs: 10_000 } });
    expect(judged({ leaseTtl: '2m', leaseDeadline: 90, leaseRenewal: '30s' })).toEqual({
      ok: true,
      value: { ttlMs: 120_000, deadlineMs: 90_000, renewMs: 30_000 },
    });
  });

  it.each([
    ['run out before orders end', { leaseTtl: '20s' }, '20 s, 20 s and 10 s'],
    ['end orders between two renewals', { leaseDeadline: '12s' }, '30 s, 12 s and 10 s'],
    ['are renewed too late', { leaseRenewal: '25s' }, '30 s, 20 s and 25 s'],
  ])('are refused where they %s', (_, defaults, got) => {
    expect(judged(defaults)).toMatchObject({
      ok: false,
      failure: {
        code: 'bad_configuration',
        message: expect.stringMatching(
          new RegExp(`leaseTtl longer than the leaseDeadline, .*got ${got}\\. Try "leaseTtl": "30s"`),
        ) as string,
      },
    });
  });

  it.each([
    [{ leaseTtl: '500ms' }, '"defaults.leaseTtl" of .ginko/config.json must be from 1 s to 1 h, got 0.5 s.'],
    [{ leaseTtl: '2h' }, '"defaults.leaseTtl" of .ginko/config.json must be from 1 s to 1 h, got 7200 s.'],
    [{ leaseRenewal: 'often' }, '"defaults.leaseRenewal" of .ginko/config.json must be a duration such as 10s or 30s'],
  ])('%j is refused by the key that it stands under', (defaults, message) => {
    expect(judged(defaults)).toMatchObject({
      ok: false,
      failure: { code: 'bad_configuration', message: expect.stringContaining(message) as string },
    });
  });
});
