import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { launcherProtocol, unwrap, type LauncherExit } from '@ginkoai/contract';
import { connectLaunchers, type LauncherOptions } from '../../src/lib/perform/agents/launcher-client.js';
import { wakeLauncher } from '../../src/lib/perform/agents/launcher-reach.js';
import { isSameProcess, processStartedAt } from '../../src/lib/perform/agents/process-identity.js';
import { LauncherWorkingCopy, until, waitFor } from '../support/launcher-working-copy.js';

let copy: LauncherWorkingCopy;
beforeEach(() => {
  copy = new LauncherWorkingCopy();
});
afterEach(() => copy.remove());

const second: Partial<LauncherOptions> = { epoch: 2, orchestratorId: 'orchestrator-2' };

describe('the launcher', () => {
  it('runs a command with its text on stdin, its environment and its folder, and tells every step', async () => {
    const orchestrator = await copy.connect({ env: { ...process.env, BASE: 'base', GINKO_GRAPH_TOKEN: 'secret' } });
    const start = copy.start({
      script: 'cat; pwd; echo "$BASE $EXTRA $GINKO_IDEMPOTENCY_KEY [$GINKO_GRAPH_TOKEN]"; echo oops >&2; exit 3',
      env: { EXTRA: 'extra' },
    });
    orchestrator.start(start);
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome).toMatchObject({ exit: { kind: 'code', code: 3 }, timedOut: false, stopped: false });
    expect(outcome.verify).toBeUndefined();
    expect(orchestrator.events.map(({ kind }) => kind)).toEqual(['accepted', 'started', 'finished']);
    expect(copy.output(start.key)).toBe(`# The task\n${copy.root}\nbase extra ${start.key} []\noops\n`);
    expect(statSync(copy.outputPath(start.key)).mode & 0o777).toBe(0o600);
  });

  it('is connected to by the orchestrator that has woken it, and not started again while it lives', async () => {
    const woken = unwrap(wakeLauncher({ root: copy.root, idleMs: 600_000 }));
    expect(woken).toBeDefined();
    const orchestrator = await copy.connect({ woken });
    expect(unwrap(wakeLauncher({ root: copy.root }))).toBeUndefined();
    const start = copy.start();
    orchestrator.start(start);
    await orchestrator.outcome(start.key);
    expect(readdirSync(copy.launchers).filter((name) => name.endsWith('.json'))).toEqual(['1.json']);
  });

  it('makes nothing anew in a working copy that is deleted while it is being started', async () => {
    const woken = unwrap(wakeLauncher({ root: copy.root }));
    rmSync(join(copy.root, '.ginko'), { recursive: true });
    await until(() => woken?.hasEnded() === true);
    expect(woken?.hasFailed()).toBe(false);
    expect(existsSync(join(copy.root, '.ginko'))).toBe(false);
  });

  it('says by which signal a command ended', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: 'kill -KILL $$' });
    orchestrator.start(start);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'signal', signal: 'SIGKILL' });
  });

  it('starts a key once, however often it is sent', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `echo "$KEY" >> "$LEDGER"; ${waitFor('go')}` });
    orchestrator.start(start);
    orchestrator.start(start);
    await orchestrator.heard('started', start.key);
    orchestrator.start(start);
    copy.signal('go');
    await orchestrator.outcome(start.key);
    orchestrator.start(start);
    await until(() => orchestrator.events.filter(({ kind }) => kind === 'finished').length >= 2);
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('lets tasks go on without an orchestrator, and gives them to the next one', async () => {
    const first = await copy.connect();
    const [running, ended] = [copy.start({ script: `echo "$KEY" >> "$LEDGER"; ${waitFor('go')}` }), copy.start()];
    first.start(running);
    first.start(ended);
    await first.heard('started', running.key);
    await first.outcome(ended.key);
    await first.close();
    const next = await copy.connect(second);
    expect(next.attempts).toMatchObject([
      { key: running.key, state: 'running' },
      { key: ended.key, state: 'finished', outcome: { exit: { kind: 'code', code: 0 } } },
    ]);
    copy.signal('go');
    expect((await next.outcome(running.key)).exit).toEqual({ kind: 'code', code: 0 });
    expect(copy.ledger().sort()).toEqual([running.key, ended.key].sort());
  });

  it('forgets what the orchestrator has recorded, and nothing that still runs', async () => {
    const first = await copy.connect();
    const [running, ended] = [copy.start({ script: waitFor('go') }), copy.start()];
    first.start(running);
    first.start(ended);
    await first.outcome(ended.key);
    first.forget([running.key, ended.key]);
    await first.close();
    const next = await copy.connect(second);
    expect(next.attempts.map(({ key }) => key)).toEqual([running.key]);
  });

  it('ends by itself when nobody needs it, leaving no socket and no journal', async () => {
    const orchestrator = await copy.connect({ idleMs: 500 });
    const start = copy.start();
    orchestrator.start(start);
    await orchestrator.outcome(start.key);
    orchestrator.forget([start.key]);
    const launcher = copy.launcher();
    await orchestrator.close();
    await until(() => !isSameProcess(launcher));
    expect(readdirSync(copy.launchers).sort()).toEqual([`${launcher.launcherId}.json`, 'launcher.log']);
    expect(readFileSync(join(copy.launchers, 'launcher.log'), 'utf8')).toBe('');
    const again = await copy.connect();
    expect(again.attempts).toEqual([]);
    expect(copy.launcher().launcherId).toBe(launcher.launcherId + 1);
  });

  it('keeps what was not forgotten for the next launcher', async () => {
    const orchestrator = await copy.connect({ idleMs: 500 });
    const start = copy.start({ script: 'exit 7' });
    orchestrator.start(start);
    await orchestrator.outcome(start.key);
    const launcher = copy.launcher();
    await orchestrator.close();
    await until(() => !isSameProcess(launcher));
    const next = await copy.connect(second);
    expect(next.attempts).toMatchObject([{ state: 'finished', outcome: { exit: { code: 7 } } }]);
  });

  it('ends when its folder is removed, since nobody can find it any more', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: waitFor('go') });
    orchestrator.start(start);
    await orchestrator.heard('started', start.key);
    const launcher = copy.launcher();
    await orchestrator.close();
    rmSync(copy.launchers, { recursive: true });
    await until(() => !isSameProcess(launcher));
  });

  it('is one only, however many orchestrators start at once', async () => {
    const scopes = ['a', 'b', 'c', 'd'];
    const orchestrators = await Promise.all(scopes.map((scope) => copy.connect({ scope })));
    const starts = orchestrators.map((orchestrator) => {
      const start = copy.start({ script: 'echo $PPID >> "$LEDGER"' });
      orchestrator.start(start);
      return orchestrator.outcome(start.key);
    });
    await Promise.all(starts);
    expect(new Set(copy.ledger())).toEqual(new Set([String(copy.launcher().pid)]));
  });

  it('keeps the orchestrators of different epics apart', async () => {
    const one = await copy.connect({ scope: 'graph/one', epoch: 5 });
    const start = copy.start({ script: waitFor('go') });
    one.start(start);
    await one.heard('started', start.key);
    const two = await copy.connect({ scope: 'graph/two', epoch: 1, orchestratorId: 'other' });
    expect(two.attempts).toEqual([]);
    two.stop(start.key, 0);
    two.forget([start.key]);
    two.start(start);
    const refused = await two.heard('refused', start.key);
    expect(refused.failure.message).toMatch(/belongs to another scope/);
    copy.signal('go');
    expect(await one.outcome(start.key)).toMatchObject({ exit: { kind: 'code', code: 0 }, stopped: false });
  });

  it('does 200 quick tasks, ten at a time, and loses none', async () => {
    const orchestrator = await copy.connect();
    const starts = Array.from({ length: 200 }, () => copy.start());
    const waiting = [...starts];
    const workOff = async (): Promise<void> => {
      for (let start = waiting.shift(); start !== undefined; start = waiting.shift()) {
        orchestrator.start(start);
        expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
      }
    };
    await Promise.all(Array.from({ length: 10 }, workOff));
    expect(copy.ledger().sort()).toEqual(starts.map(({ key }) => key).sort());
  });

  it('works in a folder whose path is too long for a socket', async () => {
    const deep = new LauncherWorkingCopy('d'.repeat(60) + '/' + 'e'.repeat(60));
    try {
      const orchestrator = await deep.connect();
      const start = deep.start();
      orchestrator.start(start);
      expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
      const { socket } = deep.launcher();
      expect(socket.startsWith(deep.root)).toBe(false);
      expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700);
      await deep.killLauncher();
      await orchestrator.heard('reconnected');
      expect(() => statSync(socket)).toThrow();
    } finally {
      await deep.remove();
    }
  });

  it('is reached by its owner only', async () => {
    await copy.connect();
    const { launcherId } = copy.launcher();
    expect(statSync(copy.launchers).mode & 0o777).toBe(0o700);
    for (const name of [`${launcherId}.json`, `${launcherId}.ndjson`, 'launcher.log']) {
      expect(statSync(join(copy.launchers, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('does not write the environment of agents to disk', async () => {
    const orchestrator = await copy.connect({ env: { ...process.env, API_KEY: 'not-for-the-disk' } });
    const start = copy.start({
      script: 'test "$API_KEY" = not-for-the-disk',
      verify: { argv: ['true'], timeoutMs: 9_000 },
    });
    orchestrator.start(start);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
    for (const name of readdirSync(copy.launchers).filter((entry) => !entry.endsWith('.sock'))) {
      expect(readFileSync(join(copy.launchers, name), 'utf8')).not.toContain('not-for-the-disk');
    }
  });

  it('is not ended by a closed terminal or by Ctrl-C', async () => {
    const orchestrator = await copy.connect();
    const launcher = copy.launcher();
    process.kill(launcher.pid, 'SIGHUP');
    process.kill(launcher.pid, 'SIGINT');
    const start = copy.start();
    orchestrator.start(start);
    await orchestrator.outcome(start.key);
    expect(isSameProcess(launcher)).toBe(true);
  });
});

describe('fences', () => {
  it('refuse an orchestrator with an older epoch', async () => {
    await copy.connect(second);
    const late = await connectLaunchers(copy.options({ epoch: 1 }));
    expect(late).toMatchObject({ ok: false, failure: { code: 'stale_epoch' } });
    expect(!late.ok && late.failure.message).toMatch(/orchestrator-1 \(epoch 1\) was followed by orchestrator-2/);
  });

  it('refuse an older epoch also after the launcher was killed', async () => {
    const orchestrator = await copy.connect(second);
    const start = copy.start();
    orchestrator.start(start);
    await orchestrator.outcome(start.key);
    await orchestrator.close();
    await copy.killLauncher();
    expect(await connectLaunchers(copy.options({ epoch: 1 }))).toMatchObject({ failure: { code: 'stale_epoch' } });
  });

  it('refuse an orchestrator that was followed by another one of the same epoch', async () => {
    const first = await copy.connect();
    await copy.connect({ orchestratorId: 'orchestrator-2' });
    await first.heard('superseded');
    expect(await connectLaunchers(copy.options())).toMatchObject({ failure: { code: 'stale_epoch' } });
  });

  it('tell an orchestrator who took over, and start nothing for it any more', async () => {
    const first = await copy.connect();
    await copy.connect(second);
    const start = copy.start();
    first.start(start);
    const { failure } = await first.heard('superseded');
    expect(failure).toMatchObject({ code: 'stale_epoch' });
    expect(failure.message).toMatch(/orchestrator-2 \(epoch 2\) took over/);
    const third = await copy.connect({ epoch: 3, orchestratorId: 'orchestrator-3' });
    expect(third.attempts).toEqual([]);
    expect(copy.ledger()).toEqual([]);
  });

  it('refuse a start that was on its way when another orchestrator said hello', async () => {
    const late = await RawConnection.open(copy);
    await late.hello({ epoch: 1, orchestratorId: 'late' });
    await copy.connect(second);
    const start = copy.start();
    late.send({ kind: 'start', start });
    expect(await late.next('refused')).toMatchObject({ code: 'stale_connection' });
    await late.closed;
    const third = await copy.connect({ epoch: 3, orchestratorId: 'orchestrator-3' });
    expect(third.attempts).toEqual([]);
    expect(copy.ledger()).toEqual([]);
  });

  it('rise with a lease that is granted later', async () => {
    const orchestrator = await copy.connect({ epoch: 0 });
    orchestrator.raiseEpoch(4);
    await orchestrator.heard('reconnected');
    expect(await connectLaunchers(copy.options({ epoch: 3, orchestratorId: 'x' }))).toMatchObject({ ok: false });
    const start = copy.start();
    orchestrator.start(start);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
  });
});

describe('a connection', () => {
  it('without the token is refused', async () => {
    const stranger = await RawConnection.open(copy);
    stranger.send({
      kind: 'hello',
      protocol: launcherProtocol,
      token: 'guess',
      scope: 's',
      epoch: 9,
      orchestratorId: 'o',
      env: {},
    });
    expect(await stranger.next('refused')).toMatchObject({ code: 'wrong_token' });
    await stranger.closed;
    expect((await copy.connect()).attempts).toEqual([]);
  });

  it('of another version is refused in words that tell what to do', async () => {
    const stranger = await RawConnection.open(copy);
    stranger.send({ ...stranger.helloMessage({}), protocol: 99 });
    expect((await stranger.next('refused')).message).toMatch(/speaks protocol 2, not 99\. Let that version finish/);
  });

  it.each(['this is no JSON', '{"kind":"dance"}', '{"kind":"start","start":{"key":"k"}}'])(
    'that sends %s is closed, and the launcher goes on',
    async (line) => {
      const stranger = await RawConnection.open(copy);
      await stranger.hello({});
      stranger.sendText(line);
      expect(await stranger.next('refused')).toMatchObject({ code: 'bad_request' });
      await stranger.closed;
      const orchestrator = await copy.connect(second);
      const start = copy.start();
      orchestrator.start(start);
      expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
    },
  );

  it('cannot start a task without its key in the environment', async () => {
    const orchestrator = await copy.connect();
    expect(() => orchestrator.start({ ...copy.start(), env: {} })).toThrow(/GINKO_IDEMPOTENCY_KEY/);
  });
});

describe('a command that cannot be started', () => {
  const cases = {
    'is not there': { argv: ['no-such-program-4711'], says: /"no-such-program-4711" was not found\. Install it/ },
    'may not be executed': {
      argv: ['./plain.txt'],
      says: /"\.\/plain\.txt" may not be executed \(EACCES\)\. Make it exec/,
    },
    'has a folder that is not there': { cwd: '/no/such/folder', says: /its folder \/no\/such\/folder is not there/ },
    'has no text': {
      stdinFile: '/no/such/task.md',
      says: /file \/no\/such\/task\.md .* could not be opened \(ENOENT\)/,
    },
    'has a zero byte in its arguments': { argv: ['echo', 'a\0b'], says: /zero byte\. Remove it/ },
    'has arguments beyond what the system takes': { argv: ['echo', 'x'.repeat(3_000_000)], says: /too long.*shorter/ },
  };

  it.each(Object.entries(cases))('because it %s: says so, and what to do', async (_, { says, ...options }) => {
    writeFileSync(join(copy.root, 'plain.txt'), 'no program');
    chmodSync(join(copy.root, 'plain.txt'), 0o644);
    const orchestrator = await copy.connect();
    const start = copy.start(options);
    orchestrator.start(start);
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome.exit).toMatchObject({ kind: 'not_started', reason: 'could_not_start' });
    expect(messageOf(outcome)).toMatch(says);
    expect(outcome.startedAt).toBeUndefined();
    expect(orchestrator.events.map(({ kind }) => kind)).toEqual(['accepted', 'finished']);
  });

  it('because its output is a link: says so, and leaves what the link names alone', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start();
    symlinkSync(copy.ledgerPath, start.outputFile);
    orchestrator.start(start);
    expect(messageOf(await orchestrator.outcome(start.key))).toMatch(/could not be opened \(ELOOP\)/);
    expect(copy.ledger()).toEqual([]);
  });
});

describe('ending an attempt', () => {
  it('at its time limit ends the whole group', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({
      script: 'sleep 60 & echo $! >> "$LEDGER"; sleep 61 & echo $! >> "$LEDGER"; wait',
      timeoutMs: 3_000,
    });
    orchestrator.start(start);
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome).toMatchObject({ exit: { kind: 'signal', signal: 'SIGTERM' }, timedOut: true, stopped: false });
    expect(copy.ledger()).toHaveLength(2);
    expect(copy.ledger().map((pid) => processStartedAt(Number(pid)))).toEqual([null, null]);
  });

  it('on request gives it time to end, then ends it for good', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({
      script: `trap 'echo asked' TERM; echo ready >> "$LEDGER"; while :; do sleep 0.02; done`,
    });
    orchestrator.start(start);
    await until(() => copy.ledger().length > 0);
    orchestrator.stop(start.key, 2_000);
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome).toMatchObject({ exit: { kind: 'signal', signal: 'SIGKILL' }, timedOut: false, stopped: true });
    expect(copy.output(start.key)).toMatch(/asked/);
  });

  it('leaves it the exit code it ends with', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `trap 'exit 9' TERM; echo ready >> "$LEDGER"; while :; do sleep 0.02; done` });
    orchestrator.start(start);
    await until(() => copy.ledger().length > 0);
    orchestrator.stop(start.key, 5_000);
    expect(await orchestrator.outcome(start.key)).toMatchObject({ exit: { kind: 'code', code: 9 }, stopped: true });
  });

  it('a second time can shorten the grace', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `trap '' TERM; echo ready >> "$LEDGER"; while :; do sleep 0.02; done` });
    orchestrator.start(start);
    await until(() => copy.ledger().length > 0);
    orchestrator.stop(start.key, 600_000);
    orchestrator.stop(start.key, 0);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'signal', signal: 'SIGKILL' });
  });

  it('is over only when nothing of its group runs any more', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({
      script:
        '(trap "sleep 0.2; exit" TERM; echo here >> "$LEDGER"; while :; do sleep 0.02; done) & while [ ! -s "$LEDGER" ]; do sleep 0.01; done; echo $! >> "$LEDGER"',
    });
    orchestrator.start(start);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'code', code: 0 });
    expect(processStartedAt(Number(copy.ledger()[1]))).toBeNull();
  });

  it('that was stopped on the way to its start does not start it', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start();
    // It hears of both at once.
    const { pid } = copy.launcher();
    process.kill(pid, 'SIGSTOP');
    orchestrator.start(start);
    orchestrator.stop(start.key, 0);
    process.kill(pid, 'SIGCONT');
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome.stopped).toBe(true);
    expect(outcome.exit).toMatchObject({ kind: 'not_started', reason: 'stopped' });
    expect(copy.ledger()).toEqual([]);
  });
});

