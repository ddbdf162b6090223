import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LauncherRecord } from '@ginkoai/contract';
import type { LauncherOptions } from '../../src/lib/perform/agents/launcher-client.js';
import { encodeRecord } from '../../src/lib/perform/agents/launcher-journal.js';
import { currentBootId, processStartedAt } from '../../src/lib/perform/agents/process-identity.js';
import { LauncherWorkingCopy, until, waitFor } from '../support/launcher-working-copy.js';

let copy: LauncherWorkingCopy;
beforeEach(() => {
  copy = new LauncherWorkingCopy();
});
afterEach(() => copy.remove());

const second: Partial<LauncherOptions> = { epoch: 2, orchestratorId: 'orchestrator-2' };

describe('after kill -9 of the launcher', () => {
  it('the next one watches what still runs, and tells its end only when it is over', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `echo $$ >> "$LEDGER"; ${waitFor('go')}` });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    const killed = copy.launcher();
    await copy.killLauncher();
    const { attempts } = await orchestrator.heard('reconnected');
    expect(attempts).toMatchObject([{ key: start.key, state: 'running', pid }]);
    expect(copy.launcher().launcherId).toBe(killed.launcherId + 1);
    expect(processStartedAt(pid)).not.toBeNull();
    copy.signal('go');
    const outcome = await orchestrator.outcome(start.key);
    expect(processStartedAt(pid)).toBeNull();
    expect(outcome).toMatchObject({ exit: { kind: 'unknown' }, timedOut: false, stopped: false });
    expect(copy.ledger()).toEqual([String(pid)]);
  });

  it('what had ended before is told with its exit', async () => {
    const first = await copy.connect();
    const start = copy.start({ script: 'exit 5', verify: { argv: ['true'], timeoutMs: 9_000 } });
    first.start(start);
    const before = await first.outcome(start.key);
    await first.close();
    await copy.killLauncher();
    const next = await copy.connect(second);
    expect(next.attempts).toEqual([{ key: start.key, state: 'finished', outcome: before }]);
  });

  it('several times in a row nothing is started twice', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `echo "$KEY" >> "$LEDGER"; ${waitFor('go')}` });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    for (let kills = 1; kills <= 3; kills += 1) {
      await copy.killLauncher();
      await until(() => orchestrator.events.filter(({ kind }) => kind === 'reconnected').length >= kills);
    }
    copy.signal('go');
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
    expect(processStartedAt(pid)).toBeNull();
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('the time limit of what still runs is kept', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: 'sleep 61', timeoutMs: 4_000 });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    await copy.killLauncher();
    expect(await orchestrator.outcome(start.key)).toMatchObject({ exit: { kind: 'unknown' }, timedOut: true });
    expect(processStartedAt(pid)).toBeNull();
  });

  it('what still runs can be stopped', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `trap '' TERM; echo ready >> "$LEDGER"; ${waitFor('go')}` });
    orchestrator.start(start);
    await until(() => copy.ledger().length > 0);
    await copy.killLauncher();
    orchestrator.stop(start.key, 100);
    expect(await orchestrator.outcome(start.key)).toMatchObject({ exit: { kind: 'unknown' }, stopped: true });
  });

  it('what a command left running is ended before it counts as over', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `${waitFor('go')}; sleep 62 & echo $! >> "$LEDGER"` });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    await orchestrator.close();
    await copy.killLauncher();
    copy.signal('go');
    await until(() => processStartedAt(pid) === null);
    const left = Number(copy.ledger()[0]);
    expect(processStartedAt(left)).not.toBeNull();
    const next = await copy.connect(second);
    expect((await next.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
    expect(processStartedAt(left)).toBeNull();
  });

  it('a verify command whose exit nobody took is run again, after the earlier one has ended', async () => {
    const orchestrator = await copy.connect();
    const script = `echo begin >> "$LEDGER"; ${waitFor('go')}; sleep 0.1; echo end >> "$LEDGER"; exit 6`;
    const start = copy.start({ script: 'exit 0', verify: { argv: ['sh', '-c', script], timeoutMs: 9_000 } });
    orchestrator.start(start);
    await orchestrator.heard('verifying', start.key);
    await until(() => copy.ledger().length > 0);
    await copy.killLauncher();
    expect((await orchestrator.heard('reconnected')).attempts).toMatchObject([{ key: start.key, state: 'verifying' }]);
    copy.signal('go');
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome).toMatchObject({ exit: { kind: 'code', code: 0 }, verify: { exit: { kind: 'code', code: 6 } } });
    expect(copy.ledger()).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it('a start that was not answered is sent again, and the task runs once', async () => {
    const orchestrator = await copy.connect({ answerWithinMs: 1_500 });
    const starts = Array.from({ length: 10 }, () => copy.start());
    process.kill(copy.launcher().pid, 'SIGSTOP');
    for (const start of starts) orchestrator.start(start);
    await copy.killLauncher();
    for (const start of starts) await orchestrator.outcome(start.key);
    expect(copy.ledger().sort()).toEqual(starts.map(({ key }) => key).sort());
  });

  it('tasks in the midst of their start are either found or told apart', async () => {
    const orchestrator = await copy.connect();
    const starts = Array.from({ length: 40 }, () => copy.start({ script: 'echo "$KEY" >> "$LEDGER"; sleep 0.05' }));
    for (const start of starts) orchestrator.start(start);
    await orchestrator.heard('started');
    await copy.killLauncher();
    const outcomes = await Promise.all(starts.map(async ({ key }) => ({ key, ...(await orchestrator.outcome(key)) })));
    const ledger = copy.ledger();
    expect(new Set(ledger).size).toBe(ledger.length);
    const neverRan = outcomes.filter(({ exit }) => exit.kind === 'not_started').map(({ key }) => key);
    expect(ledger.filter((key) => neverRan.includes(key))).toEqual([]);
    for (const { exit, key } of outcomes) if (exit.kind === 'code') expect(ledger).toContain(key);
  });
});

