import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failed, ok, type LauncherDescriptor, type Millis, type Result } from '@ginkoai/contract';
import { writeFailure } from '../file-failure.js';
import { errorCode } from './error-code.js';
import { livingLauncher } from './launcher-claim.js';
import { prepareLauncherDirectory } from './launcher-files.js';
import { launcherScript } from './launcher-script.js';
import { afterOwnTime } from './own-time.js';
import { isSameProcess } from './process-identity.js';

export interface WakeOptions {
  readonly root: string;
  /** How long a launcher that nobody needs stays; 10 s without it. */
  readonly idleMs?: Millis | undefined;
}

export interface ReachOptions extends WakeOptions {
  /** What `wakeLauncher` gave, for the first connection. */
  readonly woken?: StartedLauncher | undefined;
  /** A launcher that cannot be connected to for so long is stopped or stuck. */
  readonly answerWithinMs: Millis;
  /** It was ended because it did not answer. */
  readonly onSilent: (descriptor: LauncherDescriptor) => void;
}

export interface ReachedLauncher {
  readonly descriptor: LauncherDescriptor;
  readonly socket: Socket;
}

const defaultIdleMs: Millis = 10_000;
const pauseMs = 10;
const mostStarts = 5;

/**
 * Starts a launcher unless one lives, without waiting for it: an orchestrator that will need it has other things to do
 * meanwhile. A launcher takes orders over its connections only, so this may be done before there is a lease; what it
 * finds of attempts that an earlier one has started, it looks after. undefined: one lives.
 */
export function wakeLauncher(options: WakeOptions): Result<StartedLauncher | undefined> {
  const directory = prepareLauncherDirectory(options.root);
  if (!directory.ok) return directory;
  return livingLauncher(directory.value) === null ? startLauncher(options, directory.value) : ok(undefined);
}

/** Connects to the launcher of the working copy, starting one if none lives. */
export async function reachLauncher(options: ReachOptions): Promise<Result<ReachedLauncher>> {
  const directory = prepareLauncherDirectory(options.root);
  if (!directory.ok) return directory;
  const silent = new Patience(options.answerWithinMs);
  try {
    return await reachIn(directory.value, { options, silent });
  } finally {
    silent.end();
  }
}

interface Reaching {
  readonly options: ReachOptions;
  /** With the launcher that lives but cannot be connected to. */
  readonly silent: Patience;
}

async function reachIn(directory: string, { options, silent }: Reaching): Promise<Result<ReachedLauncher>> {
  let launched = options.woken;
  let starts = launched === undefined ? 0 : 1;
  for (;;) {
    const descriptor = livingLauncher(directory);
    if (descriptor !== null) {
      const socket = await tryToConnect(descriptor.socket);
      if (socket !== null) return ok({ descriptor, socket });
      if (silent.isOverWith(descriptor.launcherId)) {
        const ended = endSilentLauncher(descriptor, options.onSilent);
        if (!ended.ok) return ended;
      }
    } else if (launched === undefined || launched.hasEnded()) {
      if (launched?.hasFailed() === true) return launched.failure();
      if (starts >= mostStarts)
        return failed(
          'agent_not_started',
          `No launcher stayed alive in ${mostStarts} starts. Its log is in ${directory}.`,
        );
      const started = startLauncher(options, directory);
      if (!started.ok) return started;
      launched = started.value;
      starts += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** How long a launcher is waited for; another one is waited for anew. */
class Patience {
  #launcherId: number | undefined;
  #isOver = false;
  #cancel: () => void = () => undefined;

  constructor(private readonly ms: Millis) {}

  isOverWith(launcherId: number): boolean {
    if (this.#launcherId !== launcherId) {
      this.end();
      this.#launcherId = launcherId;
      this.#isOver = false;
      this.#cancel = afterOwnTime(this.ms, () => (this.#isOver = true));
    }
    return this.#isOver;
  }

  end(): void {
    this.#cancel();
  }
}

/**
 * Ends a launcher that does not answer, as it could otherwise wake up later and start tasks that were given to another
 * one meanwhile. Its tasks go on and are watched by the next launcher.
 */
export function endSilentLauncher(
  descriptor: LauncherDescriptor,
  onEnded: (descriptor: LauncherDescriptor) => void,
): Result<void> {
  const { pid } = descriptor;
  if (!isSameProcess(descriptor)) return ok(undefined);
  try {
    process.kill(pid, 'SIGKILL');
    onEnded(descriptor);
    return ok(undefined);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ESRCH') return ok(undefined);
    if (code === undefined) throw error;
    return failed(
      'agent_not_started',
      `The launcher (process ${pid}) does not answer and cannot be ended (${code}). End it: kill -9 ${pid}.`,
    );
  }
}

/** `null`: nobody listens there. */
function tryToConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('error', () => resolve(null));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** A launcher process that this one has started. */
export class StartedLauncher {
  constructor(
    private readonly child: ChildProcess,
    private readonly logPath: string,
  ) {}

  hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.child.pid === undefined;
  }

  /**
   * Ending well means that another launcher lives, or did a moment ago; one that was killed can be started again.
   */
  hasFailed(): boolean {
    return this.hasEnded() && this.child.exitCode !== 0 && this.child.signalCode === null;
  }

  failure(): Result<never> {
    const lines = readFileSync(this.logPath, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
    return failed(
      'agent_not_started',
      `The launcher, which starts the agents, ended at once. Its log ${this.logPath} ends with:\n${lines}`,
    );
  }
}

function startLauncher({ root, idleMs = defaultIdleMs }: WakeOptions, directory: string): Result<StartedLauncher> {
  const script = launcherScript();
  if (!script.ok) return script;
  const logPath = join(directory, 'launcher.log');
  let output: number;
  try {
    output = openSync(
      logPath,
      constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
      0o600,
    );
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path: logPath, what: "The launcher's log" }) };
  }
  try {
    const child = spawn(process.execPath, [script.value, root, String(idleMs)], {
      cwd: root,
      env: launcherEnvironment(),
      detached: true,
      stdio: ['ignore', 'ignore', output],
    });
    child.on('error', () => undefined);
    child.unref();
    return ok(new StartedLauncher(child, logPath));
  } finally {
    closeSync(output);
  }
}

/** Only what the launcher itself needs; agents get the environment of the orchestrator that gives the orders. */
function launcherEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', TMPDIR: tmpdir() };
}
