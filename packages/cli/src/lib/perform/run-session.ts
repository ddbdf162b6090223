import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { ok, type ContextMetrics, type OrchestratorCheckpoint, type Result, type TaskId } from '@ginkoai/contract';
import { isMet } from '../decide/apply-event.js';
import { checkpointOf } from '../decide/checkpoint-of.js';
import type { AttemptId } from '../decide/close-attempt.js';
import type { RunLimits } from '../decide/limits.js';
import type { OrchestrateOptions } from '../options/orchestrate-options.js';
import type { OrchestratorState } from '../orchestrator-state.js';
import type { Clock, InterruptLevel, Lease, Mirror, RunInput } from '../ports.js';
import type { Reporter, RunSummary, RunView } from '../report/reporter.js';
import { attemptFiles } from './agents/attempt-files.js';
import type { LocalAgents } from './agents/local-agents.js';
import { Checkpointer } from './checkpointer.js';
import type { Claim } from './claim-run.js';
import { EpochJournal } from './epoch-journal.js';
import { followForeignAttempts } from './foreign-attempts.js';
import { graphLinks } from './graph-links.js';
import { followGraphWords, type GraphWordsParts } from './graph-words.js';
import type { Inbox } from './inbox.js';
import { openJournal } from './journal.js';
import { leftTasks } from './left-tasks.js';
import type { OpenedRun } from './open-run.js';
import type { Lock } from './lock.js';
import { outputTail } from './output-tail.js';
import { createRecorder } from './recorder.js';
import { exitCodeAfter, runOrchestration, type LoopEnd } from './run-orchestration.js';
import { activityOf, runView, titleOf, type AttemptPhase } from './run-view.js';
import { strayAttempts } from './sight-attempts.js';
import { keepHeapSmall } from './small-heap.js';
import type { SprintSource } from './sprint-source.js';
import { watchForSuspension } from './suspension.js';

export interface RunSessionParts {
  readonly root: string;
  readonly options: OrchestrateOptions;
  readonly claim: Claim;
  readonly opened: OpenedRun;
  readonly sprint: SprintSource;
  readonly agents: LocalAgents;
  readonly pool: readonly { readonly id: string; readonly capabilities: readonly string[] }[];
  readonly inbox: Inbox<RunInput>;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly limits: () => RunLimits;
  readonly metrics: () => ContextMetrics | undefined;
  readonly graphRevision: number;
  readonly lastHeardAt: number;
  readonly reporter: Reporter;
  readonly listen: (onInterrupt: (level: InterruptLevel) => void, onEnough: () => void) => () => void;
}

const finalPersistMs = 5_000;
const stopGraceMs = 5_000;
/** Tasks that a summary carries; more are only counted. */
const shownLeft = 200;

/** Runs an opened run to its end and leaves everything as the next start wants to find it. */
export async function runSession(parts: RunSessionParts): Promise<RunSummary> {
  return new RunSession(parts).run();
}

class RunSession {
  readonly #parts: RunSessionParts;
  readonly #memory: OrchestratorState;
  readonly #journal: EpochJournal;
  readonly #checkpointer: Checkpointer;
  readonly #mirror: Mirror;
  readonly #lease: Lease;
  readonly #phases = new Map<TaskId, AttemptPhase>();
  readonly #stopping = new Map<TaskId, AttemptId>();
  readonly #strays = new Map<string, TaskId>();
  readonly #startedAt: number;
  readonly #calls = new AbortController();
  #revision: number;
  #exit: { reason: string; code: number } | undefined;

