import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unwrap, type LauncherDescriptor, type LauncherOutcome, type LauncherStart } from '@ginkoai/contract';
import { livingLauncher } from '../../src/lib/perform/agents/launcher-claim.js';
import {
  connectLaunchers,
  type LauncherConnection,
  type LauncherEvent,
  type LauncherOptions,
} from '../../src/lib/perform/agents/launcher-client.js';
import { launcherDirectory, removeSocket } from '../../src/lib/perform/agents/launcher-files.js';
import { isSameProcess } from '../../src/lib/perform/agents/process-identity.js';
import { killProcess } from './kill-process.js';

type EventOf<K extends LauncherEvent['kind']> = Extract<LauncherEvent, { kind: K }>;

/** An orchestrator as far as the launcher is concerned: a connection, and what was heard over it. */
export interface TestOrchestrator extends LauncherConnection {
  readonly events: readonly LauncherEvent[];
  readonly lines: readonly string[];
  /** Hears every event from now on. */
  listen(listener: (event: LauncherEvent) => void): void;
  /** Of an attempt that has ended, or when it will. */
  outcome(key: string): Promise<LauncherOutcome>;
  /** The first event of the kind (and of the attempt), heard already or to come. */
  heard<K extends LauncherEvent['kind']>(kind: K, key?: string): Promise<EventOf<K>>;
}

export interface StartOptions extends Partial<LauncherStart> {
  /** Run by `sh -c`; the ledger, the folder and the key are there as `$LEDGER`, `$DIR` and `$KEY`. */
  readonly script?: string;
}

/** A folder with a launcher of its own, real processes, and a ledger into which agents write. */
export class LauncherWorkingCopy {
  readonly root: string;
  readonly launchers: string;
  readonly ledgerPath: string;
  readonly #orchestrators: LauncherConnection[] = [];
  readonly #launchersSeen: LauncherDescriptor[] = [];
  #keys = 0;

  constructor(name = 'copy') {
    this.root = join(realpathSync(mkdtempSync(join(tmpdir(), 'ginko-test-'))), name);
    this.launchers = launcherDirectory(this.root);
    this.ledgerPath = join(this.root, 'ledger');
    mkdirSync(join(this.root, 'runs'), { recursive: true });
    writeFileSync(join(this.root, 'task.md'), '# The task\n');
    writeFileSync(this.ledgerPath, '');
  }

  async connect(options: Partial<LauncherOptions> = {}): Promise<TestOrchestrator> {
    const hearing = new Hearing();
    const connection = unwrap(await connectLaunchers(this.options({ ...options, ...hearing.ears })));
    this.#orchestrators.push(connection);
    this.#note();
    return Object.assign(connection, {
      events: hearing.events,
      lines: hearing.lines,
      listen: (listener: (event: LauncherEvent) => void) => void hearing.listeners.push(listener),
      heard: hearing.heard.bind(hearing),
      outcome: async (key: string) => {
        const known = connection.attempts.find((attempt) => attempt.key === key);
        return known?.state === 'finished' ? known.outcome : hearing.outcome(key);
      },
    });
  }

  options(options: Partial<LauncherOptions> = {}): LauncherOptions {
    return {
      root: this.root,
      scope: 'graph/epic',
      epoch: 1,
      orchestratorId: 'orchestrator-1',
      env: process.env,
      // Longer than a test: it is ended with its folder.
      idleMs: 600_000,
      onMessage: () => undefined,
      ...options,
    };
  }

  start({ script, ...options }: StartOptions = {}): LauncherStart {
    const key = options.key ?? this.newKey();
    return {
      argv: ['sh', '-c', script ?? 'echo "$KEY" >> "$LEDGER"'],
      cwd: this.root,
      stdinFile: join(this.root, 'task.md'),
      outputFile: this.outputPath(key),
      timeoutMs: 60_000,
      ...options,
      key,
      env: { GINKO_IDEMPOTENCY_KEY: key, KEY: key, LEDGER: this.ledgerPath, DIR: this.root, ...options.env },
    };
  }