describe('SIGTERM to the launcher', () => {
  it('leaves its tasks running for the next one', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: waitFor('go') });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    await copy.killLauncher('SIGTERM');
    expect((await orchestrator.heard('reconnected')).attempts).toMatchObject([{ state: 'running', pid }]);
    copy.signal('go');
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
  });
});

describe('a launcher that does not answer', () => {
  it('is replaced, so that it cannot wake up and start what another one was given', async () => {
    const orchestrator = await copy.connect({ answerWithinMs: 1_500 });
    const running = copy.start({ script: waitFor('go') });
    orchestrator.start(running);
    await orchestrator.heard('started', running.key);
    const stopped = copy.launcher();
    process.kill(stopped.pid, 'SIGSTOP');
    const start = copy.start();
    orchestrator.start(start);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
    expect(processStartedAt(stopped.pid)).toBeNull();
    expect(orchestrator.lines.join('\n')).toMatch(/does not answer and is ended; its tasks go on/);
    copy.signal('go');
    expect((await orchestrator.outcome(running.key)).exit).toEqual({ kind: 'unknown' });
    expect(copy.ledger()).toEqual([start.key]);
  });
});

describe('a journal of an earlier launcher', () => {
  const key = 'run-1/TASK-1/g1a1';
  const orphans: ChildProcess[] = [];
  afterEach(() => {
    for (const child of orphans.splice(0)) child.kill('SIGKILL');
  });
  const at = Date.now();

  it('with an attempt that was taken on but not started: the intent can be dropped', async () => {
    leave([accepted()]);
    const next = await copy.connect();
    const { exit } = await next.outcome(key);
    expect(exit).toMatchObject({ kind: 'not_started', reason: 'not_accepted' });
  });

  it('with an attempt that may have run for an instant: its exit is unknown', async () => {
    leave([accepted()]);
    writeFileSync(copy.outputPath(key), '');
    const next = await copy.connect();
    expect((await next.outcome(key)).exit).toEqual({ kind: 'unknown' });
  });

  if (process.platform === 'linux') {
    it('with an attempt whose start was not recorded: its process is found by the key', async () => {
      const agent = orphan(key);
      await once(agent, 'spawn');
      leave([accepted()]);
      const next = await copy.connect();
      expect(next.attempts).toMatchObject([{ key, state: 'running', pid: agent.pid }]);
      copy.signal('go');
      expect((await next.outcome(key)).exit).toEqual({ kind: 'unknown' });
      expect(processStartedAt(agent.pid ?? 0)).toBeNull();
    });

    it('whose process number belongs to somebody else by now: that one is left alone', async () => {
      const other = orphan('run-1/OTHER/g1a1');
      await once(other, 'spawn');
      const pid = other.pid ?? 0;
      leave([accepted(), { t: 'started', k: key, pid, from: '1', at }]);
      const next = await copy.connect();
      expect((await next.outcome(key)).exit).toEqual({ kind: 'unknown' });
      expect(processStartedAt(pid)).not.toBeNull();
    });
  }

  it('from before a reboot: exits are unknown, known ones stay, a verify command is made up for', async () => {
    const verify = {
      argv: ['sh', '-c', 'echo made up >> "$LEDGER"'],
      limit: 9_000,
      env: { LEDGER: copy.ledgerPath },
      cwd: copy.root,
    };
    const [running, exited, finished] = ['r/A/g1a1', 'r/B/g1a1', 'r/C/g1a1'] as const;
    leave(
      [
        accepted(running),
        { t: 'started', k: running, pid: process.pid, from: processStartedAt(process.pid) ?? '', at },
        { ...accepted(exited), verify },
        { t: 'started', k: exited, pid: process.pid, from: '1', at },
        { t: 'exited', k: exited, exit: { kind: 'code', code: 0 }, at },
        accepted(finished),
        { t: 'finished', k: finished, exit: { kind: 'code', code: 3 }, at },
      ],
      'another boot',
    );
    const next = await copy.connect();
    expect(next.attempts).toMatchObject([
      { key: running, state: 'finished', outcome: { exit: { kind: 'unknown' } } },
      { key: exited },
      { key: finished, state: 'finished', outcome: { exit: { kind: 'code', code: 3 } } },
    ]);
    expect((await next.outcome(exited)).verify?.exit).toEqual({ kind: 'code', code: 0 });
    expect(copy.ledger()).toEqual(['made up']);
  });

  it('with a line that was cut off: what stands before it counts', async () => {
    const first = await copy.connect();
    const start = copy.start({ script: 'exit 5' });
    first.start(start);
    await first.outcome(start.key);
    await first.close();
    const { launcherId } = copy.launcher();
    await copy.killLauncher();
    const path = join(copy.launchers, `${launcherId}.ndjson`);
    appendFileSync(path, encodeRecord({ t: 'forgotten', keys: [start.key] }).slice(0, -9));
    const next = await copy.connect(second);
    expect(next.attempts).toMatchObject([{ key: start.key, outcome: { exit: { code: 5 } } }]);
    expect(readdirSync(copy.launchers)).not.toContain('quarantine');
    expect(readFileSync(join(copy.launchers, 'launcher.log'), 'utf8')).toBe('');
  });

  it('that was cut off in the line of an exit: the exit is unknown, nothing is started again', async () => {
    const first = await copy.connect();
    const start = copy.start();
    first.start(start);
    await first.outcome(start.key);
    await first.close();
    const { launcherId } = copy.launcher();
    await copy.killLauncher();
    const path = join(copy.launchers, `${launcherId}.ndjson`);
    truncateSync(path, readFileSync(path).length - 5);
    const next = await copy.connect(second);
    expect((await next.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('that is damaged in the middle: what follows is kept apart, and said', async () => {
    const damaged = encodeRecord({ t: 'finished', k: key, exit: { kind: 'code', code: 0 }, at }).replace(
      'finished',
      'finishes',
    );
    leave([accepted()], currentBootId(), damaged + encodeRecord({ t: 'forgotten', keys: [key] }));
    const next = await copy.connect();
    expect((await next.outcome(key)).exit).toMatchObject({ kind: 'not_started' });
    expect(readdirSync(join(copy.launchers, 'quarantine'))).toHaveLength(1);
    expect(readFileSync(join(copy.launchers, 'launcher.log'), 'utf8')).toMatch(/7\.ndjson is damaged from line 3 on/);
  });

  function accepted(k = key): LauncherRecord & { t: 'accepted' } {
    return { t: 'accepted', k, scope: 'graph/epic', at, limit: 60_000, out: copy.outputPath(k) };
  }

  function leave(records: readonly LauncherRecord[], boot = currentBootId(), rest = ''): void {
    mkdirSync(copy.launchers, { recursive: true, mode: 0o700 });
    const header: LauncherRecord = { t: 'launcher', id: 7, pid: 1, from: '0', boot, at };
    writeFileSync(join(copy.launchers, '7.ndjson'), [header, ...records].map(encodeRecord).join('') + rest);
  }

  /** A process as a launcher that died would have left it. */
  function orphan(idempotencyKey: string): ChildProcess {
    const child = spawn('sh', ['-c', waitFor('go')], {
      detached: true,
      stdio: 'ignore',
      env: { ...process.env, DIR: copy.root, GINKO_IDEMPOTENCY_KEY: idempotencyKey },
    });
    orphans.push(child);
    return child;
  }
});
