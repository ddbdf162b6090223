import { runEventSchema, type RunEvent } from '@ginkoai/contract';
import { eventsOf, type WorkingCopy } from './orchestrate-rig.js';

/**
 * The history of a copy's run, from everything that its orchestrators told and journalled. Throws when two events
 * claim the same place: then something was told that did not stay true. What an orchestrator journalled after another
 * had gone on from an earlier place was told to nobody, and is no part of it.
 */
export function historyOf(copy: WorkingCopy): RunEvent[] {
  const bySequence = new Map<number, RunEvent>();
  const journalled = copy.journalled();
  const successions = journalled.flatMap(({ event }) => (event.kind === 'recovered' ? [event] : []));
  const kept = journalled.filter(({ epoch, event }) =>
    successions.every((next) => next.epoch <= epoch || event.sequence <= next.base.sequence),
  );
  const events = kept.map(({ event }) => event);
  for (const event of [...events, ...copy.processes.flatMap(({ lines }) => historyIn(lines))]) {
    const known = bySequence.get(event.sequence);
    if (known !== undefined && nameOf(known) !== nameOf(event))
      throw new Error(`Two events have sequence ${event.sequence}: ${nameOf(known)} and ${nameOf(event)}.`);
    bySequence.set(event.sequence, event);
  }
  return [...bySequence.values()].sort((one, other) => one.sequence - other.sequence);
}

function historyIn(lines: readonly string[]): RunEvent[] {
  return eventsOf(lines).flatMap((event) => runEventSchema.safeParse(event).data ?? []);
}

function nameOf(event: RunEvent): string {
  return JSON.stringify([event.kind, event['taskId'], event['generation'], event['attempt'], event.at]);
}

export interface Settled {
  readonly notCompleteInFile: readonly string[];
  readonly notCompleteInCheckpoint: readonly string[];
  readonly openInCheckpoint: readonly string[];
  /** Tasks whose completion was not accepted exactly once. */
  readonly notAcceptedOnce: readonly string[];
  /** Tasks whose work was not done to its end exactly once. */
  readonly notDoneOnce: readonly string[];
  readonly overlaps: readonly string[];
  readonly tooEarly: readonly string[];
}

export const settled: Settled = {
  notCompleteInFile: [],
  notCompleteInCheckpoint: [],
  openInCheckpoint: [],
  notAcceptedOnce: [],
  notDoneOnce: [],
  overlaps: [],
  tooEarly: [],
};

/** What must hold however often tasks were worked on, by whichever copy. */
export function withoutCounts(found: Settled): Omit<Settled, 'notDoneOnce' | 'notAcceptedOnce'> {
  const { notCompleteInFile, notCompleteInCheckpoint, openInCheckpoint, overlaps, tooEarly } = found;
  return { notCompleteInFile, notCompleteInCheckpoint, openInCheckpoint, overlaps, tooEarly };
}

/** How a finished run differs from what was promised: not at all, if it equals `settled`. */
export function findFaults(copy: WorkingCopy): Settled {
  const ledger = copy.ledger();
  const ends = ledger.ends();
  const checkpoint = copy.checkpoint();
  const completed = new Set(checkpoint.completedTasks);
  const statuses = copy.statuses();
  const accepted = acceptedCompletions(historyOf(copy));
  const ids = copy.plan.map(({ id }) => id);
  return {
    notCompleteInFile: ids.filter((id) => statuses.get(id) !== 'complete'),
    notCompleteInCheckpoint: ids.filter((id) => !completed.has(id)),
    openInCheckpoint: Object.keys(checkpoint.inProgressTasks),
    notAcceptedOnce: ids.filter((id) => accepted.get(id) !== 1),
    notDoneOnce: ids.filter((id) => ends.get(id) !== 1),
    overlaps: ledger.overlaps,
    tooEarly: ledger.startedTooEarly(copy.plan),
  };
}

/** How often a completion of each task was accepted, in whatever generation. */
export function acceptedCompletions(history: readonly RunEvent[]): Map<string, number> {
  const accepted = new Map<string, number>();
  for (const event of history) {
    if (event.kind === 'task_completed') accepted.set(event.taskId, (accepted.get(event.taskId) ?? 0) + 1);
  }
  return accepted;
}
