import { rmSync } from 'node:fs';
import { isSameProcess, processStartedAt } from '../../src/lib/perform/agents/process-identity.js';
import { LauncherWorkingCopy, until, waitFor } from '../support/launcher-working-copy.js';

let copy: LauncherWorkingCopy;
beforeEach(() => {
  copy = new LauncherWorkingCopy();
});
afterEach(() => copy.remove());

describe('a launcher that stops while it has work', () => {
  it('is replaced, which is told once, and its task is watched on', async () => {
    const orchestrator = await copy.connect({ answerWithinMs: 1_500 });
    const start = copy.start({ script: `echo "$KEY" >> "$LEDGER"; ${waitFor('go')}` });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    const stopped = copy.launcher();
    process.kill(stopped.pid, 'SIGSTOP');
    expect((await orchestrator.heard('reconnected')).attempts).toMatchObject([
      { key: start.key, state: 'running', pid },
    ]);
    expect(isSameProcess(stopped)).toBe(false);
    copy.signal('go');
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
    const troubles = orchestrator.events.flatMap((event) => (event.kind === 'trouble' ? [event.failure.message] : []));
    expect(troubles).toEqual([expect.stringMatching(/does not answer and is ended; its tasks go on/)]);
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('does not suspend the time limits of its tasks', async () => {
    const orchestrator = await copy.connect({ answerWithinMs: 1_500 });
    const start = copy.start({ script: 'sleep 61', timeoutMs: 2_000 });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    process.kill(copy.launcher().pid, 'SIGSTOP');
    expect(await orchestrator.outcome(start.key)).toMatchObject({ timedOut: true });
    expect(processStartedAt(pid)).toBeNull();
  });

  it('is ended also when nobody can find it any more, so that it starts nothing when it wakes up', async () => {
    const orchestrator = await copy.connect({ answerWithinMs: 1_500 });
    const running = copy.start({ script: waitFor('go') });
    orchestrator.start(running);
    await orchestrator.heard('started', running.key);
    const stopped = copy.launcher();
    process.kill(stopped.pid, 'SIGSTOP');
    rmSync(copy.launchers, { recursive: true });
    const start = copy.start();
    orchestrator.start(start);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
    expect(isSameProcess(stopped)).toBe(false);
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('starts nothing when it comes back and another one with its number has followed', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start();
    const woken = copy.launcher();
    process.kill(woken.pid, 'SIGSTOP');
    orchestrator.start(start);
    // It would have the other launcher start it.
    await orchestrator.close();
    rmSync(copy.launchers, { recursive: true });
    const next = await copy.connect({ scope: 'graph/other' });
    expect(copy.launcher().launcherId).toBe(woken.launcherId);
    process.kill(woken.pid, 'SIGCONT');
    await until(() => !isSameProcess(woken));
    expect(copy.ledger()).toEqual([]);
    const other = copy.start();
    next.start(other);
    expect((await next.outcome(other.key)).exit).toEqual({ kind: 'code', code: 0 });
  });

  it('leaves what it was told last to the one that has followed, which does it once', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start();
    const woken = copy.launcher();
    process.kill(woken.pid, 'SIGSTOP');
    orchestrator.start(start);
    rmSync(copy.launchers, { recursive: true });
    await copy.connect({ scope: 'graph/other' });
    process.kill(woken.pid, 'SIGCONT');
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
    expect(isSameProcess(woken)).toBe(false);
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('was not stuck when the orchestrator was stopped as long: it stays', async () => {
    const orchestrator = await copy.connect({ answerWithinMs: 1_500 });
    const start = copy.start({ script: waitFor('go') });
    orchestrator.start(start);
    await orchestrator.heard('started', start.key);
    const launcher = copy.launcher();
    process.kill(launcher.pid, 'SIGSTOP');
    // This process does not run for a while either; the launcher wakes up a moment after it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
    setImmediate(() => process.kill(launcher.pid, 'SIGCONT'));
    copy.signal('go');
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
    expect(copy.launcher().pid).toBe(launcher.pid);
  });
});
