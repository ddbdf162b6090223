import {
  unreachable,
  type EpochMillis,
  type LauncherAttempt,
  type LauncherExit,
  type LauncherFence,
  type LauncherOutcome,
  type LauncherRecord,
  type LauncherRecordOf,
  type LauncherVerify,
  type Millis,
} from '@ginkoai/contract';

/** What a launcher knows: a fold of its journal's records, and nothing else. Only `applyRecord` changes it. */
export interface LauncherState {
  readonly attempts: Map<string, Attempt>;
  readonly fences: Map<string, Fence>;
}

/** Who may give orders in a scope. */
export interface Fence extends LauncherFence {
  /** Orchestrators of the same epoch that were followed by another one; they may not come back. */
  readonly followed: ReadonlySet<string>;
}

export interface Attempt {
  readonly key: string;
  readonly scope: string;
  readonly acceptedAt: EpochMillis;
  readonly limitMs: Millis;
  readonly outputFile: string;
  readonly verify?: VerifyPlan | undefined;
  /** Also once the plan itself is not kept any more. */
  readonly hasVerify: boolean;
  readonly phase: Phase;
}

/** All that is needed to run the verify command, except the base environment, which is never written to disk. */
export interface VerifyPlan {
  readonly argv: readonly string[];
  readonly limitMs: Millis;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/**
 * accepted -> running -> exited -> finished, never back; `exited` is left out when nothing is left to wait for, and
 * `running` when the command could not be started.
 */
export type Phase =
  | { readonly state: 'accepted' }
  | { readonly state: 'running'; readonly process: StartedProcess }
  | {
      readonly state: 'exited';
      readonly process: StartedProcess;
      readonly end: End;
      /** The verify command, once it runs. */
      readonly verifying?: StartedProcess;
    }
  | {
      readonly state: 'finished';
      readonly process?: StartedProcess;
      readonly end: End;
      readonly verify?: LauncherVerify;
    };

export interface StartedProcess {
  readonly pid: number;
  readonly processStartedAt: string;
  readonly at: EpochMillis;
}

export interface End {
  readonly exit: LauncherExit;
  readonly at: EpochMillis;
  readonly timedOut: boolean;
  readonly stopped: boolean;
}

export type FinishedPhase = Extract<Phase, { state: 'finished' }>;

export function emptyState(): LauncherState {
  return { attempts: new Map(), fences: new Map() };
}

/** Folds a record in. A record that says less than is known already (an older journal's) changes nothing. */
export function applyRecord(state: LauncherState, record: LauncherRecord): void {
  switch (record.t) {
    case 'launcher':
      return;
    case 'hello':
      state.fences.set(record.scope, nextFence(state.fences.get(record.scope), record));
      return;
    case 'accepted':
      if (!state.attempts.has(record.k)) state.attempts.set(record.k, acceptedAttempt(record));
      return;
    case 'forgotten':
      for (const key of record.keys) state.attempts.delete(key);
      return;
    case 'started':
    case 'exited':
    case 'verifying':
    case 'finished': {
      const attempt = state.attempts.get(record.k);
      if (attempt !== undefined) state.attempts.set(record.k, { ...attempt, phase: nextPhase(attempt.phase, record) });
      return;
    }
    default:
      unreachable(record);
  }
}

function nextFence(fence: Fence | undefined, hello: LauncherRecordOf<'hello'>): Fence {
  const { epoch, orchestrator: orchestratorId, holder } = hello;
  const next = { epoch, orchestratorId, ...(holder && { holder }) };
  if (fence === undefined || epoch > fence.epoch) return { ...next, followed: new Set() };
  if (epoch < fence.epoch || orchestratorId === fence.orchestratorId || fence.followed.has(orchestratorId))
    return fence;
  return { ...next, followed: new Set([...fence.followed, fence.orchestratorId]) };
}

function acceptedAttempt(record: LauncherRecordOf<'accepted'>): Attempt {
  const { verify } = record;
  return {
    key: record.k,
    scope: record.scope,
    acceptedAt: record.at,
    limitMs: record.limit,
    outputFile: record.out,
    ...(verify && { verify: { argv: verify.argv, limitMs: verify.limit, env: verify.env, cwd: verify.cwd } }),
    hasVerify: verify !== undefined || record.hadVerify === true,
    phase: { state: 'accepted' },
  };
}

type Step = LauncherRecordOf<'started' | 'exited' | 'verifying' | 'finished'>;

function nextPhase(phase: Phase, record: Step): Phase {
  if (phase.state === 'finished') return phase;
  const process = phase.state === 'accepted' ? undefined : phase.process;
  switch (record.t) {
    case 'started':
      return phase.state === 'accepted' ? { state: 'running', process: startedProcess(record) } : phase;
    case 'exited':
      return phase.state === 'running' ? { state: 'exited', process: phase.process, end: endOf(record) } : phase;
    case 'verifying':
      return phase.state === 'exited' ? { ...phase, verifying: startedProcess(record) } : phase;
    case 'finished':
      return {
        state: 'finished',
        ...(process && { process }),
        end: endOf(record),
        ...(record.verify && { verify: record.verify }),
      };
    default:
      return unreachable(record);
  }
}

function startedProcess(record: LauncherRecordOf<'started' | 'verifying'>): StartedProcess {
  return { pid: record.pid, processStartedAt: record.from, at: record.at };
}

function endOf(record: LauncherRecordOf<'exited' | 'finished'>): End {
  return { exit: record.exit, at: record.at, timedOut: record.timedOut === true, stopped: record.stopped === true };
}

/** The fewest records from which the state can be folded again. */
export function* recordsOf(state: LauncherState): Generator<LauncherRecord> {
  for (const [scope, { epoch, orchestratorId, followed, holder }] of state.fences) {
    for (const orchestrator of followed) yield { t: 'hello', scope, epoch, orchestrator, at: 0 };
    yield { t: 'hello', scope, epoch, orchestrator: orchestratorId, ...(holder && { holder }), at: 0 };
  }
  for (const attempt of state.attempts.values()) yield* recordsOfAttempt(attempt);
}

function* recordsOfAttempt(attempt: Attempt): Generator<LauncherRecord> {
  const { key: k, phase } = attempt;
  yield acceptedRecord(phase.state === 'finished' ? { ...attempt, verify: undefined } : attempt);
  if (phase.state === 'accepted') return;
  if (phase.process) {
    yield { t: 'started', k, pid: phase.process.pid, from: phase.process.processStartedAt, at: phase.process.at };
  }
  if (phase.state === 'running') return;
  if (phase.state === 'finished') {
    yield finishedRecord(k, phase);
    return;
  }
  yield exitedRecord(k, phase.end);
  const { verifying } = phase;
  if (verifying) yield { t: 'verifying', k, pid: verifying.pid, from: verifying.processStartedAt, at: verifying.at };
}

export function acceptedRecord(attempt: Omit<Attempt, 'phase'>): LauncherRecord {
  const { verify } = attempt;
  return {
    t: 'accepted',
    k: attempt.key,
    scope: attempt.scope,
    at: attempt.acceptedAt,
    limit: attempt.limitMs,
    out: attempt.outputFile,
    ...(verify && {
      verify: { argv: [...verify.argv], limit: verify.limitMs, env: { ...verify.env }, cwd: verify.cwd },
    }),
    ...(verify === undefined && attempt.hasVerify && { hadVerify: true }),
  };
}

export function exitedRecord(key: string, end: End): LauncherRecord {
  return { t: 'exited', k: key, exit: end.exit, at: end.at, ...causeOf(end) };
}

export function finishedRecord(key: string, { end, verify }: Omit<FinishedPhase, 'state'>): LauncherRecord {
  return { t: 'finished', k: key, exit: end.exit, at: end.at, ...causeOf(end), ...(verify && { verify }) };
}

function causeOf(end: End): { timedOut?: true; stopped?: true } {
  return { ...(end.timedOut && { timedOut: true }), ...(end.stopped && { stopped: true }) };
}

/** The attempt as an orchestrator is told about it. */
export function toLauncherAttempt(attempt: Attempt): LauncherAttempt {
  const { key, phase, verify } = attempt;
  switch (phase.state) {
    case 'accepted':
      return { key, state: 'accepted' };
    case 'running':
      return runningAttempt(key, phase.process);
    case 'exited':
      return needsVerify(phase.end, verify)
        ? { key, state: 'verifying', startedAt: isoTime(phase.process.at) }
        : runningAttempt(key, phase.process);
    case 'finished':
      return { key, state: 'finished', outcome: outcomeOf(attempt, phase) };
    default:
      return unreachable(phase);
  }
}

/** The verify command runs only after a command that ended well by itself. */
export function needsVerify(end: End, verify: VerifyPlan | undefined): boolean {
  return verify !== undefined && end.exit.kind === 'code' && end.exit.code === 0 && !end.timedOut && !end.stopped;
}

export function outcomeOf(
  { hasVerify, limitMs }: Pick<Attempt, 'hasVerify' | 'limitMs'>,
  { process, end, verify }: FinishedPhase,
): LauncherOutcome {
  return {
    exit: end.exit,
    timedOut: end.timedOut,
    stopped: end.stopped,
    ...(verify && { verify }),
    hasVerify,
    limitMs,
    ...(process && { startedAt: isoTime(process.at) }),
    endedAt: isoTime(end.at),
  };
}

function runningAttempt(key: string, process: StartedProcess): LauncherAttempt {
  const { pid, processStartedAt, at } = process;
  return { key, state: 'running', pid, processStartedAt, startedAt: isoTime(at) };
}

function isoTime(at: EpochMillis): string {
  return new Date(at).toISOString();
}
