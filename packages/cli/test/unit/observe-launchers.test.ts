import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap, type LauncherAttempt, type LauncherRecord } from '@ginkoai/contract';
import { encodeRecord } from '../../src/lib/perform/agents/launcher-journal.js';
import { observeLaunchers } from '../../src/lib/perform/agents/observe-launchers.js';
import { currentBootId, ownIdentity } from '../../src/lib/perform/agents/process-identity.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ginko-test-'));
  mkdirSync(join(root, '.ginko', 'launchers'), { recursive: true, mode: 0o700 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const accepted: LauncherRecord = {
  t: 'accepted',
  k: 'run-1/T/g1a1',
  scope: 's',
  at: 1,
  limit: 1_000,
  out: '/none/out',
};
const started: LauncherRecord = { t: 'started', k: 'run-1/T/g1a1', pid: 1, from: 'never', at: 2 };
const exited: LauncherRecord = { t: 'exited', k: 'run-1/T/g1a1', exit: { kind: 'code', code: 0 }, at: 3 };

/** What is seen of the one attempt in the journal of a launcher that is gone. */
async function seen(boot: string, ...records: readonly LauncherRecord[]): Promise<LauncherAttempt | undefined> {
  const first: LauncherRecord = { t: 'launcher', id: 1, pid: 1, from: 'never', boot, at: 0 };
  writeFileSync(join(root, '.ginko', 'launchers', '1.ndjson'), [first, ...records].map(encodeRecord).join(''));
  return unwrap(await observeLaunchers({ root, scope: 's', now: 9 }))[0];
}

const ended = (exit: object): object => ({ state: 'finished', outcome: expect.objectContaining({ exit }) as object });

describe('what a dry run sees of the attempts of a launcher that is gone', () => {
  it('is that one which was accepted only, and left no trace, was never started', async () => {
    const notStarted = expect.objectContaining({ kind: 'not_started', reason: 'not_accepted' }) as object;
    expect(await seen(currentBootId(), accepted)).toMatchObject(ended(notStarted));
  });

  it('is that one whose process is gone has ended unseen', async () => {
    expect(await seen(currentBootId(), accepted, started)).toMatchObject(ended({ kind: 'unknown' }));
  });

  it('is that one whose process lives is at work', async () => {
    const { pid, processStartedAt } = ownIdentity();
    expect(
      await seen(currentBootId(), accepted, { t: 'started', k: 'run-1/T/g1a1', pid, from: processStartedAt, at: 2 }),
    ).toMatchObject({ state: 'running', pid });
  });

  it('is that one whose exit was recorded has ended with it', async () => {
    expect(await seen(currentBootId(), accepted, started, exited)).toMatchObject(ended({ kind: 'code', code: 0 }));
  });

  it('is, after a reboot, what the next launcher will find: no process is left', async () => {
    expect(await seen('another-boot', accepted)).toMatchObject(ended({ kind: 'unknown' }));
    expect(await seen('another-boot', accepted, started)).toMatchObject(ended({ kind: 'unknown' }));
    expect(await seen('another-boot', accepted, started, exited)).toMatchObject(ended({ kind: 'code', code: 0 }));
  });
});
