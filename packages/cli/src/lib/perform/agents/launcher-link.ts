import {
  failed,
  fromLauncherSchema,
  launcherProtocol,
  launcherStartSchema,
  ok,
  unreachable,
  type Failure,
  type FailureCode,
  type FromLauncher,
  type FromLauncherOf,
  type LauncherAttempt,
  type LauncherStart,
  type Millis,
  type Result,
  type ToLauncher,
} from '@ginkoai/contract';
import { endSilentLauncher, reachLauncher, type ReachedLauncher } from './launcher-reach.js';
import { LineSocket } from './line-socket.js';
import type { LauncherEvent, LauncherOptions } from './launcher-client.js';

const defaultIdleMs = 10_000;
/** It answers within milliseconds; this is for a machine that can hardly breathe. */
const defaultAnswerWithinMs = 10_000;
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
  #token: string | undefined;
  /** What is told after the attempts of a welcome, which take a moment to get to the caller. */
  #held: LauncherEvent[] | undefined;
  #silence: NodeJS.Timeout | undefined;
  #ended = false;
  #closed: Promise<void> = Promise.resolve();
  readonly #env: Record<string, string>;
  readonly #answerWithinMs: Millis;

  constructor(private readonly options: LauncherOptions) {
    this.#epoch = options.epoch;
    this.#env = environmentOf(options.env);
    this.#answerWithinMs = options.answerWithinMs ?? defaultAnswerWithinMs;
  }

  async open(): Promise<Result<readonly LauncherAttempt[]>> {
    for (let handshakes = 1; ; handshakes += 1) {
      const { root, idleMs = defaultIdleMs } = this.options;
      const log = (line: string): void => this.#log(line);
      const reached = await reachLauncher({ root, idleMs, answerWithinMs: this.#answerWithinMs, log });
      if (!reached.ok) return reached;
      const welcome = await this.#greet(reached.value);
      if (typeof welcome !== 'string') return welcome.ok ? ok(welcome.value.attempts) : welcome;
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
    this.send({ kind: 'start', start: checked });
    this.#expectAnswer();
  }

  stop(key: string, graceMs: Millis): void {
    this.#stops.set(key, graceMs);
    this.send({ kind: 'stop', key, graceMs });
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) {
      this.#starts.delete(key);
      this.#stops.delete(key);
    }
    this.send({ kind: 'forget', keys: [...keys] });
  }

  raiseEpoch(epoch: number): void {
    this.#epoch = Math.max(this.#epoch, epoch);
    if (this.#token !== undefined) this.send(this.#hello(this.#token));
  }

  /** Without a connection nothing is sent: what has to arrive is sent again over the next one. */
  send(message: ToLauncher): void {
    this.#socket?.send(message);
  }

  async close(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#silence);
    this.#socket?.end();
    const giveUp = setTimeout(() => this.#socket?.cut('closed'), closeWithinMs);
    await this.#closed;
    clearTimeout(giveUp);
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
      const silent = setTimeout(() => {
        endSilentLauncher(descriptor, (line) => this.#log(line));
        connection.cut('it does not answer');
      }, this.#answerWithinMs);
      const connection = new LineSocket({
        socket,
        onLine: (line) => {
          const message = fromLauncherSchema.safeParse(parseJson(line)).data;
          if (message === undefined) return connection.cut('it sent a message that cannot be understood');
          if (isWelcome) {
            this.#take(message);
            return this.#expectAnswer();
          }
          clearTimeout(silent);
          if (message.kind === 'refused') resolve({ ok: false, failure: failureOf(message) });
          if (message.kind !== 'welcome') return;
          isWelcome = true;
          this.#held = [];
          this.#socket = connection;
          this.#token = descriptor.token;
          resolve(ok(message));
        },
        onClose: (reason) => {
          clearTimeout(silent);
          closed();
          resolve(reason);
          if (isWelcome) void this.#reconnect({ reason, steady: performance.now() - openedAt > steadyAfterMs });
        },
      });
      connection.send(this.#hello(descriptor.token));
    });
  }

  #take(message: FromLauncher): void {
    switch (message.kind) {
      case 'welcome':
        return this.#tell({ kind: 'reconnected', attempts: message.attempts });
      case 'accepted':
        this.#starts.delete(message.key);
        return this.#tell({ kind: 'accepted', key: message.key });
      case 'started':
      case 'verifying':
        this.#starts.delete(message.key);
        return this.#tell(message);
      case 'finished':
        this.#starts.delete(message.key);
        this.#stops.delete(message.key);
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
    this.#tell({ kind: 'refused', key: refused.key, failure });
  }

  #supersede(failure: Failure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket?.end();
    this.#tell({ kind: 'superseded', failure });
  }

  async #reconnect({ reason, steady }: { readonly reason: string; readonly steady: boolean }): Promise<void> {
    this.#socket = undefined;
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
      const attempts = await this.open();
      if (attempts.ok) return this.#resume(attempts.value);
      const { failure } = attempts;
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
    this.options.onMessage({ kind: 'reconnected', attempts });
    for (const start of starts) this.send({ kind: 'start', start });
    for (const [key, graceMs] of stops) this.send({ kind: 'stop', key, graceMs });
    this.#expectAnswer();
    this.release();
  }

  #tell(event: LauncherEvent): void {
    if (this.#held === undefined) this.options.onMessage(event);
    else this.#held.push(event);
  }

  /** A launcher that leaves a start unanswered is stopped or stuck; the next greeting finds out. */
  #expectAnswer(): void {
    clearTimeout(this.#silence);
    if (this.#starts.size === 0) return;
    this.#silence = setTimeout(() => this.#socket?.cut('it does not answer'), this.#answerWithinMs).unref();
  }

  #log(line: string): void {
    this.options.log?.(line);
  }
}

function failureOf({ code, message }: FromLauncherOf<'refused'>): Failure {
  return { code: failureCodes[code], message };
}

const failureCodes: Readonly<Record<FromLauncherOf<'refused'>['code'], FailureCode>> = {
  stale_epoch: 'stale_epoch',
  stale_connection: 'stale_epoch',
  wrong_token: 'forbidden',
  wrong_protocol: 'agent_not_started',
  bad_request: 'agent_not_started',
  cannot_record: 'disk_full',
};

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
