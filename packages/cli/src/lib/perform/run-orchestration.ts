import {
  type ContextMetrics,
  exitCodeOf,
  exitCodes,
  type Failure,
  type Millis,
  type NewRunEvent,
  type Result,
  type StopReason,
  type TaskId,
} from '@ginkoai/contract';
import { applyClock } from '../decide/apply-event.js';
import { applySprint } from '../decide/apply-sprint.js';
import type { Change } from '../decide/change.js';
import { closeAttempt, type AttemptId, type CloseContext } from '../decide/close-attempt.js';
import type { RunLimits } from '../decide/limits.js';
import { decideCycle } from '../decide/decide-cycle.js';
import type { AssignDecision } from '../decide/decision.js';
import { judgeWorld, type GraphWord } from '../decide/judge-world.js';
import { reconcile } from '../decide/reconcile.js';
import { isCurrentAttempt, type RunState } from '../decide/run-state.js';
import type { Stop } from '../decide/stop-reason.js';
import type { Agents, Clock, Lease, MarkWriter, RunInput, SprintPort, StartRequest } from '../ports.js';
import type { ReportedChange, Reporter } from '../report/reporter.js';
import type { Checkpointer } from './checkpointer.js';
import type { Inbox } from './inbox.js';
import { Interruption } from './interruption.js';
import { LoopNotices } from './loop-notices.js';
import type { Recorder } from './recorder.js';
import { reportedChanges } from './reported-changes.js';
import type { AttemptPhase } from './run-view.js';
import type { SuspensionWatch } from './suspension.js';

/** Everything the loop works with. What differs between a first start and a resume is done before (`open-run.ts`). */
export interface OrchestrationParts {
  readonly state: RunState;
  readonly inbox: Inbox<RunInput>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly recorder: Recorder;
  readonly checkpointer: Checkpointer;
  readonly agents: Agents;
  readonly lease: Lease;
  readonly marks: MarkWriter;
  readonly suspension: SuspensionWatch;
  readonly reporter: Reporter;
  /** Limits as they stand now; the context pressure changes while the run goes on. */
  readonly limits: () => RunLimits;
  /** How far this command's output fills the context of the harness that reads it; undefined: no harness does. */
  readonly metrics: () => ContextMetrics | undefined;
  readonly pollIntervalMs: Millis;
  readonly sprint: SprintPort;
  /** Looks at the sprint file now; what has changed comes into the inbox. */
  readonly lookAtSprint: () => Promise<void>;
  readonly phases: Map<TaskId, AttemptPhase>;
  /** Attempts that were told to stop and may still run: their tasks are not given out again before they ended. */
  readonly stopping: Map<TaskId, AttemptId>;
  /** The same of attempts of earlier runs, by key. */
  readonly strays: Map<string, TaskId>;
  /** SIGTERM and SIGHUP end the agents too. */
  readonly stopsAgents: boolean;
  readonly includeInProgress: boolean;
  readonly keepRunning: boolean;
  /** False: another orchestrator took over this working copy. */
  readonly isStillOurs: () => boolean;
  /** The folder of the run's state is gone: nobody took over, but nothing can be recorded. */
  readonly isStateGone: () => boolean;
  /** Who took over this working copy; null: it cannot be told here. */
  readonly successor: () => TakenOver | null;
  /** The graph's words up to this revision are in the journal. */
  readonly onRevision: (revision: number) => void;
}

/** Why the loop ended, and what it left behind. */
export interface LoopEnd {
  readonly stop: Stop;
  /** Somebody else holds the run: nothing may be written any more. */
  readonly isTakenOver: boolean;
  readonly figures: RunFigures;
}

export interface RunFigures {
  attempts: number;
  failedAttempts: number;
  /** Tasks that were completed, by whomever. */
  readonly completed: Set<TaskId>;
  readonly failed: { taskId: TaskId; message: string; generation: number; attempt: number }[];
}

type TakenOver = Extract<RunInput, { kind: 'taken_over' }>;

