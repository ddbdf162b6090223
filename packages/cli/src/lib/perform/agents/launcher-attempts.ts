import { existsSync } from 'node:fs';
import type {
  EpochMillis,
  FromLauncher,
  LauncherOpenAttempt,
  LauncherRecord,
  LauncherStart,
  Millis,
} from '@ginkoai/contract';
import { AttemptRun, type BaseEnvironment } from './launcher-attempt.js';
import type { LauncherJournal } from './launcher-journal.js';
import { findGroupByKey } from './process-group.js';
import { processStartedAt } from './process-identity.js';
import { acceptedRecord, applyRecord, toLauncherAttempt, type Attempt, type LauncherState } from './launcher-state.js';

export interface LauncherAttemptsOptions {
  readonly state: LauncherState;
  readonly journal: LauncherJournal;
  readonly tell: (scope: string, message: FromLauncher) => void;
  readonly now: () => EpochMillis;
  /** Something ended: a look whether the launcher is still needed is due. */
  readonly onIdle: () => void;
  /** Ends this process if another launcher followed. */
  readonly ensureNamed: () => void;
}

/** All attempts of a launcher: takes them on, carries them through, and answers for those it has. */
export class LauncherAttempts {
  readonly #runs = new Map<string, AttemptRun>();
  readonly #environments = new Map<string, BaseEnvironment>();
  readonly #waitingForEnvironment = new Map<string, ((env: BaseEnvironment) => void)[]>();

  constructor(private readonly options: LauncherAttemptsOptions) {}

