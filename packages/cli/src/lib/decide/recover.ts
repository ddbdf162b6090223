import { checkpointId, type Epoch, type NewRunEvent, type Sequence, type TaskId } from '@ginkoai/contract';
import type { ReconciliationRow } from './change.js';
import { isCurrentAttempt, type RunState, type TaskFacts } from './run-state.js';

export type RecoverySource = 'graph' | 'local';

/** What one source knows: its newest state with the later events folded in. */
export interface Candidate {
  readonly source: RecoverySource;
  readonly state: RunState;
}

/** How the graph answered; never mixed up: an outage is not "none". */
export type GraphAnswer =
  | { readonly kind: 'found'; readonly state: RunState }
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable'; readonly why: string };

/** A completion that one source has and the base lacks. */
export interface ForeignFact {
  readonly row: Extract<ReconciliationRow, 'C26'>;
  readonly source: RecoverySource;
  readonly taskId: TaskId;
  readonly generation: number;
  readonly attempt: number | null;
  /** Whether it was accepted: its attempt is the current one in the base. */
  readonly isAccepted: boolean;
  readonly events: readonly NewRunEvent[];
}

export interface Recovery {
  readonly source: RecoverySource;
  readonly state: RunState;
  /** In brackets behind "Recovered state from ...". */
  readonly reason: string;
  readonly recoveredFrom: string;
  readonly base: { readonly epoch: Epoch; readonly sequence: Sequence };
  readonly facts: readonly ForeignFact[];
}

/**
 * Chooses the newest state and finds what the other source knows beyond it. Graph first is the order of asking, not of
 * believing: within a run the greatest (epoch, sequence) wins; between different runs of the epic the later one does,
 * and the graph's where nobody knows which that is.
 * Null: there is nothing to recover.
 */
export function recover(local: RunState | null, graph: GraphAnswer): Recovery | null {
  const remote = graph.kind === 'found' ? graph.state : null;
  if (local === null && remote === null) return null;
  if (remote === null) return recovery({ source: 'local', state: local as RunState }, null, withoutGraph(graph));
  if (local === null) return recovery({ source: 'graph', state: remote }, null, crossMachine);
  const here: Candidate = { source: 'local', state: local };
  const there: Candidate = { source: 'graph', state: remote };
  if (local.runId !== remote.runId) {
    return local.replacedRuns.includes(remote.runId)
      ? recovery(here, null, 'the graph has an earlier run')
      : recovery(there, null, crossMachine);
  }
  return isNewer(local, remote)
    ? recovery(here, there, localIsAhead(local, remote))
    : recovery(there, here, crossMachine);
}

const crossMachine = 'cross-machine recovery';

function localIsAhead(local: RunState, remote: RunState): string {
  const ahead = local.sequence - remote.sequence;
  return ahead > 0
    ? `newer than the graph by ${ahead} ${ahead === 1 ? 'event' : 'events'}`
    : 'of a newer epoch than the graph';
}

function withoutGraph(graph: GraphAnswer): string {
  return graph.kind === 'unavailable' ? `graph unavailable: ${graph.why}` : 'graph has no state';
}

function isNewer(a: RunState, b: RunState): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.sequence > b.sequence);
}

function recovery(base: Candidate, other: Candidate | null, reason: string): Recovery {
  const { state, source } = base;
  return {
    source,
    state,
    reason,
    recoveredFrom: checkpointId(state.runId, state.sequence),
    base: { epoch: state.epoch, sequence: state.sequence },
    facts: other === null ? [] : foreignFacts(state, other),
  };
}

/** Linear in the tasks that the other source knows. */
export function foreignFacts(base: RunState, other: Candidate): ForeignFact[] {
  const found: ForeignFact[] = [];
  for (const theirs of other.state.tasks.values()) {
    const ours = base.tasks.get(theirs.id);
    const { completedBy: by } = theirs;
    if (by === null || theirs.status !== 'complete' || theirs.removed) continue;
    if (ours?.status === 'complete' && ours.generation >= theirs.generation) continue;
    const events = acceptedCompletion(ours, {
      id: theirs.id,
      generation: theirs.generation,
      attempt: theirs.attempt,
      by,
    });
    found.push({
      row: 'C26',
      source: other.source,
      taskId: theirs.id,
      generation: theirs.generation,
      attempt: by === 'agent' ? theirs.attempt : null,
      isAccepted: events.length > 0,
      events,
    });
  }
  return found;
}

interface CompletedTask extends Pick<TaskFacts, 'id' | 'generation' | 'attempt'> {
  readonly by: NonNullable<TaskFacts['completedBy']>;
}

/**
 * The events that take over a completion; none when it is not current: its attempt was closed in the base, or a later
 * one opened, or the task was reopened there.
 */
function acceptedCompletion(ours: TaskFacts | undefined, theirs: CompletedTask): NewRunEvent[] {
  const { id: taskId, generation, attempt, by } = theirs;
  if (generation !== (ours?.generation ?? 1)) return [];
  const isOpen = ours !== undefined && ours.assignment !== null;
  if (by !== 'agent') return isOpen ? [] : [{ kind: 'task_completed', taskId, generation, by }];
  const completed: NewRunEvent = { kind: 'task_completed', taskId, generation, attempt, by };
  if (isOpen) return isCurrentAttempt(ours, theirs) ? [completed] : [];
  // The base has not even heard of the attempt: nobody else can have been given a later one.
  if (attempt <= (ours?.attempt ?? 0)) return [];
  return [{ kind: 'task_assigned', taskId, generation, attempt, agentId: 'unknown', place: '' }, completed];
}