const isTakenOver = (input: RunInput): input is TakenOver => input.kind === 'taken_over';
const takenOverHere: TakenOver = {
  kind: 'taken_over',
  message: 'Another orchestrator took over this working copy. This one writes nothing more.',
};
const stateGone: TakenOver = {
  kind: 'taken_over',
  message:
    'The folder of this run in .ginko/orchestrator was removed while it ran, so nothing can be recorded any more. Its agents are stopped. Start it again: what the sprint file and the graph show is kept.',
};
/** That an attempt has started decides nothing: its line waits this long for others to share their flush. */
const startsWaitMs: Millis = 100;

/**
 * The only loop: what happened -> events -> written and folded; then decide -> intents -> written and folded; then one
 * flush for both, and what they bring about is told and performed; then sleep until something happens or it is time to
 * look again.
 */
export async function runOrchestration(parts: OrchestrationParts): Promise<LoopEnd> {
  return new Orchestration(parts).run();
}

class Orchestration {
  readonly #parts: OrchestrationParts;
  readonly #state: RunState;
  readonly #figures: RunFigures = { attempts: 0, failedAttempts: 0, completed: new Set(), failed: [] };
  readonly #notices: LoopNotices;
  readonly #interruption: Interruption;
  #takenOver: Stop | null = null;
  #fatal: Stop | null = null;
  /** In the journal and in the state, but not on disk for sure. */
  readonly #uncommitted: NewRunEvent[] = [];
  /** Ended attempts, which the launcher forgets once their ends are durable. */
  readonly #unsettled: AttemptId[] = [];
  /** Not recorded yet. */
  #starts: NewRunEvent[] = [];
  #startsDueAt: Millis | null = null;
  #words: ReadonlyMap<TaskId, GraphWord> = new Map();

  constructor(parts: OrchestrationParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#notices = new LoopNotices(parts);
    this.#interruption = new Interruption({ ...parts, open: parts.state.open, notices: this.#notices });
  }

