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
import type { ReconciledChange } from '../decide/change.js';
import type { GraphWord } from '../decide/judge-world.js';
import type { RunLimits } from '../decide/limits.js';
import type { Recovery } from '../decide/recover.js';
import { emptyRunState, type RunState, type TaskFacts } from '../decide/run-state.js';
import { judgeWorld } from '../decide/judge-world.js';
import { reconcile } from '../decide/reconcile.js';
import { stampEvent } from '../decide/stamp-event.js';
import type { Clock, EventLog, SprintPort } from '../ports.js';
import type { Notice, ReportedEvent } from '../report/reporter.js';
import { reconciledNotice, reportedChanges } from './reported-changes.js';
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
  readonly sight: (recovery: Recovery) => ReadonlyMap<TaskId, AttemptSighting>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly limits: Pick<RunLimits, 'maxAttempts' | 'maxLosses' | 'backoffMs' | 'maxBackoffMs'>;
  readonly includeInProgress: boolean;
  readonly keepRunning: boolean;
}

/** A run that is ready to go on: everything that opened it is durable. */
export interface OpenedRun {
  readonly state: RunState;
  readonly journal: EventLog;
  readonly events: readonly RunEvent[];
  /** What is to be told about the opening, in order; the events are among it. */
  readonly announcement: readonly ReportedEvent[];
  readonly changes: readonly ReconciledChange[];
  /** Attempts of an earlier process that go on. */
  readonly adopted: number;
  readonly isRecovered: boolean;
}

interface Opening extends OpenRunOptions {
  /** Being opened; its file is made durable while it is planned what to write. */
  readonly journal: Promise<Result<EventLog>>;
}

/** Starts a run, or goes on with the newest state there is. Failures: those of the journal. */
export function openRun(options: OpenRunOptions): Promise<Result<OpenedRun>> {
  return openWith({ ...options, journal: options.openJournal(options.successor.epoch) });
}

async function openWith(options: Opening): Promise<Result<OpenedRun>> {
  const { sources, isResume, clock } = options;
  const at = new Date(clock.now()).toISOString();
  if (!isResume) {
    const hasPrevious = sources.local.kind === 'found' || sources.graph.kind === 'found';
    return startRun(options, hasPrevious ? [{ kind: 'previous_checkpoint', at }] : []);
  }
  const plan = planRecovery({
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
    isForDisplay: false,
  });
  return plan === null ? startRun(options, [{ kind: 'nothing_to_resume', at }]) : resumeRun(plan, options);
}

async function resumeRun(plan: RecoveryPlan, options: Opening): Promise<Result<OpenedRun>> {
  const { sprint } = options;
  const journal = await options.journal;
  if (!journal.ok) return journal;
  const written = await journal.value.append(plan.events);
  if (!written.ok) return refused(written, journal.value);
  const { state, changes } = plan;
  // In which order reconciliation made tasks ready does not matter: they are all ready since now.
  state.queues.clear();
  applySprint(state, sprint.observe().definitions);
  return ok({
    state,
    journal: journal.value,
    events: plan.events,
    announcement: announceRecovery(plan, options),
    changes,
    adopted: plan.events.filter((event) => event.kind === 'task_adopted').length,
    isRecovered: true,
  });
}

/** The lines of a recovery: where the state is from, what was changed by what is true now, what was not accepted. */
function announceRecovery(plan: RecoveryPlan, { clock, sources }: OpenRunOptions): ReportedEvent[] {
  const at = new Date(clock.now()).toISOString();
  const announcement: ReportedEvent[] = [
    {
      kind: 'recovery',
      at,
      source: plan.recovery.source,
      reason: plan.recovery.reason,
      ...plan.before,
      ...(sources.persistedAt === null ? {} : { lastPersisted: sources.persistedAt }),
    },
  ];
  const changes = reportedChanges(plan.changes);
  if (changes.length > 0)
    announcement.push(reconciledNotice({ at, changes, events: plan.changes.flatMap(({ events }) => events) }));
  for (const fact of plan.facts) {
    if (fact.isAccepted) continue;
    const owner = fact.source === 'local' ? 'local journal' : 'graph';
    const message = `A result of ${fact.taskId} (attempt ${fact.attempt ?? 'unknown'}) that only the ${owner} has is not accepted: that attempt was no longer current. Its files are kept.`;
    announcement.push({ kind: 'warning', at, code: 'unaccepted_result', message });
  }
  return [...announcement, ...strayCompletions(plan, sources, at), ...plan.events];
}

/** What an orchestrator journalled after it was overtaken, and nobody has done since. */
function strayCompletions(plan: RecoveryPlan, { local }: RecoverySources, at: string): ReportedEvent[] {
  if (local.kind !== 'found') return [];
  return local.strays.flatMap((event) => {
    if (event.kind !== 'task_completed' || isComplete(plan.state.tasks.get(event.taskId))) return [];
    const attempt = event.attempt === undefined ? '' : ` (attempt ${event.attempt})`;
    const message = `A completion of ${event.taskId}${attempt} was recorded here after another orchestrator had taken over, and is not accepted. Its files are kept.`;
    return [{ kind: 'warning', at, code: 'unaccepted_result', message }];
  });
}

function isComplete(facts: TaskFacts | undefined): boolean {
  return facts?.status === 'complete' && !facts.removed;
}

async function refused<T>(refusal: Result<T>, journal: EventLog): Promise<Result<T>> {
  await journal.close();
  return refusal;
}

/** A new run: its first event, and what the sprint file already shows. */
async function startRun(options: Opening, notices: readonly Notice[]): Promise<Result<OpenedRun>> {
  const { identity, successor, sprint, clock } = options;
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
    ...replacedBy(options.sources),
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
  const closing = { now: clock.now(), chance, limits };
  const found = reconcile(actual, { state, ...closing, includeInProgress, keepRunning, includeKept: false });
  const changes = found.map((change) => ({ ...change, events: change.events.map(fold) }));
  const journal = await options.journal;
  if (!journal.ok) return journal;
  const written = await journal.value.append(events);
  if (!written.ok) return refused(written, journal.value);
  return ok({
    state,
    journal: journal.value,
    events,
    announcement: [...notices, ...events],
    changes,
    adopted: 0,
    isRecovered: false,
  });
}

/** More than this many fresh starts without a graph are not told apart from the runs of others. */
const keptReplacedRuns = 20;

function replacedBy({ local, graph }: RecoverySources): { readonly replaces?: string[] } {
  const earlier = [local, graph].flatMap((source) => (source.kind === 'found' ? [source.state] : []));
  const ids = [...earlier.map(({ runId }) => runId), ...earlier.flatMap(({ replacedRuns }) => replacedRuns)];
  return ids.length === 0 ? {} : { replaces: [...new Set(ids)].slice(0, keptReplacedRuns) };
}

export function newRunId(now: number): string {
  return `run-${now}-${randomBytes(3).toString('hex')}`;
}
