import { ok, type NewRunEvent, type Result, type RunEvent } from '@ginkoai/contract';
import { applyEvent } from '../decide/apply-event.js';
import type { RunState } from '../decide/run-state.js';
import { stampEvent } from '../orchestrator-state.js';
import type { Clock, EventLog, Mirror } from '../ports.js';
import type { ReportedChange, Reporter } from '../report/reporter.js';
import { reconciledNotice } from './reported-changes.js';

export interface Recorder {
  /**
   * Makes events true: journal, then state, then everybody who hears of them. In that order, whatever crashes.
   * `changes`: what reconciliation found, of which they are the events; told as one.
   */
  record(events: readonly NewRunEvent[], changes?: readonly ReportedChange[]): Promise<Result<void>>;
  /** Events that came to this process already numbered and durable. */
  readonly recorded: number;
}

export interface RecorderParts {
  readonly state: RunState;
  readonly journal: EventLog;
  readonly clock: Clock;
  readonly mirror: Pick<Mirror, 'offer'>;
  readonly reporter: Pick<Reporter, 'event'>;
}

export function createRecorder({ state, journal, clock, mirror, reporter }: RecorderParts): Recorder {
  let recorded = 0;
  return {
    async record(events, changes = []) {
      const at = new Date(clock.now()).toISOString();
      if (events.length === 0) {
        if (changes.length > 0) reporter.event(reconciledNotice({ at, changes, events: [] }));
        return ok(undefined);
      }
      const stamped: RunEvent[] = events.map((event, index) => stampEvent(event, state.sequence + index, at));
      const written = await journal.append(stamped);
      if (!written.ok) return written;
      recorded += stamped.length;
      for (const event of stamped) applyEvent(state, event);
      mirror.offer(stamped);
      if (changes.length > 0) reporter.event(reconciledNotice({ at, changes, events: stamped }));
      for (const event of stamped) reporter.event(event);
      return written;
    },
    get recorded() {
      return recorded;
    },
  };
}
