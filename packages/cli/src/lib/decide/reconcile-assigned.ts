import type { DefinitionHash, NewRunEvent, TaskStatus } from '@ginkoai/contract';
import type { ActualTask, AttemptSighting } from './actual-task.js';
import { adoption, completedUnheard, isLater } from './adopt-attempt.js';
import { isMet } from './apply-event.js';
import { closeAttempt, type AttemptEnd, type AttemptId, type CloseContext } from './close-attempt.js';
import { blockedByPerson, completedExternally, keep, type Row } from './reconciliation-row.js';
import type { RunState, TaskFacts } from './run-state.js';

export interface ReconcileTaskContext extends CloseContext {
  readonly state: RunState;
  /** A task that is marked in progress by somebody else is taken all the same. */
  readonly includeInProgress: boolean;
  /** An edited task goes on running as it was given out. */
  readonly keepRunning: boolean;
}

/** A task with an open attempt. */
export function reconcileAssigned(
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

function isEdited(given: DefinitionHash | null, now: DefinitionHash | undefined): boolean {
  return given !== null && now !== undefined && (given.title !== now.title || given.body !== now.body);
}
