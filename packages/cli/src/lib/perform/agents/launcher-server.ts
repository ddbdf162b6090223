import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import {
  launcherProtocol,
  toLauncherSchema,
  unreachable,
  type EpochMillis,
  type FromLauncher,
  type FromLauncherOf,
  type LauncherDescriptor,
  type ToLauncher,
} from '@ginkoai/contract';
import { cannotRecord, type LauncherAttempts } from './launcher-attempts.js';
import { toLauncherAttempt, type LauncherState } from './launcher-state.js';
import { LineSocket } from './line-socket.js';

export interface LauncherServerOptions {
  readonly descriptor: LauncherDescriptor;
  readonly state: LauncherState;
  readonly attempts: LauncherAttempts;
  /** What was found damaged; told to the first orchestrator. */
  readonly warnings: readonly string[];
  readonly now: () => EpochMillis;
  readonly onDisconnect: () => void;
}

type Hello = Extract<ToLauncher, { kind: 'hello' }>;
type Refusal = Omit<FromLauncherOf<'refused'>, 'kind'>;

const helloWithinMs = 10_000;
/** What only tells how far an attempt is: nothing waits for it, and a short attempt's goes out with its end. */
const progress: ReadonlySet<FromLauncher['kind']> = new Set(['accepted', 'started', 'verifying']);

/**
 * Listens to orchestrators. In every scope the latest hello that the fence lets through is the one that counts: from
 * then on orders on older connections are refused, also those that were already on their way.
 */
export class LauncherServer {
  readonly #server: Server;
  readonly #sockets = new Set<LineSocket>();
  /** The connection that counts, by scope. */
  readonly #current = new Map<string, LineSocket>();
  readonly #scopes = new Map<LineSocket, string>();
  /** What is to be told over a connection after its welcome, which is on its way to the disk. */
  readonly #held = new Map<LineSocket, FromLauncher[]>();
  #warnings: readonly string[];

  constructor(private readonly options: LauncherServerOptions) {
    this.#warnings = options.warnings;
    this.#server = createServer((socket) => this.#connect(socket));
  }

  /** Orchestrators whose orders count. */
  get orchestrators(): number {
    return this.#current.size;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.options.descriptor.socket, () => {
        // An error later on (no file descriptors for a connection) concerns that connection only.
        this.#server.on('error', () => undefined);
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.cut('the launcher ends');
  }

  tell(scope: string, message: FromLauncher): void {
    const connection = this.#current.get(scope);
    if (connection === undefined) return;
    const held = this.#held.get(connection);
    if (held !== undefined) held.push(message);
    else if (progress.has(message.kind)) connection.sendLazily(message);
    else connection.send(message);
  }

  #connect(socket: Socket): void {
    const silent = setTimeout(() => connection.cut('no hello came'), helloWithinMs);
    const connection = new LineSocket({
      socket,
      onLine: (line) => {
        this.#take(connection, line);
        if (this.#scopes.has(connection)) clearTimeout(silent);
      },
      onClose: () => {
        clearTimeout(silent);
        this.#disconnect(connection);
      },
    });
    this.#sockets.add(connection);
  }

  #disconnect(connection: LineSocket): void {
    const scope = this.#scopes.get(connection);
    if (scope !== undefined && this.#current.get(scope) === connection) this.#current.delete(scope);
    this.#sockets.delete(connection);
    this.#scopes.delete(connection);
    this.#held.delete(connection);
    this.options.onDisconnect();
  }

  #take(connection: LineSocket, line: string): void {
    const message = parseMessage(line);
    if (typeof message === 'string') return refuse(connection, { code: 'bad_request', message });
    const scope = this.#scopes.get(connection);
    if (message.kind === 'hello') {
      if (scope === undefined || scope === message.scope) return void this.#welcome(connection, message);
      return refuse(connection, {
        code: 'bad_request',
        message: 'A connection cannot change its scope. Open another.',
      });
    }
    if (scope === undefined) {
      return refuse(connection, { code: 'bad_request', message: 'The first message must be a hello.' });
    }
    // It was refused as a whole when another one said hello, and is closing.
    if (this.#current.get(scope) !== connection) return;
    switch (message.kind) {
      case 'start':
        void this.options.attempts.start(scope, message.start, { isAgain: message.again === true });
        return;
      case 'adopt':
        for (const attempt of message.attempts) void this.options.attempts.adopt(scope, attempt);
        return;
      case 'stop':
        this.options.attempts.stop(message.key, scope, message.graceMs);
        return;
      case 'forget':
        this.options.attempts.forget(scope, message.keys);
        return;
      case 'ping':
        return connection.send({ kind: 'pong' } satisfies FromLauncher);
      default:
        return unreachable(message);
    }
  }

