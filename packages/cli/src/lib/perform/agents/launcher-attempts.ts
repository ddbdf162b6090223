import type { EpochMillis, FromLauncher, LauncherRecord, LauncherStart, Millis } from '@ginkoai/contract';
import { AttemptRun, type BaseEnvironment } from './launcher-attempt.js';
import type { LauncherJournal } from './launcher-journal.js';
import { acceptedRecord, applyRecord, toLauncherAttempt, type Attempt, type LauncherState } from './launcher-state.js';

export interface LauncherAttemptsOptions {
  readonly state: LauncherState;
  readonly journal: LauncherJournal;
  readonly tell: (scope: string, message: FromLauncher) => void;
  readonly now: () => EpochMillis;
  /** Something ended: a look whether the launcher is still needed is due. */
  readonly onIdle: () => void;
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

  /** Folds a record in and appends it; `false`: it is not on disk. */
  record(record: LauncherRecord): Promise<boolean> {
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
  async start(scope: string, start: LauncherStart): Promise<void> {
    const known = this.options.state.attempts.get(start.key);
    if (known === undefined) return this.#accept(scope, start);
    if (known.scope !== scope) {
      return this.#refuse(
        scope,
        start.key,
        `The key ${start.key} belongs to another scope, ${known.scope}. Use another key.`,
      );
    }
    return this.#tellPresentState(start.key, scope);
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
    const accepted = this.record(
      acceptedRecord({
        key,
        scope,
        acceptedAt: this.options.now(),
        limitMs: start.timeoutMs,
        outputFile: start.outputFile,
        ...(verify && { verify: { argv: verify.argv, limitMs: verify.timeoutMs, env, cwd } }),
        hasVerify: verify !== undefined,
      }),
    );
    const attempt = this.options.state.attempts.get(key);
    if (attempt === undefined) throw new Error(`The attempt ${key} is unknown after its acceptance.`);
    this.#carry(attempt, async (run) => {
      const durable = await accepted;
      if (durable) {
        this.options.tell(scope, { kind: 'accepted', key });
        return run.start(start, base);
      }
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

export const cannotRecord =
  'The launcher cannot write its journal, so it starts nothing: the disk may be full. Free some space, then continue with --resume.';
