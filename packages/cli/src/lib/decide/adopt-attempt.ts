import type { NewRunEvent } from '@ginkoai/contract';
import type { AttemptSighting } from './actual-task.js';
import { endOfAttempt, type CloseContext, type EndingAttempt } from './close-attempt.js';
import type { Row } from './reconciliation-row.js';
import type { TaskFacts } from './run-state.js';
import { endOfSighting, endRow } from './sighted-end.js';

/** An attempt of an earlier generation says nothing about this one. */
export function isLater(sighting: AttemptSighting, facts: TaskFacts): boolean {
  if (sighting.generation !== facts.generation) return sighting.generation > facts.generation;
  return sighting.attempt > facts.attempt;
}

/**
 * A later attempt than any that the record has (the journal that had it is gone) is over: its assignment and its end
 * are news to us. null: it is not over.
 */
export function unheardEnd(facts: TaskFacts, sighting: AttemptSighting, context: CloseContext): Row | null {
  const end = endOfSighting(sighting);
  if (end === null) return null;
  const { attempt, generation } = sighting;
  const counts = generation > facts.generation ? { failures: 0, losses: 0 } : facts;
  const { id: taskId, unmet } = facts;
  const ending: EndingAttempt = {
    facts: { id: taskId, unmet, failures: counts.failures, losses: counts.losses },
    agentId: agentOf(sighting),
    id: { taskId, generation, attempt },
    end,
  };
  return { ...endRow(facts, sighting), events: [...assignment(facts, sighting), ...endOfAttempt(ending, context)] };
}

export const agentOf = (sighting: AttemptSighting): string => sighting.agentId ?? 'an agent';

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

/** The same of one that is at work. */
export function unheardAtWork(facts: TaskFacts, sighting: AttemptSighting): Pick<Row, 'events'> {
  const { attempt, generation } = sighting;
  const adopted: NewRunEvent = {
    kind: 'task_adopted',
    taskId: facts.id,
    agentId: agentOf(sighting),
    generation,
    attempt,
  };
  return { events: [...assignment(facts, sighting), adopted] };
}
