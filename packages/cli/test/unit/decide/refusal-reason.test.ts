import { exitCodeOf, failureCodes } from '@ginkoai/contract';
import { refusalReason } from '../../../src/lib/decide/refusal-reason.js';

describe('the reason for which a run did not begin', () => {
  it('asks for another start where that helps: after a full disk, and after another orchestrator was quicker', () => {
    const worthAnother = failureCodes.filter((code) => exitCodeOf(refusalReason(code)) === 75);
    expect(worthAnother).toEqual(['disk_full', 'stale_epoch']);
  });

  it('needs a person for everything else', () => {
    const others = failureCodes.filter((code) => code !== 'disk_full' && code !== 'stale_epoch');
    expect(others.map((code) => exitCodeOf(refusalReason(code)))).toEqual(others.map(() => 1));
    expect(refusalReason('lease_held')).toBe('lease_held');
    expect(refusalReason('newer_version')).toBe('newer_checkpoint');
  });
});