  async #welcome(connection: LineSocket, hello: Hello): Promise<void> {
    const refusal = this.#refusalOf(hello);
    if (refusal !== undefined) return refuse(connection, refusal);
    const { scope, epoch, orchestratorId, holder } = hello;
    // Before anything is awaited: not one more order of an older connection gets through.
    const older = this.#current.get(scope);
    this.#current.set(scope, connection);
    this.#scopes.set(connection, scope);
    if (older !== undefined && older !== connection) {
      refuse(older, { code: 'stale_connection', message: supersededSentence(hello) });
    }
    this.#held.set(connection, this.#held.get(connection) ?? []);
    const { attempts, now, descriptor } = this.options;
    attempts.supplyEnvironment(scope, hello.env);
    // The state is ahead of the disk: what it holds now is on disk once the hello, which follows it, is.
    const known = attempts.ofScope(scope).map(toLauncherAttempt);
    const durable = await attempts.recordDurably({
      t: 'hello',
      scope,
      epoch,
      orchestrator: orchestratorId,
      ...(holder && { holder }),
      at: now(),
    });
    const held = this.#held.get(connection);
    if (held === undefined || this.#current.get(scope) !== connection) return;
    this.#held.delete(connection);
    if (!durable) return refuse(connection, { code: 'cannot_record', message: cannotRecord });
    const { launcherId, pid } = descriptor;
    const warnings = [...this.#warnings];
    this.#warnings = [];
    for (const message of [{ kind: 'welcome', launcherId, pid, attempts: known, warnings } as const, ...held]) {
      connection.send(message satisfies FromLauncher);
    }
  }

  #refusalOf({ protocol, token, scope, epoch, orchestratorId }: Hello): Refusal | undefined {
    if (!isSameText(token, this.options.descriptor.token)) {
      return { code: 'wrong_token', message: 'The token is not that of this launcher. Read its descriptor again.' };
    }
    if (protocol !== launcherProtocol) {
      return {
        code: 'wrong_protocol',
        message:
          `The launcher (process ${this.options.descriptor.pid}) belongs to another version of ginko and speaks protocol ` +
          `${launcherProtocol}, not ${protocol}. Let that version finish its tasks, or end the launcher: kill ${this.options.descriptor.pid}.`,
      };
    }
    const fence = this.options.state.fences.get(scope);
    if (fence === undefined || epoch > fence.epoch) return undefined;
    if (epoch === fence.epoch && !fence.followed.has(orchestratorId)) return undefined;
    const { holder } = fence;
    const where = holder === undefined ? '' : `, process ${holder.pid} on ${holder.host}`;
    return {
      code: 'stale_epoch',
      message:
        `Orchestrator ${orchestratorId} (epoch ${epoch}) was followed by ${fence.orchestratorId} (epoch ${fence.epoch}${where}), ` +
        `which now gives the orders in ${scope}. Leave the run to it, or end it and continue with --resume; ` +
        `if it is gone together with its machine, continue with --resume --takeover.`,
      fence: { epoch: fence.epoch, orchestratorId: fence.orchestratorId, ...(holder && { holder }) },
    };
  }
}

/** Refuses the connection as a whole, and ends it. */
function refuse(connection: LineSocket, refusal: Refusal): void {
  connection.send({ kind: 'refused', ...refusal } satisfies FromLauncher);
  connection.end();
}

/** The message, or a sentence that says what is wrong with it; without its text, which may hold secrets. */
function parseMessage(line: string): ToLauncher | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'The launcher was sent a line that is not JSON. Send one JSON message a line.';
  }
  const message = toLauncherSchema.safeParse(value);
  if (message.success) return message.data;
  const [issue] = message.error.issues;
  return `The launcher was sent a message it does not understand: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`;
}

function supersededSentence({ orchestratorId, epoch }: { orchestratorId: string; epoch: number }): string {
  return `Orchestrator ${orchestratorId} (epoch ${epoch}) took over. This one gives no more orders.`;
}

function isSameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
