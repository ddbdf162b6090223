import { taskStatuses, type BlockedReason, type DefinitionHash, type TaskStatus } from '@ginkoai/contract';
import type { ActualTask, AttemptSighting } from './actual-task.js';
import { agentOf, isLater, unheardAtWork, unheardEnd } from './adopt-attempt.js';
import type { ReconciliationRow } from './change.js';
import type { AttemptId } from './close-attempt.js';
import { isEdited, reconcileAssigned, type ReconcileTaskContext } from './reconcile-assigned.js';
import { blockedByPerson, completedExternally, heldElsewhere, keep, type Row } from './reconciliation-row.js';
import type { TaskFacts } from './run-state.js';

const isKnownStatus = (status: string): status is TaskStatus => (taskStatuses as readonly string[]).includes(status);

/** Our facts of one task against the world: what was found, and the events that follow. */
export function reconcileTask(facts: TaskFacts, actual: ActualTask, context: ReconcileTaskContext): Row[] {
  const rows = rowsOf(facts, actual, context);
  return facts.removed ? [backInSprint(facts), ...rows] : rows;
}

function rowsOf(facts: TaskFacts, actual: ActualTask, context: ReconcileTaskContext): Row[] {
  if (isAnotherTask(facts.givenDefinition, actual.definition)) return anotherTask(facts, actual, context);
  if (!context.includeKept && isAsItWas(facts, actual)) return [];
  if (!isKnownStatus(actual.status)) return unknownStatus(facts, actual);
  if (facts.assignment !== null)
    return reconcileAssigned(facts, facts.assignment.agentId, actual, actual.status, context);
  switch (facts.status) {
    case 'pending':
      return pending(facts, actual, actual.status, context);
    case 'in_progress':
      return held(facts, actual, actual.status);
    case 'complete':
      return complete(facts, actual, actual.status, context);
    case 'blocked':
    case 'cancelled':
      return blocked(facts, actual, actual.status, context);
  }
}

/** Most tasks of a large sprint, so no row is made that nobody asks for. */
function isAsItWas(facts: TaskFacts, { status, assignment, isMarkOwed }: ActualTask): boolean {
  if (status !== facts.status || facts.assignment !== null || assignment !== undefined) return false;
  return status === 'pending' || (status === 'complete' && isMarkOwed !== true);
}

/** Finished work that waits for new dependencies: only a person's word can change it. */
function held(facts: TaskFacts, actual: ActualTask, status: TaskStatus): Row[] {
  switch (status) {
    case 'complete':
      return [completedExternally(facts, actual)];
    case 'blocked':
    case 'cancelled':
      return [blockedByPerson(facts, actual, status)];
    case 'pending':
    case 'in_progress':
      return [keep('C20', `Task ${facts.id} is done and waits for its new dependencies`)];
  }
}

function backInSprint(facts: TaskFacts): Row {
  return {
    row: 'C1',
    sentence: `Task ${facts.id} is back in the sprint`,
    events: [{ kind: 'task_added', taskId: facts.id }],
  };
}

function pending(facts: TaskFacts, actual: ActualTask, status: TaskStatus, context: ReconcileTaskContext): Row[] {
  const { assignment: sighting } = actual;
  const isOfOtherRun = sighting?.runId !== undefined && sighting.runId !== context.state.runId;
  if (sighting !== undefined && !isOfOtherRun && isLater(sighting, facts)) {
    const ended = unheardEnd(facts, sighting, context);
    if (ended !== null) return [ended];
    if (sighting.state === 'running') return [adopted(facts, sighting, { actual, status })];
  }
  switch (status) {
    case 'complete':
      return [completedExternally(facts, actual)];
    case 'blocked':
    case 'cancelled':
      return [blockedByPerson(facts, actual, status)];
    case 'pending':
    case 'in_progress':
      if (isOfOtherRun) return [givenOutElsewhere(facts, sighting)];
      return [status === 'pending' ? unchanged(facts) : markedInProgress(facts, context)];
  }
}

function unchanged(facts: TaskFacts): Row {
  return facts.notBefore === null
    ? keep('C3', `Task ${facts.id} is pending`)
    : keep('C27', `Task ${facts.id} waits for its next attempt`);
}

