import {
  taskStatuses,
  type BlockedReason,
  type DefinitionHash,
  type NewRunEvent,
  type TaskStatus,
} from '@ginkoai/contract';
import type { ActualTask, AttemptSighting } from './actual-task.js';
import { isMet } from './apply-event.js';
import type { Change, ReconciliationRow } from './change.js';
import { closeAttempt, type AttemptEnd, type AttemptId, type CloseContext } from './close-attempt.js';
import type { RunState, TaskFacts } from './run-state.js';

export interface ReconcileTaskContext extends CloseContext {
  readonly state: RunState;
  /** A task that is marked in progress by somebody else is taken all the same. */
  readonly includeInProgress: boolean;
  /** An edited task goes on running as it was given out. */
  readonly keepRunning: boolean;
}

type Row = Omit<Change, 'taskId'>;

const isKnownStatus = (status: string): status is TaskStatus => (taskStatuses as readonly string[]).includes(status);

/** Nothing to do; the row says why. */
const keep = (row: ReconciliationRow, sentence: string): Row => ({ row, sentence, events: [], isKept: true });

/** Our facts of one task against the world: what was found, and the events that follow. */
export function reconcileTask(facts: TaskFacts, actual: ActualTask, context: ReconcileTaskContext): Change[] {
  const rows = [...backInSprint(facts), ...rowsOf(facts, actual, context)];
  return rows.map((row) => ({ ...row, taskId: facts.id }));
}

function rowsOf(facts: TaskFacts, actual: ActualTask, context: ReconcileTaskContext): Row[] {
  if (isAnotherTask(facts.givenDefinition, actual.definition)) return anotherTask(facts, actual, context);
  if (!isKnownStatus(actual.status)) return unknownStatus(facts, actual);
  if (facts.assignment !== null) return assigned(facts, facts.assignment.agentId, actual, actual.status, context);
  switch (facts.status) {
    case 'pending':
      return pending(facts, actual, actual.status, context);
    case 'in_progress':
      // Finished work that waits for new dependencies: only a person's word can change it.
      return actual.status === 'complete'
        ? [completedExternally(facts, actual)]
        : [keep('C20', `Task ${facts.id} is done and waits for its new dependencies`)];
    case 'complete':
      return complete(facts, actual, actual.status, context);
    case 'blocked':
    case 'cancelled':
      return blocked(facts, actual, actual.status, context);
  }
}

function backInSprint(facts: TaskFacts): Row[] {
  if (!facts.removed) return [];
  return [
    {
      row: 'C1',
      sentence: `Task ${facts.id} is back in the sprint`,
      events: [{ kind: 'task_added', taskId: facts.id }],
    },
  ];
}

function pending(facts: TaskFacts, actual: ActualTask, status: TaskStatus, context: ReconcileTaskContext): Row[] {
  const sighting = actual.assignment;
  if (sighting !== undefined) return pendingWithSighting(facts, { sighting, status }, context);
  switch (status) {
    case 'pending':
      return [
        facts.notBefore === null
          ? keep('C3', `Task ${facts.id} is pending`)
          : keep('C27', `Task ${facts.id} waits for its next attempt`),
      ];
    case 'complete':
      return [completedExternally(facts, actual)];
    case 'in_progress':
      return [
        context.includeInProgress
          ? keep('C4b', `Task ${facts.id} is marked in progress; taken all the same`)
          : heldElsewhere(facts),
      ];
    case 'blocked':
    case 'cancelled':
      return [blockedByPerson(facts, actual, status)];
  }
}

function pendingWithSighting(
  facts: TaskFacts,
  { sighting, status }: { sighting: AttemptSighting; status: TaskStatus },
  { state }: ReconcileTaskContext,
): Row[] {
  if (sighting.runId !== undefined && sighting.runId !== state.runId) {
    const detail = `assigned to ${agentOf(sighting)} by run ${sighting.runId}`;
    return [
      {
        row: 'C6',
        sentence: `Task ${facts.id} is ${detail}; left alone`,
        events: [{ kind: 'task_blocked', taskId: facts.id, reason: 'foreign_assignment', detail }],
        isWarning: true,
      },
    ];
  }
  const isAhead = isLater(sighting, facts);
  if (isAhead && sighting.state === 'completed') return [completedUnheard(facts, sighting)];
  if (!isAhead || sighting.state !== 'running') return [keep('C3', `Task ${facts.id} is pending`)];
  const row: ReconciliationRow = facts.attempt === 0 && status === 'in_progress' ? 'C2' : 'C5';
  return [
    {
      row,
      sentence: `Task ${facts.id} adopted: ${agentOf(sighting)} is at work on it`,
      events: adoption(facts, sighting),
    },
  ];
}

