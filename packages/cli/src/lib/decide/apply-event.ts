import {
  unreachable,
  type AssignmentRecord,
  type EpochMillis,
  type RunEvent,
  type RunEventOf,
  type TaskStatus,
} from '@ginkoai/contract';
import { byTurn } from './goes-first.js';
import { factsOf, isCurrentAttempt, isWaitingForAgent, type RunState, type TaskFacts } from './run-state.js';

/**
 * Folds one event into the state, in O(log n). It is the only writer of the state. An event about an attempt that is
 * not current (a replay, a late writer) changes nothing but the sequence.
 *
 * ```
 *             assigned                completed
 *   pending ------------> in_progress -----------> complete
 *    ^  ^                  |    |                      |
 *    |  +--failed,lost,----+    | blocked              | reopened (generation + 1)
 *    |     released             v                      |
 *    +------unblocked------- blocked, cancelled        |
 *    +-------------------------------------------------+
 * ```
 */
export function applyEvent(state: RunState, event: RunEvent): void {
  state.sequence = event.sequence;
  state.lastEventAt = event.at;
  switch (event.kind) {
    case 'run_started':
      state.runId = event.runId;
      state.replacedRuns = event.replaces ?? [];
      state.graphId = event.graphId;
      state.epicId = event.epicId;
      state.sprintId = event.sprintId;
      state.startedAt = event.at;
      state.lastProgressAt = event.at;
      takeOver(state, event);
      return;
    case 'recovered':
      state.recoveredFrom = event.recoveredFrom;
      state.idleResumes += 1;
      takeOver(state, event);
      return;
    case 'lease_granted':
      state.epoch = event.epoch;
      return;
    case 'task_assigned':
      return assign(state, event);
    case 'task_started': {
      const facts = factsOf(state, event.taskId);
      if (facts.assignment === null || !isCurrentAttempt(facts, event)) return;
      facts.assignment = { ...facts.assignment, process: { pid: event.pid, processStartedAt: event.processStartedAt } };
      return;
    }
    case 'task_adopted':
      return;
    case 'task_completed':
      return complete(state, event);
    case 'task_failed':
    case 'task_lost':
    case 'task_released':
      return close(state, event);
    case 'task_retry_scheduled':
      return postpone(state, event);
    case 'task_blocked':
      return block(state, event);
    case 'task_unblocked':
      return unblock(state, event);
    case 'task_reopened':
      return reopen(state, event);
    case 'task_added':
      factsOf(state, event.taskId).removed = false;
      return;
    case 'task_removed':
      factsOf(state, event.taskId).removed = true;
      return;
    case 'run_stopped':
      return;
    default:
      return unreachable(event);
  }
}

/** Lets time pass: tasks whose back-off is over become ready. */
export function applyClock(state: RunState, now: EpochMillis): void {
  for (const facts of state.queues.takeDue(now).sort(byTurn)) {
    facts.notBefore = null;
    enqueueIfReady(state, facts);
  }
}

function takeOver(state: RunState, event: RunEventOf<'run_started' | 'recovered'>): void {
  state.orchestratorId = event.holder.orchestratorId;
  state.orchestratorName = event.orchestratorName;
  state.epoch = event.epoch;
  state.holders.set(event.holder.place, event.holder);
}

function assign(state: RunState, event: RunEventOf<'task_assigned'>): void {
  const facts = factsOf(state, event.taskId);
  const isNext = event.generation === facts.generation && event.attempt > facts.attempt;
  if (facts.assignment !== null || facts.held || facts.status === 'complete' || !isNext) return;
  lift(state, facts);
  facts.attempt = event.attempt;
  facts.notBefore = null;
  facts.blocked = null;
  facts.givenDefinition = event.definition ?? null;
  facts.assignment = { agentId: event.agentId, assignedAt: event.at, place: event.place };
  settle(state, facts, 'in_progress');
  state.open.add(facts);
  if (event.place === state.place) state.agents.occupy(event.agentId, facts.id);
}

function complete(state: RunState, event: RunEventOf<'task_completed'>): void {
  const facts = factsOf(state, event.taskId);
  if (facts.status === 'complete' || event.generation !== facts.generation) return;
  const isHeld = event.held === true;
  const isLastAttempt = event.attempt === facts.attempt && (facts.assignment !== null || (facts.held && !isHeld));
  if (event.attempt !== undefined && !isLastAttempt) return;
  if (event.usage !== undefined) spend(state, event.usage);
  lift(state, facts);
  closeAssignment(state, facts, event.by === 'agent' ? 'completed' : 'released', event);
  if (isHeld) state.held.add(facts);
  else if (facts.held) state.held.delete(facts);
  facts.held = isHeld;
  facts.blocked = null;
  facts.notBefore = null;
  facts.completedBy = event.by;
  settle(state, facts, isHeld ? 'in_progress' : 'complete');
  if (isHeld || facts.definition === null) return;
  for (const dependant of facts.dependants) {
    dependant.unmet -= 1;
    if (dependant.unmet === 0) enqueueIfReady(state, dependant);
  }
}