function markedInProgress(facts: TaskFacts, { includeInProgress }: ReconcileTaskContext): Row {
  return includeInProgress
    ? keep('C4b', `Task ${facts.id} is marked in progress; taken all the same`)
    : heldElsewhere(facts);
}

function givenOutElsewhere(facts: TaskFacts, sighting: AttemptSighting): Row {
  const detail = `assigned to ${agentOf(sighting)} by run ${String(sighting.runId)}`;
  return {
    row: 'C6',
    sentence: `Task ${facts.id} is ${detail}; left alone`,
    events: [{ kind: 'task_blocked', taskId: facts.id, reason: 'foreign_assignment', detail }],
    isWarning: true,
  };
}

/** An attempt of ours that the record lacks is at work. A tick in the sprint file may be its own; other words win. */
function adopted(
  facts: TaskFacts,
  sighting: AttemptSighting,
  { actual, status }: { actual: ActualTask; status: TaskStatus },
): Row {
  const { generation, attempt } = sighting;
  const stop: AttemptId = { taskId: facts.id, generation, attempt };
  if (status === 'blocked' || status === 'cancelled') return { ...blockedByPerson(facts, actual, status), stop };
  if (status === 'complete' && actual.by === 'graph') return { ...completedExternally(facts, actual), stop };
  return {
    row: facts.attempt === 0 && status === 'in_progress' ? 'C2' : 'C5',
    sentence: `Task ${facts.id} adopted: ${agentOf(sighting)} is at work on it`,
    ...unheardAtWork(facts, sighting),
  };
}

function complete(facts: TaskFacts, actual: ActualTask, status: TaskStatus, context: ReconcileTaskContext): Row[] {
  if (status === 'complete') {
    if (actual.isMarkOwed !== true) return [keep('C22', `Task ${facts.id} is complete`)];
    return [
      {
        row: 'C24',
        sentence: `Task ${facts.id} is complete, the sprint file does not show it; mark written`,
        events: [],
        writeMark: true,
      },
    ];
  }
  const started = facts.dependants.filter(
    (dependant) => dependant.assignment !== null || dependant.status === 'complete',
  );
  const warning =
    started.length === 0 ? '' : `; ${started.map((dependant) => dependant.id).join(', ')} had started on its result`;
  const reopened: Row = {
    row: 'C23',
    sentence: `Task ${facts.id} reverted from complete${warning}`,
    events: [{ kind: 'task_reopened', taskId: facts.id, generation: facts.generation + 1 }],
    ...(started.length === 0 ? {} : { isWarning: true }),
  };
  if (status === 'pending') return [reopened];
  if (status === 'in_progress') return context.includeInProgress ? [reopened] : [reopened, heldElsewhere(facts)];
  return [reopened, blockedByPerson(facts, actual, status)];
}

function blocked(facts: TaskFacts, actual: ActualTask, status: TaskStatus, context: ReconcileTaskContext): Row[] {
  const reason = facts.blocked?.reason;
  switch (status) {
    case 'complete':
      return [completedExternally(facts, actual)];
    case 'pending':
      return [isStructural(reason) ? keep('C3', `Task ${facts.id} is pending`) : setBackToPending(facts, context)];
    case 'in_progress':
      if (isStructural(reason) && !context.includeInProgress) return [heldElsewhere(facts)];
      return [takenOrStill(facts, context)];
    case 'blocked':
    case 'cancelled': {
      const isNews = actual.blockedReason !== undefined && actual.blockedReason !== reason;
      if (status !== facts.status || isNews) return [blockedByPerson(facts, actual, status)];
      // The command may be in the new text; if not, the next attempt says so again.
      if (reason === 'no_command' && isEdited(facts.givenDefinition, actual.definition))
        return [unblocked('C29', facts)];
      return [takenOrStill(facts, context)];
    }
  }
}

/** What was held for somebody else is taken as soon as that is asked for. */
function takenOrStill(facts: TaskFacts, { includeInProgress }: ReconcileTaskContext): Row {
  const isTaken = includeInProgress && facts.blocked?.reason === 'in_progress_elsewhere';
  return isTaken ? unblocked('C4b', facts) : stillBlocked(facts);
}

