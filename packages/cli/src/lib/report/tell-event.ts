import { unreachable } from '@ginkoai/contract';
import type { ReportedEvent } from './reporter.js';
import { lineOf, span } from './styled-line.js';
import { marks, tellTaskEvent } from './tell-task-event.js';
import { tellNotice } from './tell-notice.js';
import type { Telling } from './telling.js';
import type { Told, Verbosity } from './told.js';

/** Any event in words; null: people learn of it in another way (the end of a run is told by its summary). */
export function tellEvent(event: ReportedEvent, telling: Telling, verbosity: Verbosity): Told | null {
  switch (event.kind) {
    case 'run_started':
      return told('news', `Run ${event.runId} of sprint ${event.sprintId} started`);
    case 'recovered':
      return told('detail', `Run goes on from checkpoint ${event.recoveredFrom} as epoch ${event.epoch}`);
    case 'lease_granted':
      return told('detail', `The graph granted the lease, epoch ${event.epoch}`);
    case 'run_stopped':
      return null;
    case 'task_assigned':
    case 'task_started':
    case 'task_adopted':
    case 'task_completed':
    case 'task_failed':
    case 'task_lost':
    case 'task_released':
    case 'task_retry_scheduled':
    case 'task_blocked':
    case 'task_unblocked':
    case 'task_reopened':
    case 'task_added':
    case 'task_removed':
      return tellTaskEvent(event, telling);
    case 'recovery':
    case 'sprint_chosen':
    case 'previous_checkpoint':
    case 'nothing_to_resume':
    case 'reconciled':
    case 'checkpoint_saved':
    case 'persisted':
    case 'persist_failed':
    case 'graph_restored':
    case 'lease_lost':
    case 'pressure':
    case 'warning':
      return tellNotice(event, verbosity);
    default:
      return unreachable(event);
  }
}

const told = (importance: 'news' | 'detail', text: string): Told => ({
  importance,
  lines: [lineOf(span(marks.told.sign, marks.told.style), ` ${text}`)],
});
