import type { EpochMillis, Holder, NewRunEvent, RunEvent, TaskId } from '@ginkoai/contract';
import type { AttemptSighting } from '../decide/actual-task.js';
import { applyEvent } from '../decide/apply-event.js';
import type { ReconciledChange } from '../decide/change.js';
import { forgetUntouched } from '../decide/checkpoint-of.js';
import { judgeWorld, type GraphWord, type Mark } from '../decide/judge-world.js';
import type { RunLimits } from '../decide/limits.js';
import { reconcileState } from '../decide/reconcile-state.js';
import { foreignFacts, recover, type ForeignFact, type Recovery } from '../decide/recover.js';
import type { RunState } from '../decide/run-state.js';
import { stampEvent } from '../decide/stamp-event.js';
import type { SprintObservation } from '../ports.js';
import type { RecoverySources } from './recovery-sources.js';

export interface PlanRecoveryOptions {
  readonly sources: RecoverySources;
  readonly sprint: SprintObservation;
  readonly lastSeen: ReadonlyMap<TaskId, Mark>;
  readonly words: ReadonlyMap<TaskId, GraphWord>;
  /** What is seen of the open attempts of a state. */
  readonly sight: (recovery: Recovery) => ReadonlyMap<TaskId, AttemptSighting>;
  readonly successor: { readonly holder: Holder; readonly orchestratorName: string; readonly epoch: number };
  readonly now: EpochMillis;
  readonly chance: () => number;
  readonly limits: Pick<RunLimits, 'maxAttempts' | 'maxLosses' | 'backoffMs' | 'maxBackoffMs'>;
  readonly includeInProgress: boolean;
  readonly keepRunning: boolean;
  /** What stays as it is and what each source says are told, too: for people who look at it first. */
  readonly isForDisplay: boolean;
}

/** What a resume is about to do. Nothing is done yet: a dry run prints it, a real one makes the events durable first. */
export interface RecoveryPlan {
  readonly recovery: Recovery;
  /** The recovered state before it was reconciled. */
  readonly before: { readonly completed: number; readonly inProgress: number; readonly orchestratorId: string };
  /** In order: `recovered`, facts of the other source, what reconciliation changed. */
  readonly events: readonly RunEvent[];
  /** With all of them folded in, and the sprint applied. */
  readonly state: RunState;
  readonly changes: readonly ReconciledChange[];
  readonly facts: readonly ForeignFact[];
  /** What each source says of the tasks it has heard of, in words for people; empty unless it is for display. */
  readonly said: { readonly local: Said; readonly graph: Said; readonly agents: Said };
}

type Said = ReadonlyMap<TaskId, string>;

/** Null: there is nothing to recover anywhere. */
export function planRecovery(options: PlanRecoveryOptions): RecoveryPlan | null {
  const { sources, successor, sprint, now, isForDisplay } = options;
  const { local, graph } = sources;
  const recovery = recover(local.kind === 'found' ? local.state : null, graph);
  if (recovery === null) return null;
  const { state } = recovery;
  const before = {
    completed: countComplete(recovery),
    inProgress: state.open.size,
    orchestratorId: state.orchestratorId,
  };
  const detached =
    local.kind === 'found' && local.withDetached !== null
      ? foreignFacts(state, { source: 'local', state: local.withDetached })
      : [];
  const facts = [
    ...recovery.facts,
    ...detached.filter((fact) => !recovery.facts.some((known) => known.taskId === fact.taskId)),
  ];
  const said = {
    local: isForDisplay && local.kind === 'found' ? wordsOf(local.state) : none,
    graph: isForDisplay && graph.kind === 'found' ? wordsOf(graph.state) : none,
  };
  const at = new Date(now).toISOString();
  const events: RunEvent[] = [];
  const fold = (event: NewRunEvent): void => {
    const stamped = stampEvent(event, state.sequence, at);
    applyEvent(state, stamped);
    events.push(stamped);
  };
  fold({
    kind: 'recovered',
    orchestratorName: successor.orchestratorName,
    epoch: successor.epoch,
    holder: successor.holder,
    recoveredFrom: recovery.recoveredFrom,
    source: recovery.source,
    base: recovery.base,
  });
  for (const fact of facts) for (const event of fact.events) fold(event);
  const attempts = options.sight(recovery);
  forgetUntouched(state);
  const { lastSeen, words: graphWords } = options;
  const changes = reconcileState(state, {
    definitions: sprint.definitions,
    actual: judgeWorld(state, { sprint: sprint.marks, lastSeen, graph: graphWords, attempts }),
    now,
    chance: options.chance,
    limits: options.limits,
    includeInProgress: options.includeInProgress,
    keepRunning: options.keepRunning,
    includeKept: isForDisplay,
  });
  for (const change of changes) events.push(...change.events);
  const agents = new Map(
    [...attempts].map(([id, seen]) => [id, `attempt ${seen.attempt} ${seen.state.replaceAll('_', ' ')}`]),
  );
  return { recovery, before, events, state, changes, facts, said: { ...said, agents } };
}

function countComplete({ state }: Recovery): number {
  let count = 0;
  for (const facts of state.tasks.values()) if (facts.status === 'complete' && !facts.removed) count += 1;
  return count;
}

const none: Said = new Map();

function wordsOf(state: RunState): Said {
  return new Map(
    [...state.tasks.values()].map((facts) => [facts.id, facts.removed ? 'removed' : facts.status.replace('_', ' ')]),
  );
}
