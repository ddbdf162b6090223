import {
  type EpochMillis,
  type Failure,
  type FromLauncher,
  type LauncherExit,
  type LauncherRecord,
  type LauncherStart,
  type LauncherVerify,
  type Millis,
} from '@ginkoai/contract';
import { startCommand, type StartedCommand } from './launcher-command.js';
import { waitForHalfStarted } from './half-started.js';
import {
  exitedRecord,
  finishedRecord,
  needsVerify,
  outcomeOf,
  type Attempt,
  type End,
  type FinishedPhase,
  type StartedProcess,
  type VerifyPlan,
} from './launcher-state.js';
import { ProcessGroup } from './process-group.js';
import { processStartedAt } from './process-identity.js';
import { neverStarted, traceAccepted } from './trace-accepted.js';

export type BaseEnvironment = Readonly<Record<string, string>>;

/** What an attempt needs from the launcher around it. */
export interface AttemptSurroundings {
  /** The attempt as the records so far tell it. */
  readonly attempt: () => Attempt;
  /** Folds a record into the state and appends it; `false`: it is not in the journal. */
  readonly record: (record: LauncherRecord) => Promise<boolean>;
  /** Resolves when the whole state is on disk after a record was refused. */
  readonly recovered: () => Promise<void>;
  /** Tells the orchestrator of the attempt's scope, if one is connected. */
  readonly tell: (message: FromLauncher) => void;
  /** The environment of agents, which only an orchestrator knows. */
  readonly baseEnvironment: () => Promise<BaseEnvironment>;
  readonly now: () => EpochMillis;
  /** Ends this process if another launcher followed: called before anything is started. */
  readonly ensureNamed: () => void;
}

/** Between SIGTERM and SIGKILL when the launcher ends something by itself. */
export const defaultGraceMs = 5_000;
const pollMs = 100;

/**
 * Carries one accepted attempt through to its recorded end: start the command, wait for its exit, end what it left
 * running, run the verify command, record, tell. After the death of an earlier launcher it goes on from what that one
 * recorded; then nobody can take the exit any more, so the process is only watched until it is gone.
 */
export class AttemptRun {
  readonly #key: string;
  readonly #limitMs: Millis;
  /** What runs now: the command's group, then the verify command's. */
  #group: ProcessGroup | undefined;
  #limit: NodeJS.Timeout | undefined;
  #timedOut = false;
  #stopped = false;

  constructor(private readonly surroundings: AttemptSurroundings) {
    const { key, limitMs } = surroundings.attempt();
    this.#key = key;
    this.#limitMs = limitMs;
  }

  /** Ends what runs of it; without anything running yet it will not be started. */
  stop(graceMs: Millis): void {
    this.#stopped = true;
    void this.#group?.end(graceMs);
  }

