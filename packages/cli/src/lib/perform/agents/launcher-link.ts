import {
  failed,
  fromLauncherSchema,
  launcherProtocol,
  launcherStartSchema,
  ok,
  unreachable,
  type Failure,
  type FromLauncher,
  type FromLauncherOf,
  type LauncherAttempt,
  type LauncherDescriptor,
  type LauncherHolder,
  type LauncherOpenAttempt,
  type LauncherStart,
  type Millis,
  type Result,
  type ToLauncher,
} from '@ginkoai/contract';
import { hostName } from '../project.js';
import { Heartbeat } from './heartbeat.js';
import { isNamed } from './launcher-claim.js';
import type { LauncherEvent, LauncherOptions } from './launcher-client.js';
import { launcherDirectory } from './launcher-files.js';
import { failureOf, lostTrackOf, silenceOf } from './launcher-failure.js';
import { endSilentLauncher, reachLauncher, type ReachedLauncher, type StartedLauncher } from './launcher-reach.js';
import { LineSocket } from './line-socket.js';
import { OpenAttempts } from './open-attempts.js';
import { afterOwnTime } from './own-time.js';
import { ownIdentity } from './process-identity.js';

/** It answers within milliseconds; this is for a machine that can hardly breathe. */
const defaultAnswerWithinMs = 10_000;
const beatMs = 3_000;
const secretNames = new Set(['GINKO_GRAPH_TOKEN']);
const firstPauseMs = 50;
const longestPauseMs = 5_000;
/** A connection that lasted so long starts the pauses between attempts to reconnect anew. */
const steadyAfterMs = 1_000;
const closeWithinMs = 1_000;
/** How often a launcher may fail to welcome before the connection is given up. */
const mostHandshakes = 3;

type Welcome = FromLauncherOf<'welcome'>;

/** One connection after the other to whatever launcher lives, for one orchestrator. */
export class LauncherLink {
  #epoch: number;
  #socket: LineSocket | undefined;
  /** Starts and stops that were not answered yet: they are sent again over a new connection. */
  readonly #starts = new Map<string, LauncherStart>();
  readonly #stops = new Map<string, Millis>();
  /** Of the launcher that is connected, or was. */
  #descriptor: LauncherDescriptor | undefined;
  readonly #open = new OpenAttempts();
  readonly #heartbeat: Heartbeat;
  /** What a person should know, until the caller can hear it. */
  #troubles: Failure[] = [];
  #isHeard = false;
  /** What is told after the attempts of a welcome, which take a moment to get to the caller. */
  #held: LauncherEvent[] | undefined;
  #ended = false;
  #closed: Promise<void> = Promise.resolve();
  readonly #env: Record<string, string>;
  readonly #holder: LauncherHolder = { host: hostName(), ...ownIdentity() };
  readonly #answerWithinMs: Millis;
  #woken: StartedLauncher | undefined;