/** An attempt of an earlier generation says nothing about this one. */
function isLater(sighting: AttemptSighting, facts: TaskFacts): boolean {
  if (sighting.generation !== facts.generation) return sighting.generation > facts.generation;
  return sighting.attempt > facts.attempt;
}

/** Its assignment and its end are news to us: the journal that had them is gone. */
function completedUnheard(facts: TaskFacts, sighting: AttemptSighting): Row {
  const { attempt, generation } = sighting;
  const { id: taskId } = facts;
  const cost = sighting.usage === undefined ? {} : { usage: sighting.usage };
  const completed: NewRunEvent = {
    kind: 'task_completed',
    taskId,
    generation,
    attempt,
    agentId: agentOf(sighting),
    by: 'agent',
    ...cost,
  };
  return {
    row: 'C15',
    sentence: `Task ${taskId} was completed meanwhile (attempt ${attempt})`,
    events: [...assignment(facts, sighting), completed],
    writeMark: true,
  };
}

const agentOf = (sighting: AttemptSighting): string => sighting.agentId ?? 'an agent';

/** Takes over an assignment that the record lacks, and with it the generation that a lost journal had opened. */
function assignment(facts: TaskFacts, sighting: AttemptSighting): NewRunEvent[] {
  const { attempt, generation } = sighting;
  const { id: taskId } = facts;
  const reopened: NewRunEvent = { kind: 'task_reopened', taskId, generation };
  return [
    ...(generation > facts.generation ? [reopened] : []),
    {
      kind: 'task_assigned',
      taskId,
      agentId: agentOf(sighting),
      generation,
      attempt,
      place: sighting.place ?? '',
    },
  ];
}

function adoption(facts: TaskFacts, sighting: AttemptSighting): NewRunEvent[] {
  const { attempt, generation } = sighting;
  const adopted: NewRunEvent = {
    kind: 'task_adopted',
    taskId: facts.id,
    agentId: agentOf(sighting),
    generation,
    attempt,
  };
  return [...assignment(facts, sighting), adopted];
}

function completedExternally(facts: TaskFacts, actual: ActualTask): Row {
  return {
    row: 'C4',
    sentence: `Task ${facts.id} completed externally`,
    events: [
      { kind: 'task_completed', taskId: facts.id, generation: facts.generation, by: actual.by ?? 'sprint_file' },
    ],
    ...owedMark(actual),
  };
}

function heldElsewhere(facts: TaskFacts): Row {
  return {
    row: 'C4b',
    sentence: `Task ${facts.id} is marked in progress by somebody else; held`,
    events: [{ kind: 'task_blocked', taskId: facts.id, reason: 'in_progress_elsewhere' }],
  };
}

function blockedByPerson(facts: TaskFacts, actual: ActualTask, status: 'blocked' | 'cancelled'): Row {
  const reason: BlockedReason = status === 'cancelled' ? 'cancelled' : (actual.blockedReason ?? 'person');
  return {
    row: 'C4a',
    sentence: `Task ${facts.id} ${blockWords(reason, actual.reason)}`,
    events: [{ kind: 'task_blocked', taskId: facts.id, reason, ...detailOf(actual) }],
  };
}

function blockWords(reason: BlockedReason, why: string | undefined): string {
  const verb = reason === 'cancelled' || reason === 'paused' ? reason : 'blocked';
  return why === undefined ? `${verb} by a person` : `${verb}: ${why}`;
}

const detailOf = (actual: ActualTask): { detail?: string } =>
  actual.reason === undefined ? {} : { detail: actual.reason };
const owedMark = (actual: ActualTask): { writeMark?: true } =>
  actual.by === 'graph' || actual.isMarkOwed === true ? { writeMark: true } : {};

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
  const started = (context.state.dependants.get(facts.id) ?? []).filter(
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
  switch (status) {
    case 'complete':
      return [completedExternally(facts, actual)];
    case 'pending':
      return [followsFromStructure(facts) ? keep('C3', `Task ${facts.id} is pending`) : setBackToPending(facts)];
    case 'in_progress':
      return facts.blocked?.reason === 'in_progress_elsewhere' && context.includeInProgress
        ? [unblocked('C4b', facts)]
        : [stillBlocked(facts)];
    case 'blocked':
    case 'cancelled': {
      const isNews =
        actual.blockedReason !== undefined &&
        actual.blockedReason !== facts.blocked?.reason &&
        !followsFromStructure(facts);
      return [status !== facts.status || isNews ? blockedByPerson(facts, actual, status) : stillBlocked(facts)];
    }
  }
}