/** Ends the open attempt; the task is pending again. */
function close(state: RunState, event: RunEventOf<'task_failed' | 'task_lost' | 'task_released'>): void {
  const facts = factsOf(state, event.taskId);
  if (!isCurrentAttempt(facts, event)) return;
  if (event.kind !== 'task_lost' && event.usage !== undefined) spend(state, event.usage);
  lift(state, facts);
  closeAssignment(state, facts, closedStatus[event.kind], event);
  if (event.kind === 'task_failed') facts.failures += 1;
  if (event.kind === 'task_lost') facts.losses += 1;
  if (event.kind === 'task_released' && event.notBefore !== undefined) facts.notBefore = Date.parse(event.notBefore);
  settle(state, facts, 'pending');
}

const closedStatus = { task_failed: 'failed', task_lost: 'lost', task_released: 'released' } as const;

function postpone(state: RunState, event: RunEventOf<'task_retry_scheduled'>): void {
  const facts = factsOf(state, event.taskId);
  state.queues.remove(facts);
  facts.notBefore = Date.parse(event.notBefore);
  enqueueIfReady(state, facts);
}

function block(state: RunState, event: RunEventOf<'task_blocked'>): void {
  const facts = factsOf(state, event.taskId);
  if (facts.status === 'complete' || facts.assignment !== null) return;
  state.held.delete(facts);
  lift(state, facts);
  facts.blocked =
    event.detail === undefined ? { reason: event.reason } : { reason: event.reason, detail: event.detail };
  settle(state, facts, event.reason === 'cancelled' ? 'cancelled' : 'blocked');
}

function unblock(state: RunState, event: RunEventOf<'task_unblocked'>): void {
  const facts = factsOf(state, event.taskId);
  if (facts.blocked === null) return;
  lift(state, facts);
  facts.blocked = null;
  settle(state, facts, facts.held ? 'in_progress' : 'pending');
  if (facts.held) state.held.add(facts);
}

function reopen(state: RunState, event: RunEventOf<'task_reopened'>): void {
  const facts = factsOf(state, event.taskId);
  if (event.generation <= facts.generation || facts.assignment !== null) return;
  const wasMet = isMet(facts);
  state.held.delete(facts);
  lift(state, facts);
  facts.generation = event.generation;
  facts.attempt = 0;
  facts.failures = 0;
  facts.losses = 0;
  facts.notBefore = null;
  facts.blocked = null;
  facts.held = false;
  facts.completedBy = null;
  facts.givenDefinition = null;
  facts.removed = false;
  settle(state, facts, 'pending');
  if (!wasMet) return;
  for (const dependant of facts.dependants) {
    state.queues.remove(dependant);
    dependant.unmet += 1;
  }
}

function spend(state: RunState, usage: { tokens?: number | undefined; costUsd?: number | undefined }): void {
  state.usage = {
    tokens: state.usage.tokens + (usage.tokens ?? 0),
    costUsd: state.usage.costUsd + (usage.costUsd ?? 0),
  };
}

function closeAssignment(
  state: RunState,
  facts: TaskFacts,
  status: AssignmentRecord['status'],
  event: RunEventOf<'task_completed' | 'task_failed' | 'task_lost' | 'task_released'>,
): void {
  const open = facts.assignment;
  if (open === null) return;
  facts.assignment = null;
  state.open.delete(facts);
  if (open.place === state.place) state.agents.free(open.agentId, facts.id);
  const { agentId, assignedAt } = open;
  const { id: taskId, generation, attempt } = facts;
  const record: AssignmentRecord = { taskId, agentId, generation, attempt, status, assignedAt, closedAt: event.at };
  if (open.place !== undefined) record.place = open.place;
  if (event.kind === 'task_failed') record.failure = event.failure;
  if (event.kind === 'task_completed' && event.summary !== undefined) record.summary = shortened(event.summary);
  if (event.kind !== 'task_lost' && event.usage !== undefined) record.usage = event.usage;
  state.closed.add(record);
}

/** The journal has it whole; a checkpoint stays small whatever agents say. */
const keptSummary = 500;

const shortened = (summary: string): string =>
  summary.length <= keptSummary ? summary : `${summary.slice(0, keptSummary - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;

/**
 * A task moves on: takes it out of what depends on how it stands, its queue and the counts, before it changes.
 * `settle` puts it back.
 */
function lift(state: RunState, facts: TaskFacts): void {
  state.lastProgressAt = state.lastEventAt;
  state.idleResumes = 0;
  state.queues.remove(facts);
  if (facts.definition !== null) state.counts[facts.status] -= 1;
}

function settle(state: RunState, facts: TaskFacts, status: TaskStatus): void {
  facts.status = status;
  if (facts.definition !== null) state.counts[status] += 1;
  if (status === 'pending') enqueueIfReady(state, facts);
}

function enqueueIfReady(state: RunState, facts: TaskFacts): void {
  if (!isWaitingForAgent(facts)) return;
  facts.readySince = state.sequence;
  state.queues.add(facts);
}

/** Whether the task lets its dependants go on: complete, and part of the sprint. */
export function isMet(facts: TaskFacts | undefined): boolean {
  return facts !== undefined && facts.status === 'complete' && facts.definition !== null;
}
