import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { LockHolder } from '@ginkoai/contract';
import { ownIdentity, processStartedAt } from '../../src/lib/perform/agents/process-identity.js';
import { acquireLock } from '../../src/lib/perform/lock.js';
import { useTemporaryDirectory, valueOf } from '../support/history.js';

const us = (orchestratorId = 'orchestrator-1'): LockHolder => ({
  ...ownIdentity(),
  orchestratorId,
  epoch: 1,
  host: 'host-1',
  startedAt: '2026-01-05T10:00:00.000Z',
});

/** To the nanosecond, which Node cannot. */
function giveTimeOf(from: string, to: string): void {
  expect(spawnSync('touch', ['-r', from, to]).status).toBe(0);
  expect(statSync(to, { bigint: true }).mtimeNs).toBe(statSync(from, { bigint: true }).mtimeNs);
}

describe('the lock of an epic in a working copy', () => {
  const directory = useTemporaryDirectory();
  const path = (): string => join(directory(), 'lock');
  const acquire = (holder: LockHolder, force = false): ReturnType<typeof acquireLock> =>
    acquireLock({ directory: directory(), holder, force });

  it('is taken when it is free, and free again when it is released', async () => {
    const lock = valueOf(await acquire(us()));
    expect(lock.replaced).toBeUndefined();
    expect(lock.isStillOurs()).toBe(true);
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual(us());
    lock.release();
    expect(readdirSync(directory())).toEqual([]);
    expect(lock.isStillOurs()).toBe(false);
    lock.release();
  });

  it('is refused while its holder lives, naming it', async () => {
    valueOf(await acquire(us()));
    const second = await acquire(us('orchestrator-2'));
    expect(second).toMatchObject({ ok: false, failure: { code: 'local_lock_held', details: { holder: us() } } });
    if (second.ok) return;
    expect(second.failure.message).toContain('orchestrator-1');
    expect(second.failure.message).toContain(`process ${process.pid}`);
    expect(second.failure.message).toContain('since 2026-01-05T10:00:00.000Z');
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual(us());
  });

  it('is taken from a live holder by force; the holder notices, and does not remove it', async () => {
    const first = valueOf(await acquire(us()));
    const second = valueOf(await acquire(us('orchestrator-2'), true));
    expect(second.replaced).toEqual(us());
    expect(first.isStillOurs()).toBe(false);
    first.release();
    expect(second.isStillOurs()).toBe(true);
    expect(readdirSync(directory())).toEqual(['lock']);
  });

  it('is not ours any more once its file says somebody else, and is again when it says us, whoever wrote that', async () => {
    const lock = valueOf(await acquire(us()));
    const text = readFileSync(path(), 'utf8');
    writeFileSync(path(), text.replace('orchestrator-1', 'another-orchestrator'));
    expect([lock.isStillOurs(), lock.takenBy()?.orchestratorId]).toEqual([false, 'another-orchestrator']);
    rmSync(path());
    expect([lock.isStillOurs(), lock.takenBy()]).toEqual([false, undefined]);
    writeFileSync(path(), text);
    expect(lock.isStillOurs()).toBe(true);
    lock.release();
    expect(readdirSync(directory())).toEqual([]);
  });

  it.each([
    ['in the same file, as long, at another time', { isNewFile: false, more: '', isSameTime: false }],
    ['in the same file, longer, at the same time', { isNewFile: false, more: ' ', isSameTime: true }],
    ['in another file, as long, at the same time', { isNewFile: true, more: '', isSameTime: true }],
  ])('is not ours once another holder stands %s', async (_, { isNewFile, more, isSameTime }) => {
    const lock = valueOf(await acquire(us()));
    const text = readFileSync(path(), 'utf8').replace('orchestrator-1', 'orchestrator-2') + more;
    const asItWas = join(directory(), 'as-it-was');
    giveTimeOf(path(), asItWas);
    // Beside it: the number of a removed file could be given to the next one.
    if (isNewFile) renameSync(path(), join(directory(), 'aside'));
    writeFileSync(path(), text);
    if (isSameTime) giveTimeOf(asItWas, path());
    else utimesSync(path(), 1, 1);
    expect([lock.isStillOurs(), lock.takenBy()?.orchestratorId]).toEqual([false, 'orchestrator-2']);
    lock.release();
    expect(existsSync(path())).toBe(true);
  });

  it('leaves no file open when it is released, ours or not', async () => {
    const openLocks = (): string[] =>
      readdirSync('/proc/self/fd')
        .map((fd) => join('/proc/self/fd', fd))
        // The one that listed them is closed by now.
        .filter((fd) => lstatSync(fd, { throwIfNoEntry: false }) !== undefined)
        .filter((fd) => readlinkSync(fd).startsWith(path()));
    const first = valueOf(await acquire(us()));
    const second = valueOf(await acquire(us('orchestrator-2'), true));
    expect(openLocks()).toHaveLength(2);
    first.release();
    second.release();
    second.release();
    expect(openLocks()).toEqual([]);
  });

  it('is taken from a process that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const holder = { ...us('orchestrator-0'), pid, processStartedAt: processStartedAt(pid) ?? '' };
    const lock = valueOf(await acquire(holder));
    expect(await acquire(us())).toMatchObject({ ok: false, failure: { code: 'local_lock_held' } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(valueOf(await acquire(us())).replaced).toEqual(holder);
    expect(lock.isStillOurs()).toBe(false);
  });

  it.each([
    ['of another boot', { bootId: 'another boot' }],
    ['whose pid is another process by now', { processStartedAt: 'long ago' }],
  ])('is taken from a holder %s', async (_, fields) => {
    const holder = { ...us('orchestrator-0'), ...fields };
    valueOf(await acquire(holder));
    expect(valueOf(await acquire(us())).replaced).toEqual(holder);
  });

  it.each([
    ['is empty', () => writeFileSync(path(), '')],
    ['is cut off', () => writeFileSync(path(), JSON.stringify(us()).slice(0, 40))],
    ['is hostile', () => writeFileSync(path(), '{"__proto__":{}}')],
    ['is a symbolic link', () => symlinkSync('/etc/hostname', path())],
  ])('is taken when the file %s', async (_, make) => {
    make();
    const lock = valueOf(await acquire(us()));
    expect(lock.isStillOurs()).toBe(true);
    expect(lock.replaced).toBeUndefined();
    expect(readdirSync(directory())).toEqual(['lock']);
  });

  it('is given to one of many that find a dead holder at the same time', async () => {
    valueOf(await acquire({ ...us('orchestrator-0'), bootId: 'another boot' }));
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => acquire(us(`orchestrator-${index + 1}`))),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(readdirSync(directory())).toEqual(['lock']);
  });

  it('says what to do when the folder is gone', async () => {
    const result = await acquireLock({ directory: join(directory(), 'gone'), holder: us() });
    expect(result).toMatchObject({ ok: false, failure: { code: 'file_unwritable' } });
    expect(existsSync(join(directory(), 'gone'))).toBe(false);
  });
});