  /** How many attempts make progress by themselves; one that waits for an orchestrator's environment does not. */
  get running(): number {
    const waiting = [...this.#waitingForEnvironment.values()].reduce((sum, { length }) => sum + length, 0);
    return this.#runs.size - waiting;
  }

  /** Every attempt of the scope that was not forgotten. */
  ofScope(scope: string): Attempt[] {
    return [...this.options.state.attempts.values()].filter((attempt) => attempt.scope === scope);
  }

  /** Folds a record in and writes it; `false`: it is not in the journal. */
  record(record: LauncherRecord): Promise<boolean> {
    applyRecord(this.options.state, record);
    return this.options.journal.write(record);
  }

  /** Like `record`, but resolves once it is on disk. */
  recordDurably(record: LauncherRecord): Promise<boolean> {
    applyRecord(this.options.state, record);
    return this.options.journal.append(record);
  }

  supplyEnvironment(scope: string, env: BaseEnvironment): void {
    this.#environments.set(scope, env);
    const waiting = this.#waitingForEnvironment.get(scope) ?? [];
    this.#waitingForEnvironment.delete(scope);
    for (const resolve of waiting) resolve(env);
  }

  /** Goes on with everything that earlier launchers had not finished. */
  adoptAll(): void {
    for (const attempt of this.options.state.attempts.values()) {
      if (attempt.phase.state !== 'finished') this.#carry(attempt, (run) => run.adopt());
    }
  }

  /** A key that is known is answered with the state of its attempt and never started again. */
  async start(scope: string, start: LauncherStart, { isAgain }: { readonly isAgain: boolean }): Promise<void> {
    const { key, outputFile, timeoutMs } = start;
    if (this.options.state.attempts.has(key)) return this.#tellKnown(scope, key);
    // The output file is made just before the start: somebody has started it, and the journal that said so is lost.
    if (isAgain && existsSync(outputFile)) {
      return this.#lookFor(scope, {
        key,
        outputFile,
        limitMs: timeoutMs,
        openSince: new Date(this.options.now()).toISOString(),
      });
    }
    return this.#accept(scope, start);
  }

  /** An attempt that an orchestrator has open. */
  async adopt(scope: string, open: LauncherOpenAttempt): Promise<void> {
    if (this.options.state.attempts.has(open.key)) return this.#tellKnown(scope, open.key);
    return this.#lookFor(scope, open);
  }

  async #tellKnown(scope: string, key: string): Promise<void> {
    const known = this.options.state.attempts.get(key);
    if (known === undefined || known.scope === scope) return this.#tellPresentState(key, scope);
    return this.#refuse(scope, key, `The key ${key} belongs to another scope, ${known.scope}. Use another key.`);
  }

  stop(key: string, scope: string, graceMs: Millis): void {
    if (this.options.state.attempts.get(key)?.scope !== scope) return;
    const run = this.#runs.get(key);
    if (run === undefined) void this.#tellPresentState(key, scope);
    else run.stop(graceMs);
  }

  forget(scope: string, keys: readonly string[]): void {
    const finished = keys.filter((key) => {
      const attempt = this.options.state.attempts.get(key);
      return attempt?.scope === scope && attempt.phase.state === 'finished';
    });
    if (finished.length > 0) void this.record({ t: 'forgotten', keys: finished });
  }

  async #accept(scope: string, start: LauncherStart): Promise<void> {
    const { key, verify, env, cwd } = start;
    const base = this.#environments.get(scope);
    if (base === undefined) throw new Error(`A start of scope ${scope} came before its hello.`);
    const attempt = {
      key,
      scope,
      acceptedAt: this.options.now(),
      limitMs: start.timeoutMs,
      outputFile: start.outputFile,
      ...(verify && { verify: { argv: verify.argv, limitMs: verify.timeoutMs, env, cwd } }),
      hasVerify: verify !== undefined,
    };
    await this.#takeOn(attempt, {
      further: [],
      carry: (run) => {
        this.options.tell(scope, { kind: 'accepted', key });
        return run.start(start, base);
      },
    });
  }

  /**
   * Takes on an attempt that an earlier launcher had taken on and that no journal tells of any more. If something of
   * it runs, that is watched; else it is over, or was never started.
   */
  async #lookFor(
    scope: string,
    { key, limitMs, outputFile, openSince, process: heard }: LauncherOpenAttempt,
  ): Promise<void> {
    const acceptedAt = Date.parse(openSince);
    // Only a verify command, or what the command left running, may be found by the key when the process is gone.
    const isIt = heard !== undefined && (isRunning(heard) || !isFoundByKey(key));
    const started: LauncherRecord[] = isIt
      ? [{ t: 'started', k: key, pid: heard.pid, from: heard.processStartedAt, at: acceptedAt }]
      : [];
    await this.#takeOn(
      // How it ends cannot be seen, so there is nothing to verify.
      { key, scope, acceptedAt, limitMs, outputFile, hasVerify: false },
      {
        further: started,
        carry: async (run) => {
          await this.#tellPresentState(key, scope);
          return run.adopt();
        },
      },
    );
  }

  /** Writes an attempt down, with whatever else is known of it, before it is carried on. */
  async #takeOn(attempt: Omit<Attempt, 'phase'>, { further, carry }: TakeOn): Promise<void> {
    const { key, scope } = attempt;
    const accepted = this.record(acceptedRecord(attempt));
    for (const record of further) void this.record(record);
    const taken = this.options.state.attempts.get(key);
    if (taken === undefined) throw new Error(`The attempt ${key} is unknown after its acceptance.`);
    this.#carry(taken, async (run) => {
      if (await accepted) return carry(run);
      // Nobody was told of it, and the journal is written anew before anything else gets into it.
      this.options.state.attempts.delete(key);
      return this.#refuse(scope, key, cannotRecord);
    });
    await accepted;
  }

  #carry(attempt: Attempt, carry: (run: AttemptRun) => Promise<void>): void {
    const { key, scope } = attempt;
    const run = new AttemptRun({
      attempt: () => this.options.state.attempts.get(key) ?? attempt,
      record: (record) => this.record(record),
      recovered: () => this.options.journal.recovered(),
      tell: (message) => this.options.tell(scope, message),
      baseEnvironment: () => this.#environmentOf(scope),
      now: this.options.now,
      ensureNamed: this.options.ensureNamed,
    });
    this.#runs.set(key, run);
    // A rejection is a bug: it ends the launcher, and the next one goes on from the journal.
    void carry(run).finally(() => {
      this.#runs.delete(key);
      this.options.onIdle();
    });
  }

  #environmentOf(scope: string): Promise<BaseEnvironment> {
    const env = this.#environments.get(scope);
    if (env !== undefined) return Promise.resolve(env);
    return new Promise((resolve) => {
      const waiting = this.#waitingForEnvironment.get(scope) ?? [];
      this.#waitingForEnvironment.set(scope, [...waiting, resolve]);
      this.options.onIdle();
    });
  }

  async #tellPresentState(key: string, scope: string): Promise<void> {
    const attempt = this.options.state.attempts.get(key);
    if (attempt === undefined) return;
    const present = toLauncherAttempt(attempt);
    // The state is ahead of the disk, and only what is on disk may be told.
    if (!(await this.options.journal.flushed())) return;
    this.options.tell(scope, { kind: 'accepted', key });
    switch (present.state) {
      case 'accepted':
        return;
      case 'running': {
        const { pid, processStartedAt, startedAt } = present;
        return this.options.tell(scope, { kind: 'started', key, pid, processStartedAt, startedAt });
      }
      case 'verifying':
        return this.options.tell(scope, { kind: 'verifying', key });
      case 'finished':
        return this.options.tell(scope, { kind: 'finished', key, outcome: present.outcome });
    }
  }

  #refuse(scope: string, key: string, message: string): void {
    const code = message === cannotRecord ? 'cannot_record' : 'bad_request';
    this.options.tell(scope, { kind: 'refused', code, key, message });
  }
}

interface TakeOn {
  readonly further: readonly LauncherRecord[];
  readonly carry: (run: AttemptRun) => Promise<void>;
}

function isRunning({ pid, processStartedAt: from }: NonNullable<LauncherOpenAttempt['process']>): boolean {
  return processStartedAt(pid) === from;
}

const isFoundByKey = (key: string): boolean => process.platform === 'linux' && findGroupByKey(key) !== null;

export const cannotRecord =
  'The launcher cannot write its journal, so it starts nothing: the disk may be full. Free some space, then continue with --resume.';