const stillBlocked = (facts: TaskFacts): Row =>
  keep('C3', `Task ${facts.id} stays ${facts.status} (${String(facts.blocked?.reason)})`);

/** Blocks that come from the shape of the sprint are lifted by that shape alone (`reconcile-structure.ts`). */
export function followsFromStructure(facts: TaskFacts): boolean {
  const reason = facts.blocked?.reason;
  return reason === 'missing_dependency' || reason === 'dependency_cycle' || reason === 'dependency_cancelled';
}

function setBackToPending(facts: TaskFacts): Row {
  const reason = facts.blocked?.reason;
  if (reason !== 'attempts_exhausted' && reason !== 'losses_exhausted') return unblocked('C29', facts);
  return {
    row: 'C28',
    sentence: `Task ${facts.id} set back to pending; its attempts start again`,
    events: [{ kind: 'task_reopened', taskId: facts.id, generation: facts.generation + 1 }],
  };
}

function unblocked(row: ReconciliationRow, facts: TaskFacts): Row {
  return { row, sentence: `Task ${facts.id} unblocked`, events: [{ kind: 'task_unblocked', taskId: facts.id }] };
}

function assigned(
  facts: TaskFacts,
  agentId: string,
  actual: ActualTask,
  status: TaskStatus,
  context: ReconcileTaskContext,
): Row[] {
  const id: AttemptId = { taskId: facts.id, generation: facts.generation, attempt: facts.attempt };
  const seen = actual.assignment;
  if (seen !== undefined && isLater(seen, facts)) return superseded(facts, id, seen);
  const ended = seen === undefined ? null : endOf(seen);
  if (ended !== null)
    return [{ ...endRow(facts, seen as AttemptSighting), events: closeAttempt(context.state, id, ended, context) }];
  const release = (
    reason: 'completed_elsewhere' | 'blocked_by_person' | 'stopped' | 'definition_changed',
  ): NewRunEvent => ({ kind: 'task_released', ...id, reason });
  if (actual.isTickedMeanwhile === true) {
    return [
      {
        row: 'C16a',
        sentence: `Task ${facts.id} was ticked while ${agentId} works on it; counts when the attempt ends well`,
        events: [],
      },
    ];
  }
  switch (status) {
    case 'complete': {
      const done = completedExternally(facts, actual);
      return [{ ...done, row: 'C16', events: [release('completed_elsewhere'), ...done.events], stop: id }];
    }
    case 'blocked':
    case 'cancelled': {
      const block = blockedByPerson(facts, actual, status);
      return [{ ...block, row: 'C19', events: [release('blocked_by_person'), ...block.events], stop: id }];
    }
    case 'pending':
      return [{ row: 'C19', sentence: `Task ${facts.id} set back to pending`, events: [release('stopped')], stop: id }];
    case 'in_progress':
      return stillRunning(facts, { id, agentId }, actual, context);
  }
}

function stillRunning(
  facts: TaskFacts,
  { id, agentId }: { id: AttemptId; agentId: string },
  actual: ActualTask,
  context: ReconcileTaskContext,
): Row[] {
  if (isEdited(facts.givenDefinition, actual.definition) && !context.keepRunning) {
    return [
      {
        row: 'C21',
        sentence: `Task ${facts.id} was edited; attempt ${id.attempt} is stopped and it starts again`,
        events: [
          { kind: 'task_released', ...id, reason: 'definition_changed' },
          { kind: 'task_reopened', taskId: facts.id, generation: facts.generation + 1 },
        ],
        stop: id,
      },
    ];
  }
  return [sighted(facts, { id, agentId, seen: actual.assignment }), ...heldBack(facts, context.state)];
}