  async start({ argv, env, cwd, stdinFile, outputFile }: LauncherStart, base: BaseEnvironment): Promise<void> {
    if (this.#stopped) return this.#finishUnstarted('stopped', 'It was stopped before it was started.');
    this.surroundings.ensureNamed();
    const started = await startCommand({ argv, env: { ...base, ...env }, cwd, stdinFile, outputFile });
    if (!started.ok) return this.#finishUnstarted(unstartedReason(started.failure), started.failure.message);
    const process = this.#noteStart(started.value, this.surroundings.now());
    const exit = await started.value.exited;
    await this.#afterExit(exit, process);
  }

  /** Goes on with an attempt of a launcher that has died, in the same boot of the machine. */
  async adopt(): Promise<void> {
    const attempt = this.surroundings.attempt();
    const { phase } = attempt;
    switch (phase.state) {
      case 'accepted':
        return this.#adoptAccepted(attempt);
      case 'running':
        return this.#watch(phase.process);
      case 'exited': {
        const group = new ProcessGroup(phase.process.pid);
        if (group.holdsKey(this.#key)) await this.#endGroup(group);
        return this.#afterEnd(phase.end, phase.verifying);
      }
      case 'finished':
        return;
    }
  }

  /** The launcher died between taking the attempt on and recording its start, or its records are lost. */
  async #adoptAccepted(attempt: Attempt): Promise<void> {
    if (process.platform === 'linux') await waitForHalfStarted();
    const trace = traceAccepted(attempt);
    switch (trace) {
      case 'never_started':
        return this.#finishUnstarted('not_accepted', neverStarted);
      case 'unknown':
        return this.#finish({ end: this.#end({ kind: 'unknown' }) });
      default: {
        const started = { pid: trace, processStartedAt: processStartedAt(trace) ?? 'unknown' };
        return this.#watch(this.#noteStart(started, attempt.acceptedAt));
      }
    }
  }

  #noteStart(
    { pid, processStartedAt }: Pick<StartedCommand, 'pid' | 'processStartedAt'>,
    at: EpochMillis,
  ): StartedProcess {
    const started = { pid, processStartedAt, at };
    const recorded = this.surroundings.record({
      t: 'started',
      k: this.#key,
      pid,
      from: processStartedAt,
      at: started.at,
    });
    this.#group = new ProcessGroup(pid);
    this.#setLimit(started.at);
    if (this.#stopped) void this.#group.end(defaultGraceMs);
    const startedAt = new Date(started.at).toISOString();
    void recorded.then((written) => {
      if (written) this.surroundings.tell({ kind: 'started', key: this.#key, pid, processStartedAt, startedAt });
    });
    return started;
  }

  /** From the start to the end of the attempt; an adopted one has only what is left of it. */
  #setLimit(startedAt: EpochMillis): void {
    const leftMs = startedAt + this.#limitMs - this.surroundings.now();
    this.#limit = setTimeout(
      () => {
        this.#timedOut = true;
        void this.#group?.end(defaultGraceMs);
      },
      Math.max(0, Math.min(leftMs, this.#limitMs)),
    );
  }

  /** Waits for a process that is not a child of this launcher. */
  async #watch(started: StartedProcess): Promise<void> {
    const group = new ProcessGroup(started.pid);
    const isAlive = (): boolean => processStartedAt(started.pid) === started.processStartedAt;
    // Without its leader a group is known by the key only: its number may belong to somebody else by now.
    if (!isAlive() && !group.holdsKey(this.#key)) return this.#finish({ end: this.#end({ kind: 'unknown' }) });
    this.#group = group;
    if (this.#stopped) void group.end(defaultGraceMs);
    if (this.#limit === undefined) this.#setLimit(started.at);
    while (isAlive()) await pause(pollMs);
    await this.#afterExit({ kind: 'unknown' }, started);
  }

  async #afterExit(exit: LauncherExit, started: StartedProcess): Promise<void> {
    const group = this.#group ?? new ProcessGroup(started.pid);
    const end = this.#end(exit);
    const isEmpty = group.isEmpty();
    // Otherwise one record, that of the end, says it all.
    if (!isEmpty || needsVerify(end, this.surroundings.attempt().verify)) {
      void this.surroundings.record(exitedRecord(this.#key, end));
    }
    if (!isEmpty) await this.#endGroup(group);
    await this.#afterEnd(end);
  }

  async #endGroup(group: ProcessGroup): Promise<void> {
    this.#group = group;
    await group.end(defaultGraceMs);
  }

  /** The command and its children are gone; `earlier` is a verify command that an earlier launcher had started. */
  async #afterEnd(end: End, earlier?: StartedProcess): Promise<void> {
    this.#group = undefined;
    const { verify: plan } = this.surroundings.attempt();
    if (plan === undefined || !needsVerify(this.#end(end.exit, end), plan)) {
      return this.#finish({ end: this.#end(end.exit, end) });
    }
    if (earlier !== undefined) await this.#waitForVerify(earlier, plan);
    const verify = await this.#verify(plan);
    return this.#finish({ end: this.#end(end.exit, end), ...(verify && { verify }) });
  }

  /** Its exit cannot be taken, so it is of no use; but two of them at a time could disturb each other. */
  async #waitForVerify(earlier: StartedProcess, plan: VerifyPlan): Promise<void> {
    const group = new ProcessGroup(earlier.pid);
    const isAlive = (): boolean => processStartedAt(earlier.pid) === earlier.processStartedAt;
    if (!isAlive() && !group.holdsKey(this.#key)) return;
    this.#group = group;
    while (isAlive() && this.surroundings.now() < earlier.at + plan.limitMs) await pause(pollMs);
    await group.end(defaultGraceMs);
  }

  /** `undefined`: the attempt was stopped, or its time was over, before the command could be started. */
  async #verify(plan: VerifyPlan): Promise<LauncherVerify | undefined> {
    const base = await this.surroundings.baseEnvironment();
    if (this.#stopped || this.#timedOut) return undefined;
    const { argv, env, cwd, limitMs } = plan;
    this.surroundings.ensureNamed();
    const started = await startCommand({
      argv,
      env: { ...base, ...env },
      cwd,
      stdinFile: null,
      outputFile: this.surroundings.attempt().outputFile,
      heading: `--- verify: ${argv.map((word) => JSON.stringify(word)).join(' ')}`,
    });
    if (!started.ok) {
      const { failure } = started;
      const exit = { kind: 'not_started', reason: unstartedReason(failure), message: failure.message } as const;
      return { exit, timedOut: false };
    }
    const { pid, processStartedAt, exited } = started.value;
    const recorded = this.surroundings.record({
      t: 'verifying',
      k: this.#key,
      pid,
      from: processStartedAt,
      at: this.surroundings.now(),
    });
    void recorded.then((written) => {
      if (written) this.surroundings.tell({ kind: 'verifying', key: this.#key });
    });
    return this.#waitForVerifyExit({ group: new ProcessGroup(pid), exited, limitMs });
  }

  async #waitForVerifyExit({ group, exited, limitMs }: RunningVerify): Promise<LauncherVerify> {
    this.#group = group;
    let overtime = false;
    const limit = setTimeout(() => {
      overtime = true;
      void group.end(defaultGraceMs);
    }, limitMs);
    if (this.#stopped || this.#timedOut) void group.end(defaultGraceMs);
    const exit = await exited;
    clearTimeout(limit);
    if (!group.isEmpty()) await group.end(defaultGraceMs);
    return { exit, timedOut: overtime || this.#timedOut };
  }

  /** As of now; `earlier` is what was known of it before. */
  #end(exit: LauncherExit, earlier?: End): End {
    const timedOut = this.#timedOut || earlier?.timedOut === true;
    return { exit, at: this.surroundings.now(), timedOut, stopped: this.#stopped || earlier?.stopped === true };
  }

  #finishUnstarted(reason: UnstartedReason, message: string): Promise<void> {
    return this.#finish({ end: this.#end({ kind: 'not_started', reason, message }) });
  }

  /**
   * Written first, so that no end of this launcher can lose it, and told afterwards. The flush goes on beside: whoever
   * hears of an outcome makes it durable in a journal of their own before it counts.
   */
  async #finish(finished: Omit<FinishedPhase, 'state' | 'process'>): Promise<void> {
    clearTimeout(this.#limit);
    this.#group = undefined;
    const written = await this.surroundings.record(finishedRecord(this.#key, finished));
    if (!written) await this.surroundings.recovered();
    const attempt = this.surroundings.attempt();
    const { phase } = attempt;
    if (phase.state !== 'finished') throw new Error(`Attempt ${this.#key} is not finished after its last record.`);
    this.surroundings.tell({ kind: 'finished', key: this.#key, outcome: outcomeOf(attempt, phase) });
  }
}

type UnstartedReason = Extract<LauncherExit, { kind: 'not_started' }>['reason'];

/** Whether it was the command, or the files around it, which says nothing about the task. */
function unstartedReason({ code }: Failure): UnstartedReason {
  return code === 'disk_full' || code === 'file_unwritable' ? code : 'could_not_start';
}

interface RunningVerify {
  readonly group: ProcessGroup;
  readonly exited: Promise<LauncherExit>;
  readonly limitMs: Millis;
}

function pause(ms: Millis): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
