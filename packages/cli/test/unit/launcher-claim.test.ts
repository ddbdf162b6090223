import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LauncherDescriptor } from '@ginkoai/contract';
import {
  claimLauncher,
  earlierClaims,
  livingLauncher,
  newestClaim,
  removeClaim,
  removeOldDrafts,
} from '../../src/lib/perform/agents/launcher-claim.js';
import { ownIdentity } from '../../src/lib/perform/agents/process-identity.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ginko-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const living = (launcherId: number): LauncherDescriptor => ({
  protocol: 1,
  launcherId,
  ...ownIdentity(),
  socket: join(folder, `${launcherId}.sock`),
  token: 'token',
});
const dead = (launcherId: number): LauncherDescriptor => ({ ...living(launcherId), processStartedAt: '1' });

describe('the claim to be the launcher', () => {
  it('goes to one process, as long as it lives', () => {
    expect(livingLauncher(folder)).toBeNull();
    expect(claimLauncher(folder, living)).toEqual(living(1));
    expect(claimLauncher(folder, living)).toBeNull();
    expect(livingLauncher(folder)).toEqual(living(1));
    expect(statSync(join(folder, '1.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['1.json']);
  });

  it('of a process that is gone passes to the next number', () => {
    claimLauncher(folder, dead);
    expect(livingLauncher(folder)).toBeNull();
    expect(claimLauncher(folder, living)).toEqual(living(2));
    expect(earlierClaims(folder, 2)).toEqual([{ launcherId: 1, descriptor: dead(1) }]);
    removeClaim(folder, 1);
    expect(newestClaim(folder)?.launcherId).toBe(2);
  });

  it('leaves no draft behind, even of a process that was killed on the way', () => {
    const draft = join(folder, '.claim-0123456789abcdef');
    writeFileSync(draft, '');
    removeOldDrafts(folder, Date.now());
    expect(readdirSync(folder)).toHaveLength(1);
    removeOldDrafts(folder, Date.now() + 120_000);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a damaged file is over, but its number is not given again', () => {
    writeFileSync(join(folder, '8.json'), '');
    expect(newestClaim(folder)).toEqual({ launcherId: 8, descriptor: null });
    expect(claimLauncher(folder, living)).toEqual(living(9));
  });

  it('is lost to a rival that took the number first', () => {
    const rival = claimLauncher(folder, (launcherId) => {
      // Between the look and the claim another process takes the same number.
      if (launcherId === 1) expect(claimLauncher(folder, living)).toEqual(living(1));
      return { ...living(launcherId), token: 'rival' };
    });
    expect(rival).toBeNull();
    expect(livingLauncher(folder)?.token).toBe('token');
  });

  it('is given back when a later launcher came and the number had become free again', () => {
    const slow = claimLauncher(folder, (launcherId) => {
      if (launcherId === 1) {
        claimLauncher(folder, dead);
        claimLauncher(folder, living);
        removeClaim(folder, 1);
      }
      return { ...living(launcherId), token: 'slow' };
    });
    expect(slow).toBeNull();
    expect(livingLauncher(folder)).toEqual(living(2));
  });
});