function sighted(
  { id: taskId }: TaskFacts,
  { id, agentId, seen }: { id: AttemptId; agentId: string; seen: AttemptSighting | undefined },
): Row {
  switch (seen?.state) {
    case 'sent':
      return { row: 'C8', sentence: `Task ${taskId} is told to ${agentId} again`, events: [], resend: id };
    case 'running':
      return {
        row: 'C10',
        sentence: `Task ${taskId} is still running (${agentId}, attempt ${id.attempt}); adopted`,
        events: [{ kind: 'task_adopted', ...id, agentId }],
      };
    case 'silent':
      return keep('C11', `Task ${taskId} is in progress (attempt ${id.attempt}); nothing is heard of ${agentId} yet`);
    case 'unheard':
      return keep('C9', `Task ${taskId} may have reached ${agentId} (attempt ${id.attempt}); given to nobody else`);
    default:
      return keep('C10', `Task ${taskId} is in progress (attempt ${id.attempt})`);
  }
}

/** Dependencies that were added while the attempt runs. */
function heldBack(facts: TaskFacts, { tasks }: RunState): Row[] {
  if (facts.definition === null) return [];
  const waitsFor = facts.definition.dependsOn.filter((id) => !isMet(tasks.get(id)));
  if (waitsFor.length === 0) return [];
  return [
    {
      row: 'C20',
      sentence: `Task ${facts.id} runs on, but now depends on ${waitsFor.join(', ')}; its completion is held until then`,
      events: [],
      isWarning: true,
    },
  ];
}

function superseded(facts: TaskFacts, id: AttemptId, seen: AttemptSighting): Row[] {
  const followed = seen.state === 'completed' ? completedUnheard(facts, seen).events : adoption(facts, seen);
  return [
    {
      row: 'C14',
      sentence: `Task ${facts.id} is at attempt ${seen.attempt} in the graph; attempt ${id.attempt} is stopped`,
      events: [{ kind: 'task_released', ...id, reason: 'superseded' }, ...followed],
      stop: id,
    },
  ];
}

/** How a sighted attempt ended; null: it has not. */
function endOf(seen: AttemptSighting): AttemptEnd | null {
  const cost = {
    ...(seen.durationMs === undefined ? {} : { durationMs: seen.durationMs }),
    ...(seen.usage === undefined ? {} : { usage: seen.usage }),
  };
  switch (seen.state) {
    case 'completed':
      return { kind: 'completed', ...cost, ...(seen.summary === undefined ? {} : { summary: seen.summary }) };
    case 'failed':
      return {
        kind: 'failed',
        failure: seen.failure ?? { code: 'agent_failed', message: 'the agent reported a failure' },
        ...cost,
      };
    case 'ended_blocked':
      return { kind: 'blocked', detail: seen.detail ?? 'the agent gave no reason' };
    case 'throttled':
      return { kind: 'released', reason: 'throttled', retryAfterMs: 0 };
    case 'lost':
      return { kind: 'lost', reason: seen.lossReason ?? 'lease_over' };
    case 'not_accepted':
      return { kind: 'not_accepted' };
    case 'running':
    case 'silent':
    case 'unheard':
    case 'sent':
      return null;
  }
}

function endRow(facts: TaskFacts, seen: AttemptSighting): Omit<Row, 'events'> {
  switch (seen.state) {
    case 'completed':
      if (facts.unmet > 0) {
        return {
          row: 'C20',
          sentence: `Task ${facts.id} was done meanwhile (attempt ${facts.attempt}) and waits for its new dependencies`,
          isWarning: true,
        };
      }
      return {
        row: 'C15',
        sentence: `Task ${facts.id} was completed meanwhile (attempt ${facts.attempt})`,
        writeMark: true,
      };
    case 'failed':
    case 'ended_blocked':
    case 'throttled':
      return { row: 'C17', sentence: `Task ${facts.id} failed meanwhile (attempt ${facts.attempt})` };
    case 'not_accepted':
      return { row: 'C7', sentence: `Task ${facts.id} had not been started; given again` };
    default:
      return {
        row: seen.lossReason === 'machine_gone' ? 'C13' : 'C12',
        sentence: `Task ${facts.id} was lost (attempt ${facts.attempt}: ${lossWords(seen)})`,
      };
  }
}

function lossWords(seen: AttemptSighting): string {
  switch (seen.lossReason) {
    case 'process_gone':
    case 'launcher_gone':
      return 'its process is gone without a result';
    case 'machine_gone':
      return 'its machine is gone';
    default:
      return 'its lease is over';
  }
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

function isEdited(given: DefinitionHash | null, now: DefinitionHash | undefined): boolean {
  return given !== null && now !== undefined && (given.title !== now.title || given.body !== now.body);
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