  constructor(parts: RunSessionParts) {
    const { opened, claim, clock, options, reporter } = parts;
    this.#parts = parts;
    this.#startedAt = clock.monotonic();
    this.#revision = parts.graphRevision;
    const { recoveredFrom } = opened.state;
    this.#memory = {
      run: opened.state,
      ...(recoveredFrom === null ? {} : { recoveredFromCheckpointId: recoveredFrom }),
    };
    this.#journal = new EpochJournal(opened.journal, (epoch) => openJournal({ directory: claim.directory, epoch }));
    this.#checkpointer = new Checkpointer({
      file: claim.stateFile,
      journal: this.#journal,
      clock,
      intervalMs: options.persistIntervalMs,
      reporter,
      checkpoint: () => this.#checkpoint(),
    });
    const links = graphLinks(parts, {
      signal: this.#calls.signal,
      checkpoint: () => this.#checkpoint(),
      settled: () => this.#settled(),
      revision: () => this.#revision,
      onPersisted: (checkpoint) => (this.#memory.lastGraphPersist = new Date(checkpoint.persistedAt ?? clock.now())),
    });
    this.#mirror = links.mirror;
    this.#lease = links.lease;
  }

  async run(): Promise<RunSummary> {
    const { opened, reporter, claim, pool } = this.#parts;
    const { state } = opened;
    keepHeapSmall();
    for (const { id, capabilities } of pool) state.agents.join(id, capabilities);
    for (const facts of state.open) {
      if (facts.assignment?.place === state.place) state.agents.occupy(facts.assignment.agentId, facts.id);
    }
    reporter.start(
      () => this.#view(),
      (taskId) => titleOf(state.tasks.get(taskId)),
    );
    for (const event of opened.announcement) reporter.event(event);
    for (const { code, message } of claim.warnings) this.#warn(code, message);
    const saved = this.#checkpointer.save();
    this.#mirror.offer(opened.events);
    this.#followUp();
    const stops = this.#watch();
    try {
      // Both are about what the journal has by now: neither waits for the other's flush.
      await Promise.all([saved, this.#acknowledge()]);
      const end = await this.#loop();
      for (const stop of stops) stop();
      return await this.#finish(end);
    } catch (error) {
      for (const stop of stops) stop();
      await this.#letGo();
      throw error;
    }
  }

  /** After a bug: what goes on by itself would renew the lease of a run that nobody carries on. */
  async #letGo(): Promise<void> {
    const { agents, reporter } = this.#parts;
    this.#mirror.stop();
    this.#lease.stop();
    this.#calls.abort();
    await agents.close();
    reporter.leave?.();
  }

  /** What the opening of the run left to do: agents to stop, marks that the file owes, attempts of the past. */
  #followUp(): void {
    const { opened, agents, sprint, claim } = this.#parts;
    const { running, over } = strayAttempts(opened.state, claim.launcher.attempts);
    if (over.length > 0) claim.launcher.forget(over);
    this.#tellOfStrays(running.filter(({ isOurs }) => !isOurs).flatMap(({ id }) => (id === null ? [] : [id.taskId])));
    for (const { key, id, isOurs } of running) {
      if (id !== null && isOurs) this.#stopping.set(id.taskId, id);
      else if (id !== null) this.#strays.set(key, id.taskId);
      claim.launcher.stop(key, stopGraceMs);
    }
    for (const { stop } of opened.changes) {
      if (stop === undefined) continue;
      this.#stopping.set(stop.taskId, stop);
      agents.stop(stop);
    }
    sprint.owe(opened.changes.filter((change) => change.writeMark === true).map((change) => change.taskId));
    for (const facts of opened.state.open) {
      this.#phases.set(facts.id, facts.assignment?.process === undefined ? 'starting' : 'running');
    }
  }

  #tellOfStrays(taskIds: readonly TaskId[]): void {
    if (taskIds.length === 0) return;
    const agents = taskIds.length === 1 ? 'An agent of an earlier run is' : 'Agents of an earlier run are';
    this.#warn(
      'earlier_run',
      `${agents} still at work on ${taskIds.join(', ')}, stopped now; what is given out again waits for that.`,
    );
  }

  /** Looks at the world beside the loop; whatever they find goes into the inbox. */
  #watch(): (() => void)[] {
    const { inbox, clock, claim, options, opened, sprint, graphRevision, lastHeardAt, listen } = this.#parts;
    const onInput = (input: RunInput): void => inbox.push(input);
    const intervalMs = options.pollIntervalMs;
    const stops = [
      every(clock, intervalMs, () => sprint.poll()),
      followForeignAttempts({
        state: opened.state,
        clock,
        intervalMs,
        lastHeardAt,
        isGone: options.isTakeover,
        onInput,
      }),
      listen(
        (level) => onInput({ kind: 'interrupt', level }),
        () => this.#saveAtOnce(),
      ),
    ];
    const { graph } = claim;
    if ('why' in graph) return stops;
    const ask: GraphWordsParts['ask'] = (since, signal) =>
      graph.client.taskNews({ epicId: opened.state.epicId, since }, { retries: 0, signal });
    const onWords: GraphWordsParts['onWords'] = (words, revision) => onInput({ kind: 'graph_words', words, revision });
    return [...stops, followGraphWords({ clock, intervalMs, since: graphRevision, ask, onWords })];
  }

  /** What the opening of the run judged is what was last seen. */
  #acknowledge(): Promise<void> {
    const { sprint, opened } = this.#parts;
    return sprint.acknowledge(sprint.observe(), (id) => opened.state.tasks.get(id)?.status === 'complete');
  }

  async #loop(): Promise<LoopEnd> {
    const { inbox, clock, chance, claim, agents, sprint, options, reporter, opened, limits, metrics } = this.#parts;
    const suspension = watchForSuspension(clock);
    try {
      return await runOrchestration({
        state: opened.state,
        inbox,
        clock,
        chance,
        recorder: createRecorder({
          state: opened.state,
          journal: this.#journal,
          clock,
          mirror: this.#mirror,
          reporter,
        }),
        checkpointer: this.#checkpointer,
        agents,
        lease: this.#lease,
        marks: sprint,
        suspension,
        reporter,
        limits,
        metrics,
        pollIntervalMs: options.pollIntervalMs,
        sprint,
        lookAtSprint: () => sprint.poll(),
        phases: this.#phases,
        stopping: this.#stopping,
        strays: this.#strays,
        stopsAgents: options.stopsAgents,
        includeInProgress: options.includeInProgress,
        keepRunning: options.keepRunning,
        isStillOurs: () => claim.lock.isStillOurs(),
        isStateGone: () => !existsSync(claim.directory),
        successor: () => successorHere(claim.lock),
        onRevision: (revision) => (this.#revision = revision),
      });
    } finally {
      suspension.stop();
    }
  }

  async #finish(ended: LoopEnd): Promise<RunSummary> {
    const end = withNothingToDo(ended, this.#completedNow(ended.figures));
    const { opened, claim, sprint, agents, clock, reporter } = this.#parts;
    const { state } = opened;
    const exitCode = exitCodeAfter(end.stop, state.idleResumes);
    if (end.isTakenOver) {
      this.#mirror.stop();
      this.#lease.stop();
      this.#tellOfUnaccepted();
      this.#leaveToSuccessor();
    } else {
      this.#exit = { reason: end.stop.reason, code: exitCode };
      const recorder = createRecorder({ state, journal: this.#journal, clock, mirror: this.#mirror, reporter });
      const { reason: stopReason, message } = end.stop;
      const recorded = await recorder.record([{ kind: 'run_stopped', stopReason, exitCode, message }]);
      if (!recorded.ok && recorded.failure.message !== message)
        this.#warn(recorded.failure.code, recorded.failure.message);
      await sprint.settle();
      await this.#checkpointer.save();
      // What is not on disk is nobody else's to know.
      if ((await this.#settled()).ok) await this.#mirror.finish(finalPersistMs);
      else this.#mirror.stop();
      if (state.open.size === 0 && this.#mirror.trouble() === null) await this.#lease.release();
      else this.#lease.stop();
    }
    this.#calls.abort();
    await agents.close();
    const closed = await this.#journal.close();
    if (!closed.ok && !end.isTakenOver && end.stop.reason !== 'disk_full')
      this.#warn(closed.failure.code, closed.failure.message);
    const summary = this.#summary(end, exitCode);
    reporter.stop(summary);
    await claim.release();
    return summary;
  }

  /** What was journalled after somebody else had taken over: it is kept here, and no part of the record. */
  #tellOfUnaccepted(): void {
    for (const event of this.#mirror.unacknowledged()) {
      if (event.kind !== 'task_completed') continue;
      const attempt = event.attempt === undefined ? '' : ` (attempt ${event.attempt})`;
      this.#warn(
        'unaccepted_result',
        `The completion of ${event.taskId}${attempt} is not accepted: another orchestrator had taken over. Its files are kept.`,
      );
    }
  }

  /** Agents of a run that somebody else has: a successor in this working copy adopts them, nobody else can. */
  #leaveToSuccessor(): void {
    const { opened, agents, claim } = this.#parts;
    if (claim.lock.takenBy() !== undefined) return;
    for (const { id: taskId, generation, attempt } of opened.state.open) agents.stop({ taskId, generation, attempt });
  }

  /** Whether everything in the state is on disk, as soon as it is. A flush that fails ends the run, which says so. */
  async #settled(): Promise<Result<void>> {
    while (this.#journal.hasUnflushed) {
      const flushed = await this.#journal.flush();
      if (!flushed.ok && this.#journal.hasUnflushed) return flushed;
    }
    return ok(undefined);
  }

  #checkpoint(): OrchestratorCheckpoint {
    const { clock, opened, metrics } = this.#parts;
    const contextMetrics = metrics();
    const persistedAt = this.#memory.lastGraphPersist?.toISOString();
    return checkpointOf(opened.state, {
      savedAt: new Date(clock.now()).toISOString(),
      eventCursor: this.#revision,
      ...(persistedAt === undefined ? {} : { persistedAt }),
      ...(contextMetrics === undefined ? {} : { contextMetrics }),
      ...(this.#exit === undefined ? {} : { exit: this.#exit }),
    });
  }

  /** A signal more than was needed: whatever is in memory is saved in this very turn. */
  #saveAtOnce(): void {
    if (this.#parts.claim.lock.isStillOurs()) this.#parts.claim.stateFile.saveSync(this.#checkpoint());
    this.#parts.reporter.leave?.();
  }

  #view(): RunView {
    const { opened, sprint, clock } = this.#parts;
    const now = clock.now();
    return runView({
      state: opened.state,
      sprintTitle: sprint.title(),
      graphTrouble: this.#mirror.trouble(),
      activityOf: ({ id, generation, attempt, assignment }) => {
        if (assignment?.place !== opened.state.place) return { activity: 'elsewhere' };
        const tail = outputTail(this.#outputFileOf({ taskId: id, generation, attempt }));
        const lastOutputAt = tail?.grewAt ?? Date.parse(assignment.assignedAt);
        const activity = activityOf({ phase: this.#phases.get(id) ?? 'starting', now, lastOutputAt });
        return tail?.lastLine === undefined ? { activity } : { activity, lastLine: tail.lastLine };
      },
    });
  }

  #outputFileOf(id: AttemptId): string {
    const { root, opened } = this.#parts;
    return attemptFiles({ root, epicId: opened.state.epicId }, id).outputFile;
  }

  #summary({ stop, figures }: LoopEnd, exitCode: RunSummary['exitCode']): RunSummary {
    const { opened, clock, claim, root } = this.#parts;
    return {
      stopReason: stop.reason,
      exitCode,
      message: stop.message,
      view: this.#view(),
      durationMs: clock.monotonic() - this.#startedAt,
      attempts: figures.attempts,
      adopted: opened.adopted,
      failedAttempts: figures.failedAttempts,
      completedNow: this.#completedNow(figures),
      isResumed: opened.isRecovered,
      usage: opened.state.usage,
      stateDirectory: relative(root, claim.directory),
      left: leftTasks(opened.state, {
        most: shownLeft,
        outputFileOf: (id) => relative(root, this.#outputFileOf(id)),
      }),
      failedOutputs: figures.failed.slice(-10).map(({ message, ...id }) => ({
        taskId: id.taskId,
        attempt: id.attempt,
        message,
        outputFile: relative(root, this.#outputFileOf(id)),
      })),
    };
  }

  /** Those that the resume itself accepted are among them; those taken back since are not. */
  #completedNow({ completed }: LoopEnd['figures']): number {
    const { state, events, isRecovered } = this.#parts.opened;
    const ids = new Set(completed);
    for (const event of isRecovered ? events : []) if (event.kind === 'task_completed') ids.add(event.taskId);
    return [...ids].filter((id) => isMet(state.tasks.get(id))).length;
  }

  #warn(code: string, message: string): void {
    this.#parts.reporter.event({ kind: 'warning', at: new Date(this.#parts.clock.now()).toISOString(), code, message });
  }
}

function successorHere(lock: Lock): Extract<RunInput, { kind: 'taken_over' }> | null {
  const holder = lock.takenBy();
  if (holder === undefined) return null;
  const { orchestratorId, host, pid } = holder;
  const message = `${orchestratorId} (process ${pid}) took over this working copy. This orchestrator writes nothing more.`;
  return { kind: 'taken_over', message, orchestratorId, host };
}

/** A run that found everything complete did nothing, and should say so. */
function withNothingToDo(end: LoopEnd, completedNow: number): LoopEnd {
  const { figures, stop } = end;
  if (stop.reason !== 'complete' || figures.attempts > 0 || completedNow > 0) return end;
  return { ...end, stop: { reason: 'nothing_to_do', message: 'Nothing to do: every task is complete.' } };
}

function every(clock: Clock, intervalMs: number, work: () => Promise<void>): () => void {
  let isStopped = false;
  let cancel: () => void = () => undefined;
  const schedule = (): void => {
    if (!isStopped) cancel = clock.after(intervalMs, () => void work().finally(schedule));
  };
  schedule();
  return () => {
    isStopped = true;
    cancel();
  };
}
