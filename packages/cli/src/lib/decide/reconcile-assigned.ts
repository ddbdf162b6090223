import type { DefinitionHash, NewRunEvent, TaskStatus } from '@ginkoai/contract';
import type { ActualTask, AttemptSighting } from './actual-task.js';
import { isLater, unheardAtWork, unheardEnd } from './adopt-attempt.js';
import { isMet } from './apply-event.js';
import { closeAttempt, type AttemptId, type CloseContext } from './close-attempt.js';
import { endOfSighting, endRow } from './sighted-end.js';
import { blockedByPerson, completedExternally, keep, type Row } from './reconciliation-row.js';
import type { RunState, TaskFacts } from './run-state.js';

export interface ReconcileTaskContext extends CloseContext {
  readonly state: RunState;
  /** A task that is marked in progress by somebody else is taken all the same. */
  readonly includeInProgress: boolean;
  /** An edited task goes on running as it was given out. */
  readonly keepRunning: boolean;
  /** Tasks that stay as they are are among the changes, too. */
  readonly includeKept: boolean;
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
  if (seen !== undefined && isLater(seen, facts)) return superseded(facts, id, seen, context);
  const end = seen === undefined ? null : endOfSighting(seen);
  // What is complete by somebody's word is not given out again because its attempt ended badly.
  if (seen !== undefined && end !== null && (end.kind === 'completed' || status !== 'complete'))
    return [{ ...endRow(facts, seen), events: closeAttempt(context.state, id, end, context) }];
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
      return told('C11', `Task ${taskId} is in progress (attempt ${id.attempt}); nothing is heard of ${agentId} yet`);
    case 'unheard':
      return told('C9', `Task ${taskId} may have reached ${agentId} (attempt ${id.attempt}); given to nobody else`);
    default:
      return keep('C10', `Task ${taskId} is in progress (attempt ${id.attempt})`);
  }
}

/** Nothing changes, but people should know what is waited for. */
const told = (row: 'C9' | 'C11', sentence: string): Row => ({ row, sentence, events: [] });

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

function superseded(facts: TaskFacts, id: AttemptId, seen: AttemptSighting, context: CloseContext): Row[] {
  return [
    {
      row: 'C14',
      sentence: `Task ${facts.id} is at attempt ${seen.attempt} in the graph; attempt ${id.attempt} is stopped`,
      events: [
        { kind: 'task_released', ...id, reason: 'superseded' },
        ...(unheardEnd(facts, seen, context) ?? unheardAtWork(facts, seen)).events,
      ],
      stop: id,
    },
  ];
}

export function isEdited(given: DefinitionHash | null, now: DefinitionHash | undefined): boolean {
  return given !== null && now !== undefined && (given.title !== now.title || given.body !== now.body);
}