const stillBlocked = (facts: TaskFacts): Row =>
  keep('C3', `Task ${facts.id} stays ${facts.status} (${String(facts.blocked?.reason).replaceAll('_', ' ')})`);

/** Blocks that come from the shape of the sprint are lifted by that shape alone (`reconcile-structure.ts`). */
export function isStructural(reason: BlockedReason | undefined): boolean {
  return reason === 'missing_dependency' || reason === 'dependency_cycle' || reason === 'dependency_cancelled';
}

/** Whatever it was blocked for last: with no attempts left it must start anew. */
function setBackToPending(facts: TaskFacts, { limits }: ReconcileTaskContext): Row {
  const isExhausted = facts.failures >= limits.maxAttempts || facts.losses >= limits.maxLosses;
  const reason = facts.blocked?.reason;
  if (!isExhausted && reason !== 'attempts_exhausted' && reason !== 'losses_exhausted') return unblocked('C29', facts);
  return {
    row: 'C28',
    sentence: `Task ${facts.id} set back to pending; its attempts start again`,
    events: [{ kind: 'task_reopened', taskId: facts.id, generation: facts.generation + 1 }],
  };
}

function unblocked(row: ReconciliationRow, facts: TaskFacts): Row {
  return { row, sentence: `Task ${facts.id} unblocked`, events: [{ kind: 'task_unblocked', taskId: facts.id }] };
}

function unknownStatus(facts: TaskFacts, actual: ActualTask): Row[] {
  const isSaid = facts.blocked?.reason === 'unknown_status' && facts.blocked.detail === actual.status;
  if (facts.status === 'complete' || facts.status === 'in_progress' || isSaid)
    return [keep('C32', `Task ${facts.id}: the unknown status "${actual.status}" changes nothing`)];
  return [
    {
      row: 'C32',
      sentence: `Task ${facts.id} has the unknown status "${actual.status}"; blocked`,
      events: [{ kind: 'task_blocked', taskId: facts.id, reason: 'unknown_status', detail: actual.status }],
      isWarning: true,
    },
  ];
}

function isAnotherTask(given: DefinitionHash | null, now: DefinitionHash | undefined): boolean {
  return given !== null && now !== undefined && given.title !== now.title && given.body !== now.body;
}
function anotherTask(facts: TaskFacts, actual: ActualTask, context: ReconcileTaskContext): Row[] {
  const id: AttemptId = { taskId: facts.id, generation: facts.generation, attempt: facts.attempt };
  const generation = facts.generation + 1;
  const isRunning = facts.assignment !== null;
  const replaced: Row = {
    row: 'C31',
    sentence: `Task ${facts.id} is another task now (title and text differ); it starts anew`,
    events: [
      ...(isRunning ? [{ kind: 'task_released', ...id, reason: 'definition_changed' } as const] : []),
      { kind: 'task_reopened', taskId: facts.id, generation },
    ],
    ...(isRunning ? { stop: id } : {}),
    isWarning: true,
  };
  const anew: TaskFacts = {
    ...facts,
    status: 'pending',
    generation,
    attempt: 0,
    assignment: null,
    givenDefinition: null,
    blocked: null,
    held: false,
  };
  const status = isOfFormerTask(facts, actual) ? 'pending' : actual.status;
  // What was seen of its attempt belongs to the task it was before.
  const asNew: ActualTask = { id: actual.id, status, ...(actual.by === undefined ? {} : { by: actual.by }) };
  return [replaced, ...rowsOf(anew, asNew, context)];
}

/** What stood in our record alone, and says nothing about the task that has the id now. */
function isOfFormerTask(facts: TaskFacts, { status, by, isMarkOwed }: ActualTask): boolean {
  if (by !== undefined || status !== facts.status) return false;
  if (status === 'complete') return isMarkOwed === true;
  return status === 'in_progress' || (status === 'blocked' && !isByPerson(facts));
}

function isByPerson({ blocked }: TaskFacts): boolean {
  return blocked?.reason === 'person' || blocked?.reason === 'paused' || blocked?.reason === 'in_progress_elsewhere';
}