describe('the verify command', () => {
  it('runs after a command that ended well, in the same folder and environment, into the same output', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({
      script: 'echo working',
      verify: { argv: ['sh', '-c', 'pwd; echo "verified $KEY"'], timeoutMs: 9_000 },
    });
    orchestrator.start(start);
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome.verify).toEqual({ exit: { kind: 'code', code: 0 }, timedOut: false });
    expect(orchestrator.events.map(({ kind }) => kind)).toEqual(['accepted', 'started', 'verifying', 'finished']);
    const heading = `--- verify: "sh" "-c" "pwd; echo \\"verified $KEY\\""`;
    expect(copy.output(start.key)).toBe(`working\n${heading}\n${copy.root}\nverified ${start.key}\n`);
  });

  it('that fails is told with its code', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ verify: { argv: ['sh', '-c', 'exit 4'], timeoutMs: 9_000 } });
    orchestrator.start(start);
    expect(await orchestrator.outcome(start.key)).toMatchObject({
      exit: { kind: 'code', code: 0 },
      verify: { exit: { kind: 'code', code: 4 }, timedOut: false },
    });
  });

  it('that takes too long is ended', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ verify: { argv: ['sleep', '60'], timeoutMs: 200 } });
    orchestrator.start(start);
    expect(await orchestrator.outcome(start.key)).toMatchObject({
      timedOut: false,
      verify: { exit: { kind: 'signal', signal: 'SIGTERM' }, timedOut: true },
    });
  });

  it('has no more time than the attempt has left', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ timeoutMs: 3_000, verify: { argv: ['sleep', '60'], timeoutMs: 60_000 } });
    orchestrator.start(start);
    expect(await orchestrator.outcome(start.key)).toMatchObject({ timedOut: true, verify: { timedOut: true } });
  });

  it('that cannot be started is told with the reason', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ verify: { argv: ['no-such-verify'], timeoutMs: 9_000 } });
    orchestrator.start(start);
    const { verify } = await orchestrator.outcome(start.key);
    expect(verify?.exit).toMatchObject({ kind: 'not_started', reason: 'could_not_start' });
    expect(verify && messageOf(verify)).toMatch(/"no-such-verify" was not found/);
  });

  it('is not run after a command that failed', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: 'exit 75', verify: { argv: ['touch', 'verified'], timeoutMs: 9_000 } });
    orchestrator.start(start);
    const outcome = await orchestrator.outcome(start.key);
    expect(outcome.exit).toEqual({ kind: 'code', code: 75 });
    expect(outcome.verify).toBeUndefined();
    expect(copy.has('verified')).toBe(false);
  });
});