  async run(): Promise<LoopEnd> {
    for (;;) {
      const stop = await this.#cycle();
      if (stop !== null && this.#takenOver === null && this.#fatal === null) await this.#record(this.#starts.splice(0));
      if (stop !== null) return { stop, isTakenOver: this.#takenOver !== null, figures: this.#figures };
    }
  }

  /** One turn. Non-null: the run ends. */
  async #cycle(): Promise<Stop | null> {
    const { clock, inbox, suspension, lease, checkpointer } = this.#parts;
    if (suspension.wasSuspended()) await lease.confirm();
    const inputs = inbox.take();
    await this.#giveWay(inputs);
    if (this.#takenOver === null) await this.#hear(inputs);
    const interrupted = this.#interruption.stop();
    const ended = this.#takenOver ?? this.#fatal ?? (this.#state.open.size > 0 ? interrupted : null);
    if (ended !== null) return this.#endWith(ended);
    const now = clock.now();
    applyClock(this.#state, now);
    const limits = this.#parts.limits();
    this.#notices.warnOfPressure(limits);
    const { decisions, wakeAt, waiting } = decideCycle(this.#state, now, limits);
    this.#notices.tellOfWaiting(waiting);
    const assignments: AssignDecision[] = [];
    const records: NewRunEvent[] = [];
    for (const decision of decisions) {
      if (decision.kind === 'stop') return (await this.#hasNews()) ? null : this.#endWith(decision);
      if (decision.kind === 'record') records.push(decision.event);
      else assignments.push(decision);
    }
    this.#write(records);
    // Nothing runs any more, and there is no other reason to end: what was left to do is left.
    if (interrupted !== null && records.length === 0) return this.#endWith(interrupted);
    const starts = !this.#interruption.wasAskedFor && lease.mayAssign() ? this.#intend(assignments) : [];
    // What came to an end and what follows from it become durable together.
    await this.#commit(starts);
    checkpointer.saveIfDue(this.#state.sequence);
    if (records.length === 0 && this.#fatal === null) await inbox.wait(this.#nextLook(now, wakeAt), clock);
    return null;
  }

  async #endWith(stop: Stop): Promise<Stop> {
    await this.#commit();
    return this.#takenOver ?? this.#fatal ?? stop;
  }

  /** Before the run ends: a person may have added or unblocked tasks since the last look. */
  async #hasNews(): Promise<boolean> {
    await this.#commit();
    if (this.#fatal !== null) return false;
    // Our own marks first, so that the look is the last thing before the end.
    await this.#parts.marks.settle();
    await this.#parts.lookAtSprint();
    return !this.#parts.inbox.isEmpty;
  }

  /** Somebody else may have the run by now: then what was heard meanwhile is theirs to judge. */
  async #giveWay(inputs: readonly RunInput[]): Promise<void> {
    const { isStillOurs, isStateGone, successor, lease, inbox } = this.#parts;
    const told = inputs.find(isTakenOver);
    if (isStillOurs()) return told === undefined ? undefined : this.#hearOther(told);
    if (isStateGone()) return this.#hearOther(stateGone);
    const known = successor() ?? told;
    if (known !== undefined) return this.#hearOther(known);
    // The successor has come and gone; the graph knows who it was.
    await lease.confirm();
    return this.#hearOther(inbox.take().find(isTakenOver) ?? takenOverHere);
  }

  #nextLook(now: number, wakeAt: number | null): number {
    const moments = [wakeAt, this.#interruption.stopAgentsBy, this.#startsDueAt].map((moment) => moment ?? Infinity);
    return Math.min(now + this.#parts.pollIntervalMs, ...moments);
  }

  /** Turns what happened into events. Ends that come together are judged together. */
  async #hear(inputs: readonly RunInput[]): Promise<void> {
    const events: NewRunEvent[] = [];
    const ended: AttemptId[] = [];
    const writeEnds = (): void => {
      if (this.#write(events.splice(0))) this.#unsettled.push(...ended.splice(0));
    };
    const closing = new Set<TaskId>();
    for (const input of inputs) {
      switch (input.kind) {
        case 'attempt_started':
          this.#starts.push(...this.#started(input));
          if (this.#starts.length > 0) this.#startsDueAt ??= this.#parts.clock.now() + startsWaitMs;
          break;
        case 'attempt_verifying':
          this.#parts.phases.set(input.id.taskId, 'verifying');
          break;
        case 'attempt_ended': {
          ended.push(input.id);
          const wasStopped = this.#forgetStopping(input.id);
          // The same end may be told twice in one batch; the state would not know the first yet.
          const key = `${input.id.taskId}/${input.id.generation}/${input.id.attempt}`;
          if (closing.has(key)) break;
          closing.add(key);
          events.push(...this.#ended(input.id, input.end, { wasStopped }));
          break;
        }
        default:
          writeEnds();
          // Without its journal a run believes nothing more; the next start hears it again.
          if (!(await this.#commit())) return;
          await this.#hearOther(input);
      }
    }
    writeEnds();
  }

  async #hearOther(
    input: Exclude<RunInput, { kind: 'attempt_started' | 'attempt_verifying' | 'attempt_ended' }>,
  ): Promise<void> {
    switch (input.kind) {
      case 'agents_trouble':
        if (['disk_full', 'file_unwritable'].includes(input.failure.code)) this.#fatal ??= fatalStop(input.failure);
        return this.#notices.warn(input.failure.code, input.failure.message);
      case 'sprint_trouble':
        return this.#notices.warn(input.failure.code, input.failure.message);
      case 'stray_ended':
        return void this.#parts.strays.delete(input.key);
      case 'sprint_changed':
        return this.#reconcile();
      case 'graph_words':
        // A word may be about a task that the file has only just got.
        await this.#parts.lookAtSprint();
        this.#words = input.words;
        await this.#reconcile();
        this.#words = new Map();
        if (this.#fatal === null) this.#parts.onRevision(input.revision);
        return;
      case 'lease_granted':
        if ((await this.#record([{ kind: 'lease_granted', epoch: input.epoch }])).ok)
          this.#parts.agents.raiseEpoch(input.epoch);
        return;
      case 'taken_over':
        this.#takenOver ??= { reason: 'taken_over', message: input.message };
        return this.#notices.tell({
          kind: 'lease_lost',
          message: input.message,
          ...(input.orchestratorId === undefined ? {} : { takenOverBy: input.orchestratorId }),
          ...(input.host === undefined ? {} : { host: input.host }),
        });
      case 'interrupt':
        return this.#interruption.take(input.level);
    }
  }

  #started({ id, pid, processStartedAt }: Extract<RunInput, { kind: 'attempt_started' }>): NewRunEvent[] {
    const facts = this.#state.tasks.get(id.taskId);
    if (facts === undefined || !isCurrentAttempt(facts, id)) return [];
    this.#parts.phases.set(id.taskId, 'running');
    if (facts.assignment?.process?.pid === pid) return [];
    return [{ kind: 'task_started', ...id, pid, processStartedAt }];
  }

  #ended(
    id: AttemptId,
    end: Extract<RunInput, { kind: 'attempt_ended' }>['end'],
    { wasStopped }: { readonly wasStopped: boolean },
  ): NewRunEvent[] {
    const events = closeAttempt(this.#state, id, end, this.#closeContext());
    if (events.length === 0) {
      if (end.kind === 'completed' || end.kind === 'failed') {
        this.#notices.warn(
          'unaccepted_result',
          `The result of ${id.taskId} (attempt ${id.attempt}) is not accepted: that attempt is no longer current. Its files are kept.`,
          { isVerbose: wasStopped },
        );
      }
      return [];
    }
    this.#parts.phases.delete(id.taskId);
    if (end.kind === 'failed') {
      this.#figures.failedAttempts += 1;
      this.#figures.failed.push({ ...id, message: end.failure.message });
    }
    return events;
  }

  /** Its task may be given out again only when nothing of it runs any more. */
  #stopAttempt(id: AttemptId): void {
    this.#parts.stopping.set(id.taskId, id);
    this.#parts.agents.stop(id);
  }

  /** Whether it was being stopped. */
  #forgetStopping({ taskId, generation, attempt }: AttemptId): boolean {
    const stopped = this.#parts.stopping.get(taskId);
    const isIt = stopped?.generation === generation && stopped.attempt === attempt;
    return isIt && this.#parts.stopping.delete(taskId);
  }

  #closeContext(): CloseContext {
    return { now: this.#parts.clock.now(), limits: this.#parts.limits(), chance: this.#parts.chance };
  }

  /** Writes down what is to be given out. The agents are told once that is durable. */
  #intend(decisions: readonly AssignDecision[]): StartRequest[] {
    const { stopping, strays } = this.#parts;
    const ofEarlierRuns = new Set(strays.values());
    const free = decisions.filter(({ taskId }) => {
      const isFree = this.#state.tasks.get(taskId)?.assignment === null;
      if (stopping.has(taskId) || ofEarlierRuns.has(taskId)) return false;
      if (!isFree)
        this.#notices.warn('already_in_progress', `${taskId} is already in progress; skipped.`, { isVerbose: true });
      return isFree;
    });
    if (free.length === 0) return [];
    const events = free.map(({ taskId, agentId, generation, attempt }): NewRunEvent => {
      const hash = this.#state.tasks.get(taskId)?.definition?.hash;
      const definition = hash === undefined ? {} : { definition: hash };
      return { kind: 'task_assigned', taskId, agentId, generation, attempt, place: this.#state.place, ...definition };
    });
    if (!this.#write(events)) return [];
    this.#figures.attempts += free.length;
    for (const { taskId } of free) this.#parts.phases.set(taskId, 'starting');
    return free.map(({ agentId, taskId, generation, attempt }) => ({ agentId, id: { taskId, generation, attempt } }));
  }

  /** The sprint file or the graph has news. */
  async #reconcile(): Promise<void> {
    const { sprint, includeInProgress, keepRunning } = this.#parts;
    const observed = sprint.observe();
    applySprint(this.#state, observed.definitions);
    const actual = judgeWorld(this.#state, {
      sprint: observed.marks,
      lastSeen: sprint.lastSeen(),
      graph: this.#words,
      attempts: new Map(),
    });
    const state = this.#state;
    const how = { includeInProgress, keepRunning, includeKept: false };
    const news = reconcile(actual, { state, ...how, ...this.#closeContext() });
    const reopened = news.flatMap(({ events }) =>
      events.flatMap((e) => (e.kind === 'task_reopened' ? [e.taskId] : [])),
    );
    if (reopened.length > 0) await sprint.overrule(reopened);
    const recorded = await this.#record(
      news.flatMap((change) => change.events),
      reportedChanges(news),
    );
    // What is in no journal was not heard: the next start hears it.
    if (!recorded.ok) return;
    await sprint.acknowledge(observed, (id) => this.#state.tasks.get(id)?.status === 'complete');
    this.#follow(news);
  }

  #follow(changes: readonly Change[]): void {
    for (const { stop } of changes) if (stop !== undefined) this.#stopAttempt(stop);
    this.#parts.marks.owe(changes.filter((change) => change.writeMark === true).map((change) => change.taskId));
  }

  /** Makes events true at once, with everything that was written before them. */
  async #record(others: readonly NewRunEvent[], changes: readonly ReportedChange[] = []): Promise<Result<void>> {
    const events = this.#withStarts(others);
    const recorded = await this.#parts.recorder.record(events, changes);
    if (recorded.ok) this.#followUp([...this.#uncommitted.splice(0), ...events]);
    else this.#fatal ??= fatalStop(recorded.failure);
    return recorded;
  }

  /** Makes events true for what is decided next. Nobody hears of them before `#commit`. */
  #write(others: readonly NewRunEvent[]): boolean {
    const events = this.#withStarts(others);
    const written = this.#parts.recorder.write(events);
    if (written.ok) this.#uncommitted.push(...events);
    else this.#fatal ??= fatalStop(written.failure);
    return written.ok;
  }

  /** Only what is on disk may be started, told, marked in the sprint file, or forgotten by the launcher. */
  async #commit(intended: readonly StartRequest[] = []): Promise<boolean> {
    const { recorder, agents, isStillOurs } = this.#parts;
    const flushing = recorder.flush();
    // While a slow disk is at work. A successor of this working copy may be at work on the same attempt by now.
    const starts =
      intended.length > 0 && isStillOurs()
        ? intended.map((request) => ({ id: request.id, start: agents.prepare(request) }))
        : [];
    const flushed = await flushing;
    if (!flushed.ok) {
      this.#fatal ??= fatalStop(flushed.failure);
      return false;
    }
    // First what somebody waits for.
    if (starts.length > 0) await this.#start(starts);
    recorder.tell();
    this.#followUp(this.#uncommitted.splice(0));
    return true;
  }

  /** A flush may hold up the program for longer than the lease lasts: then they come back as not accepted. */
  async #start(starts: readonly PreparedStart[]): Promise<void> {
    const { suspension, lease, inbox } = this.#parts;
    if (suspension.wasSuspended()) await lease.confirm();
    if (lease.mayAssign()) for (const { start } of starts) start();
    else for (const { id } of starts) inbox.push({ kind: 'attempt_ended', id, end: { kind: 'not_accepted' } });
  }

  /** What these events, durable now, bring about. */
  #followUp(events: readonly NewRunEvent[]): void {
    this.#parts.agents.settle(this.#unsettled.splice(0));
    const marks: TaskId[] = [];
    for (const event of events) {
      if (event.kind !== 'task_completed') continue;
      if (event.held === true) this.#notices.warnOfHeldWork(event.taskId);
      else this.#figures.completed.add(event.taskId);
      if (event.held !== true && event.by !== 'sprint_file') marks.push(event.taskId);
    }
    this.#parts.marks.owe(marks);
  }

  #withStarts(others: readonly NewRunEvent[]): readonly NewRunEvent[] {
    const areStartsDue = this.#startsDueAt !== null && this.#parts.clock.now() >= this.#startsDueAt;
    const events = others.length > 0 || areStartsDue ? [...this.#starts.splice(0), ...others] : others;
    if (this.#starts.length === 0) this.#startsDueAt = null;
    return events;
  }
}

interface PreparedStart {
  readonly id: AttemptId;
  readonly start: () => void;
}

/** The journal cannot be written: nothing may be given out or accepted any more. */
function fatalStop(failure: Failure): Stop {
  const reason: StopReason = failure.code === 'disk_full' ? 'disk_full' : 'bad_configuration';
  return { reason, message: failure.message };
}

/** Three resumes in a row that got nothing done mean that resuming does not help: a person is needed. */
export function exitCodeAfter(stop: Stop, idleResumes: number): (typeof exitCodes)[keyof typeof exitCodes] {
  const code = exitCodeOf(stop.reason);
  return code === exitCodes.resume && idleResumes >= 3 ? exitCodes.personNeeded : code;
}
