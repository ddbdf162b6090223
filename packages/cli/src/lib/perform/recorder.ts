import { ok, type NewRunEvent, type Result, type RunEvent } from '@ginkoai/contract';
import { applyEvent } from '../decide/apply-event.js';
import type { RunState } from '../decide/run-state.js';
import { stampEvent } from '../orchestrator-state.js';
import type { Clock, EventLog, Mirror } from '../ports.js';
import type { Reporter } from '../report/reporter.js';

export interface Recorder {
  /** Makes events true: journal, then state, then everybody who hears of them. In that order, whatever crashes. */
  record(events: readonly NewRunEvent[]): Promise<Result<void>>;
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
    async record(events) {
      if (events.length === 0) return ok(undefined);
      const at = new Date(clock.now()).toISOString();
      const stamped: RunEvent[] = events.map((event, index) => stampEvent(event, state.sequence + index, at));
      const written = await journal.append(stamped);
      if (!written.ok) return written;
      recorded += stamped.length;
      for (const event of stamped) applyEvent(state, event);
      mirror.offer(stamped);
      for (const event of stamped) reporter.event(event);
      return written;
    },
    get recorded() {
      return recorded;
    },
  };
}