function messageOf({ exit }: { readonly exit: LauncherExit }): string {
  return exit.kind === 'not_started' ? exit.message : '';
}

type RawMessage = Record<string, unknown>;

/** The protocol without the client, for what the client would never do. */
class RawConnection {
  readonly #heard: RawMessage[] = [];
  readonly closed: Promise<unknown>;

  private constructor(
    private readonly socket: Socket,
    private readonly token: string,
  ) {
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      const lines = (rest + String(text)).split('\n');
      rest = lines.pop() ?? '';
      this.#heard.push(...lines.map((line) => JSON.parse(line) as RawMessage));
    });
    this.closed = once(socket, 'close');
  }

  /** To a launcher that was started by somebody else. */
  static async open(copy: LauncherWorkingCopy): Promise<RawConnection> {
    await copy.connect({ scope: 'other' });
    const { socket: path, token } = copy.launcher();
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new RawConnection(socket, token);
  }

  helloMessage(hello: RawMessage): RawMessage {
    const { token } = this;
    return {
      kind: 'hello',
      protocol: launcherProtocol,
      token,
      scope: 'graph/epic',
      epoch: 1,
      orchestratorId: 'raw',
      env: {},
      ...hello,
    };
  }

  async hello(hello: RawMessage): Promise<void> {
    this.send(this.helloMessage(hello));
    await this.next('welcome');
  }

  send(message: RawMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(line: string): void {
    this.socket.write(`${line}\n`);
  }

  async next(kind: string): Promise<RawMessage> {
    const find = (): RawMessage | undefined => this.#heard.find((message) => message['kind'] === kind);
    await until(() => find() !== undefined);
    return find() ?? {};
  }
}
