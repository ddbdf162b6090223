import type { AttemptSighting } from './actual-task.js';
import type { AttemptEnd } from './close-attempt.js';
import { releasedBackoffMs } from './limits.js';
import type { Row } from './reconciliation-row.js';
import type { TaskFacts } from './run-state.js';

/** How a sighted attempt ended; null: it has not. */
export function endOfSighting(seen: AttemptSighting): AttemptEnd | null {
  const usage = seen.usage === undefined ? {} : { usage: seen.usage };
  const cost = { ...(seen.durationMs === undefined ? {} : { durationMs: seen.durationMs }), ...usage };
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
      return { kind: 'blocked', reason: 'agent', detail: seen.detail ?? 'the agent gave no reason', ...usage };
    case 'throttled':
      return { kind: 'throttled', retryAfterMs: releasedBackoffMs };
    case 'stopped':
      return { kind: 'stopped', ...usage };
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
      return { row: 'C17', sentence: `Task ${facts.id} failed meanwhile (attempt ${seen.attempt})` };
    case 'ended_blocked':
      return {
        row: 'C17',
        sentence: `Task ${facts.id} was given up by its agent meanwhile (attempt ${seen.attempt}); no failure counted, it waits for a person`,
      };
    case 'throttled':
      return {
        row: 'C17',
        sentence: `Task ${facts.id} was throttled meanwhile (attempt ${seen.attempt}); no failure counted, given again in ${releasedBackoffMs / 1000} s`,
      };
    case 'stopped':
      return {
        row: 'C17',
        sentence: `Task ${facts.id} was stopped meanwhile (attempt ${seen.attempt}); no failure counted, given again`,
      };
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