  newKey(): string {
    this.#keys += 1;
    return `run-${randomBytes(4).toString('hex')}/TASK-${this.#keys}/g1a1`;
  }

  outputPath(key: string): string {
    return join(this.root, 'runs', `${key.replaceAll('/', '_')}.log`);
  }

  output(key: string): string {
    return readFileSync(this.outputPath(key), 'utf8');
  }

  ledger(): string[] {
    return readFileSync(this.ledgerPath, 'utf8').split('\n').filter(Boolean);
  }

  /** Lets agents go on that wait by `waitFor`. */
  signal(name: string): void {
    writeFileSync(join(this.root, name), '');
  }

  has(name: string): boolean {
    return existsSync(join(this.root, name));
  }

  launcher(): LauncherDescriptor {
    const descriptor = livingLauncher(this.launchers);
    if (descriptor === null) throw new Error('No launcher lives.');
    this.#note();
    return descriptor;
  }

  async killLauncher(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const descriptor = this.launcher();
    killProcess(descriptor.pid, signal);
    await until(() => !isSameProcess(descriptor));
  }

  /** Ends what the test has started, and removes the folder. */
  async remove(): Promise<void> {
    for (const name of ['go', 'go2', 'end']) this.signal(name);
    await Promise.all(this.#orchestrators.map((connection) => connection.close()));
    this.#note();
    for (const descriptor of this.#launchersSeen) {
      if (isSameProcess(descriptor)) killProcess(descriptor.pid, 'SIGKILL');
      if (existsSync(this.launchers)) removeSocket(this.launchers, descriptor);
    }
    chmodSync(this.root, 0o700);
    rmSync(join(this.root, '..'), { recursive: true, force: true, maxRetries: 20 });
  }

  #note(): void {
    const descriptor = existsSync(this.launchers) ? livingLauncher(this.launchers) : null;
    if (descriptor !== null) this.#launchersSeen.push(descriptor);
  }
}

/** Shell text that waits until the test gives the signal `name`. */
export const waitFor = (name: string): string => `while [ -d "$DIR" ] && [ ! -e "$DIR/${name}" ]; do sleep 0.02; done`;

/** Waits for a state of the world that tells nobody when it comes about; the test's own time limit bounds it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}

class Hearing {
  readonly events: LauncherEvent[] = [];
  readonly lines: string[] = [];
  readonly listeners: ((event: LauncherEvent) => void)[] = [];
  #waiting: (() => void)[] = [];

  readonly ears = {
    onMessage: (event: LauncherEvent): void => {
      this.events.push(event);
      for (const listener of this.listeners) listener(event);
      for (const check of this.#waiting) check();
    },
    log: (line: string): void => void this.lines.push(line),
  };

  heard<K extends LauncherEvent['kind']>(kind: K, key?: string): Promise<EventOf<K>> {
    return this.#first((event) => {
      if (event.kind !== kind || (key !== undefined && !('key' in event && event.key === key))) return undefined;
      return event as EventOf<K>;
    });
  }

  /** Told as it happened, or in the list after a reconnection. */
  outcome(key: string): Promise<LauncherOutcome> {
    return this.#first((event) => {
      if (event.kind === 'finished' && event.key === key) return event.outcome;
      if (event.kind !== 'reconnected') return undefined;
      const attempt = event.attempts.find((known) => known.key === key);
      return attempt?.state === 'finished' ? attempt.outcome : undefined;
    });
  }

  #first<T>(select: (event: LauncherEvent) => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        for (const event of this.events) {
          const selected = select(event);
          if (selected === undefined) continue;
          this.#waiting = this.#waiting.filter((other) => other !== check);
          return resolve(selected);
        }
      };
      this.#waiting.push(check);
      check();
    });
  }
}
