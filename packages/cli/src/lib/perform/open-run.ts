import { randomBytes } from 'node:crypto';
import {
  ok,
  type Epoch,
  type Holder,
  type NewRunEvent,
  type Result,
  type RunEvent,
  type TaskId,
} from '@ginkoai/contract';
import type { AttemptSighting } from '../decide/actual-task.js';
import { applyEvent } from '../decide/apply-event.js';
import { applySprint } from '../decide/apply-sprint.js';
import type { GraphWord } from '../decide/judge-world.js';
import type { RunLimits } from '../decide/limits.js';
import type { Recovery } from '../decide/recover.js';
import { restoreState } from '../decide/restore-state.js';
import { emptyRunState, type RunState } from '../decide/run-state.js';
import { judgeWorld } from '../decide/judge-world.js';
import { reconcile } from '../decide/reconcile.js';
import { stampEvent, type ReconciledChange } from '../orchestrator-state.js';
import type { Clock, EventLog, SprintPort } from '../ports.js';
import type { Reporter } from '../report/reporter.js';
import { planRecovery, type RecoveryPlan } from './plan-recovery.js';
import type { RecoverySources } from './recovery-sources.js';

export interface OpenRunOptions {
  readonly sources: RecoverySources;
  readonly isResume: boolean;
  readonly identity: { readonly graphId: string; readonly epicId: string; readonly sprintId: string };
  readonly successor: { readonly holder: Holder; readonly orchestratorName: string; readonly epoch: Epoch };
  readonly sprint: SprintPort;
  readonly words: ReadonlyMap<TaskId, GraphWord>;
  readonly openJournal: (epoch: Epoch) => Promise<Result<EventLog>>;
  /** The attempts that the launchers of this working copy know, and those of other places, for a recovered state. */
  readonly sight: (recovery: Recovery) => Promise<ReadonlyMap<TaskId, AttemptSighting>>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly limits: Pick<RunLimits, 'maxAttempts' | 'maxLosses' | 'backoffMs' | 'maxBackoffMs'>;
  readonly includeInProgress: boolean;
  readonly keepRunning: boolean;
  readonly reporter: Reporter;
}

/** A run that is ready to go on: everything that opened it is durable. */
export interface OpenedRun {
  readonly state: RunState;
  readonly journal: EventLog;
  readonly events: readonly RunEvent[];
  readonly changes: readonly ReconciledChange[];
  readonly adopted: number;
  readonly isRecovered: boolean;
}

/** Starts a run, or goes on with the newest state there is. Failures: those of the journal. */
export async function openRun(options: OpenRunOptions): Promise<Result<OpenedRun>> {
  const { sources, isResume, reporter, clock } = options;
  const at = new Date(clock.now()).toISOString();
  if (!isResume) {
    const hasPrevious = sources.local.kind === 'found' || sources.graph.kind === 'found';
    if (hasPrevious) reporter.event({ kind: 'previous_checkpoint', at });
    return startRun(options);
  }
  const plan = await planRecovery({
    sources,
    sprint: options.sprint.observe(),
    lastSeen: options.sprint.lastSeen(),
    words: options.words,
    sight: options.sight,
    successor: options.successor,
    now: clock.now(),
    chance: options.chance,
    limits: options.limits,
    includeInProgress: options.includeInProgress,
    keepRunning: options.keepRunning,
  });
  if (plan === null) {
    reporter.event({ kind: 'nothing_to_resume', at });
    return startRun(options);
  }
  return resumeRun(plan, options);
}

async function resumeRun(plan: RecoveryPlan, options: OpenRunOptions): Promise<Result<OpenedRun>> {
  const { sprint, reporter, clock, successor, sources } = options;
  const journal = await options.openJournal(successor.epoch);
  if (!journal.ok) return journal;
  const written = await journal.value.append(plan.events);
  if (!written.ok) return written;
  const state = restoreState(plan.checkpoint, [], plan.recovery.state.place);
  applySprint(state, sprint.observe().definitions);
  const at = new Date(clock.now()).toISOString();
  reporter.event({
    kind: 'recovery',
    at,
    source: plan.recovery.source,
    reason: plan.recovery.reason,
    orchestratorId: plan.before.orchestratorId,
    completed: plan.before.completed,
    inProgress: plan.before.inProgress,
    ...(sources.persistedAt === null ? {} : { lastPersisted: sources.persistedAt }),
  });
  const changes = plan.changes.filter((change) => change.isKept !== true);
  if (changes.length > 0) {
    const told = changes.map(({ row, taskId, sentence, isWarning }) => ({
      row,
      taskId,
      sentence,
      ...(isWarning === true ? { isWarning } : {}),
    }));
    reporter.event({ kind: 'reconciled', at, changes: told });
  }
  for (const fact of plan.facts) {
    if (fact.isAccepted) continue;
    const message = `A result of ${fact.taskId} (attempt ${fact.attempt ?? 'unknown'}) that only the ${fact.source === 'local' ? 'local journal' : 'graph'} has is not accepted: that attempt was no longer current. Its files are kept.`;
    reporter.event({ kind: 'warning', at, code: 'unaccepted_result', message });
  }
  for (const event of plan.events) reporter.event(event);
  const adopted = plan.events.filter((event) => event.kind === 'task_adopted').length;
  return ok({ state, journal: journal.value, events: plan.events, changes, adopted, isRecovered: true });
}

/** A new run: its first event, and what the sprint file already shows. */
async function startRun(options: OpenRunOptions): Promise<Result<OpenedRun>> {
  const { identity, successor, sprint, clock, reporter } = options;
  const state = emptyRunState(successor.holder.place);
  const at = new Date(clock.now()).toISOString();
  const events: RunEvent[] = [];
  const fold = (event: NewRunEvent): RunEvent => {
    const stamped = stampEvent(event, state.sequence, at);
    applyEvent(state, stamped);
    events.push(stamped);
    return stamped;
  };
  fold({
    kind: 'run_started',
    runId: newRunId(clock.now()),
    ...identity,
    orchestratorName: successor.orchestratorName,
    epoch: successor.epoch,
    holder: successor.holder,
  });
  const observed = sprint.observe();
  applySprint(state, observed.definitions);
  const actual = judgeWorld(state, {
    sprint: observed.marks,
    lastSeen: new Map(),
    graph: options.words,
    attempts: new Map(),
  });
  const { chance, limits, includeInProgress, keepRunning } = options;
  const found = reconcile(actual, { state, now: clock.now(), chance, limits, includeInProgress, keepRunning });
  const changes = found
    .filter((change) => change.isKept !== true)
    .map((change) => ({ ...change, events: change.events.map(fold) }));
  const journal = await options.openJournal(successor.epoch);
  if (!journal.ok) return journal;
  const written = await journal.value.append(events);
  if (!written.ok) return written;
  for (const event of events) reporter.event(event);
  return ok({ state, journal: journal.value, events, changes, adopted: 0, isRecovered: false });
}

export function newRunId(now: number): string {
  return `run-${now}-${randomBytes(3).toString('hex')}`;
}