  constructor(private readonly options: LauncherOptions) {
    this.#epoch = options.epoch;
    this.#woken = options.woken;
    this.#env = environmentOf(options.env);
    this.#answerWithinMs = options.answerWithinMs ?? defaultAnswerWithinMs;
    this.#heartbeat = new Heartbeat({
      everyMs: Math.min(beatMs, this.#answerWithinMs),
      answerWithinMs: this.#answerWithinMs,
      isNeeded: () => this.#socket !== undefined && this.#open.size > 0,
      ask: () => this.send({ kind: 'ping' }),
      onSilence: () => this.#giveUp(),
    });
  }

  async open(): Promise<Result<Welcome>> {
    for (let handshakes = 1; ; handshakes += 1) {
      const { root, idleMs } = this.options;
      const onSilent = (descriptor: LauncherDescriptor): void => this.#tellOfSilence(descriptor);
      const woken = this.#woken;
      this.#woken = undefined;
      const reached = await reachLauncher({ root, idleMs, woken, answerWithinMs: this.#answerWithinMs, onSilent });
      if (!reached.ok) return reached;
      const welcome = await this.#greet(reached.value);
      if (typeof welcome !== 'string') return welcome;
      if (handshakes >= mostHandshakes) {
        return failed(
          'agent_not_started',
          `The launcher does not answer: ${welcome}. Its log is in ${root}/.ginko/launchers.`,
        );
      }
      this.#log(`The launcher gave no welcome: ${welcome}.`);
    }
  }

  start(start: LauncherStart): void {
    const checked = launcherStartSchema.parse(start);
    this.#starts.set(checked.key, checked);
    this.#open.started(checked, isoNow());
    this.send({ kind: 'start', start: checked });
    this.#heartbeat.begin();
  }

  adopt(attempts: readonly LauncherOpenAttempt[]): void {
    if (attempts.length === 0) return;
    this.#open.add(attempts);
    this.send({ kind: 'adopt', attempts: [...attempts] });
    this.#heartbeat.begin();
  }

  stop(key: string, graceMs: Millis): void {
    this.#stops.set(key, graceMs);
    this.send({ kind: 'stop', key, graceMs });
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#starts.delete(key);
      this.#stops.delete(key);
      this.#open.close(key);
    }
    this.send({ kind: 'forget', keys: [...keys] });
  }

  raiseEpoch(epoch: number): void {
    this.#epoch = Math.max(this.#epoch, epoch);
    if (this.#descriptor !== undefined) this.send(this.#hello(this.#descriptor.token));
  }

  /** Without a connection nothing is sent: what has to arrive is sent again over the next one. */
  send(message: ToLauncher): void {
    this.#socket?.send(message);
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#heartbeat.stop();
    this.#socket?.end();
    const giveUp = setTimeout(() => this.#socket?.cut('closed'), closeWithinMs);
    await this.#closed;
    clearTimeout(giveUp);
  }

  /** What was wrong while the connection was made; from then on it is told as it happens. */
  takeTroubles(): readonly Failure[] {
    this.#isHeard = true;
    return this.#troubles.splice(0);
  }

  /** Tells what came after the welcome. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.options.onMessage(event);
  }

  #hello(token: string): ToLauncher {
    const { scope, orchestratorId } = this.options;
    return {
      kind: 'hello',
      protocol: launcherProtocol,
      token,
      scope,
      epoch: this.#epoch,
      orchestratorId,
      holder: this.#holder,
      env: this.#env,
    };
  }

  /** Says hello over a new connection; a string says why there was neither a welcome nor a refusal. */
  #greet({ descriptor, socket }: ReachedLauncher): Promise<Result<Welcome> | string> {
    return new Promise((resolve) => {
      const openedAt = performance.now();
      let isWelcome = false;
      let closed: () => void = () => undefined;
      this.#closed = new Promise((done) => (closed = done));
      const stopWaiting = afterOwnTime(this.#answerWithinMs, () => {
        endSilentLauncher(descriptor, (ended) => this.#tellOfSilence(ended));
        connection.cut('it does not answer');
      });
      const connection = new LineSocket({
        socket,
        onLine: (line) => {
          const message = fromLauncherSchema.safeParse(parseJson(line)).data;
          if (message === undefined) return connection.cut('it sent a message that cannot be understood');
          if (isWelcome) {
            this.#heartbeat.heard();
            return this.#take(message);
          }
          stopWaiting();
          if (message.kind === 'refused') resolve({ ok: false, failure: failureOf(message) });
          if (message.kind !== 'welcome') return;
          isWelcome = true;
          this.#held = [];
          this.#socket = connection;
          this.#descriptor = descriptor;
          this.#welcomed(message);
          resolve(ok(message));
        },
        onClose: (reason) => {
          stopWaiting();
          closed();
          resolve(reason);
          if (isWelcome) void this.#reconnect({ reason, steady: performance.now() - openedAt > steadyAfterMs });
        },
      });
      connection.send(this.#hello(descriptor.token));
    });
  }

  #welcomed({ attempts, warnings }: Welcome): void {
    this.#open.listed(attempts, isoNow());
    if (this.#open.size > 0) this.#heartbeat.begin();
    for (const message of warnings) this.#trouble({ code: 'bad_state', message });
  }

  #take(message: FromLauncher): void {
    switch (message.kind) {
      case 'pong':
        return;
      case 'welcome':
        return this.#tell({ kind: 'reconnected', attempts: message.attempts });
      case 'accepted':
        this.#starts.delete(message.key);
        return this.#tell({ kind: 'accepted', key: message.key });
      case 'started':
        this.#open.running(message.key, { pid: message.pid, processStartedAt: message.processStartedAt });
        this.#starts.delete(message.key);
        return this.#tell(message);
      case 'verifying':
        this.#starts.delete(message.key);
        return this.#tell(message);
      case 'finished':
        this.#starts.delete(message.key);
        this.#stops.delete(message.key);
        this.#open.close(message.key);
        return this.#tell(message);
      case 'refused':
        return this.#takeRefusal(message);
      default:
        return unreachable(message);
    }
  }

  #takeRefusal(refused: FromLauncherOf<'refused'>): void {
    const failure = failureOf(refused);
    if (refused.code === 'stale_connection' || refused.code === 'stale_epoch') return this.#supersede(failure);
    if (refused.key === undefined) return this.#log(failure.message);
    this.#starts.delete(refused.key);
    this.#open.close(refused.key);
    this.#tell({ kind: 'refused', key: refused.key, failure });
  }

  #supersede(failure: Failure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#heartbeat.stop();
    this.#socket?.end();
    this.#tell({ kind: 'superseded', failure });
  }

  async #reconnect({ reason, steady }: { readonly reason: string; readonly steady: boolean }): Promise<void> {
    this.#socket = undefined;
    this.#heartbeat.stop();
    if (this.#ended) return;
    this.#log(`The connection to the launcher was lost: ${reason}.`);
    let told = false;
    for (
      let pauseMs = steady ? 0 : firstPauseMs;
      ;
      pauseMs = Math.min(Math.max(firstPauseMs, pauseMs * 2), longestPauseMs)
    ) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (this.#ended) return;
      const welcome = await this.open();
      if (welcome.ok) return this.#resume(welcome.value.attempts);
      const { failure } = welcome;
      if (failure.code === 'stale_epoch') return this.#supersede(failure);
      if (!told) this.options.onMessage({ kind: 'unavailable', failure });
      told = true;
    }
  }

  #resume(attempts: readonly LauncherAttempt[]): void {
    if (this.#ended) return this.#socket?.end();
    // What the launcher knows is answered by its list. Sent again after it was forgotten, it would be started anew.
    for (const { key, state } of attempts) {
      this.#starts.delete(key);
      if (state === 'finished') this.#stops.delete(key);
    }
    const starts = [...this.#starts.values()];
    const stops = [...this.#stops];
    const missing = this.#open.missingIn(attempts, (key) => this.#starts.has(key));
    if (missing.length > 0) this.#trouble(lostTrackOf(missing));
    this.options.onMessage({ kind: 'reconnected', attempts });
    this.adopt(missing);
    for (const start of starts) this.send({ kind: 'start', start, again: true });
    for (const [key, graceMs] of stops) this.send({ kind: 'stop', key, graceMs });
    this.release();
  }

  #tell(event: LauncherEvent): void {
    if (this.#held === undefined) this.options.onMessage(event);
    else this.#held.push(event);
  }

  /** A launcher that gives no sign of life is stopped or stuck; the next greeting finds out. */
  #giveUp(): void {
    const { root } = this.options;
    const silent = this.#descriptor;
    // Nobody will find one that is not named any more, but it could wake up and start what it was told last.
    if (silent !== undefined && !isNamed(launcherDirectory(root), silent)) {
      endSilentLauncher(silent, (ended) => this.#tellOfSilence(ended));
    }
    this.#socket?.cut('it does not answer');
  }

  #tellOfSilence(ended: LauncherDescriptor): void {
    const failure = silenceOf(ended);
    this.#log(failure.message);
    this.#trouble(failure);
  }

  #trouble(failure: Failure): void {
    if (this.#isHeard) this.options.onMessage({ kind: 'trouble', failure });
    else this.#troubles.push(failure);
  }

  #log(line: string): void {
    this.options.log?.(line);
  }
}

const isoNow = (): string => new Date().toISOString();

function environmentOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !secretNames.has(entry[0]),
    ),
  );
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
