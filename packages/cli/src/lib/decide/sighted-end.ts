import type { AttemptSighting } from './actual-task.js';
import type { AttemptEnd } from './close-attempt.js';
import type { Row } from './reconciliation-row.js';
import type { TaskFacts } from './run-state.js';

/** How a sighted attempt ended; null: it has not. */
export function endOfSighting(seen: AttemptSighting): AttemptEnd | null {
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

/** What reconciliation says of it. */
export function endRow(facts: Pick<TaskFacts, 'id' | 'unmet'>, seen: AttemptSighting): Omit<Row, 'events'> {
  switch (seen.state) {
    case 'completed':
      if (facts.unmet > 0) {
        return {
          row: 'C20',
          sentence: `Task ${facts.id} was done meanwhile (attempt ${seen.attempt}) and waits for its new dependencies`,
          isWarning: true,
        };
      }
      return {
        row: 'C15',
        sentence: `Task ${facts.id} was completed meanwhile (attempt ${seen.attempt})`,
        writeMark: true,
      };
    case 'failed':
    case 'ended_blocked':
    case 'throttled':
      return { row: 'C17', sentence: `Task ${facts.id} failed meanwhile (attempt ${seen.attempt})` };
    case 'not_accepted':
      return { row: 'C7', sentence: `Task ${facts.id} had not been started; given again` };
    default:
      return {
        row: seen.lossReason === 'machine_gone' ? 'C13' : 'C12',
        sentence: `Task ${facts.id} was lost (attempt ${seen.attempt}: ${lossWords(seen)})`,
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
