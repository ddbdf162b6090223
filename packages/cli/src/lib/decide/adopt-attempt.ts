import type { NewRunEvent } from '@ginkoai/contract';
import type { AttemptSighting } from './actual-task.js';
import type { Row } from './reconciliation-row.js';
import type { TaskFacts } from './run-state.js';

/** An attempt of an earlier generation says nothing about this one. */
export function isLater(sighting: AttemptSighting, facts: TaskFacts): boolean {
  if (sighting.generation !== facts.generation) return sighting.generation > facts.generation;
  return sighting.attempt > facts.attempt;
}

/** Its assignment and its end are news to us: the journal that had them is gone. */
export function completedUnheard(facts: TaskFacts, sighting: AttemptSighting): Row {
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

export function adoption(facts: TaskFacts, sighting: AttemptSighting): NewRunEvent[] {
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
