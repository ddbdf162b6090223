import type { NewRunEvent, Result, RunEvent } from '@ginkoai/contract';
import { applyEvent } from '../decide/apply-event.js';
import type { RunState } from '../decide/run-state.js';
import { stampEvent } from '../orchestrator-state.js';
import type { Clock, EventLog, Mirror } from '../ports.js';
import type { ReportedChange, Reporter } from '../report/reporter.js';
import { reconciledNotice } from './reported-changes.js';

export interface Recorder {
  /**
   * Makes events true: journal, then state, then, once they are on disk, everybody who hears of them. In that order,
   * whatever crashes. `changes`: what reconciliation found, of which they are the events; told as one.
   */
  record(events: readonly NewRunEvent[], changes?: readonly ReportedChange[]): Promise<Result<void>>;
  /** The first third: what follows from events can be written down with them, and share their flush. */
  write(events: readonly NewRunEvent[]): Result<void>;
  /** The second, for everything written so far: resolves when it is on disk. */
  flush(): Promise<Result<void>>;
  /** The last, once it is. */
  tell(): void;
}

export interface RecorderParts {
  readonly state: RunState;
  readonly journal: EventLog;
  readonly clock: Clock;
  readonly mirror: Pick<Mirror, 'offer'>;
  readonly reporter: Pick<Reporter, 'event'>;
}

export function createRecorder({ state, journal, clock, mirror, reporter }: RecorderParts): Recorder {
  let untold: RunEvent[] = [];

  const stamp = (events: readonly NewRunEvent[]): RunEvent[] => {
    const at = new Date(clock.now()).toISOString();
    return events.map((event, index) => stampEvent(event, state.sequence + index, at));
  };

  const tellUntold = (): void => {
    const events = untold;
    untold = [];
    if (events.length > 0) mirror.offer(events);
    for (const event of events) reporter.event(event);
  };

  return {
    async record(events, changes = []) {
      const stamped = stamp(events);
      const written = await journal.append(stamped);
      if (!written.ok) return written;
      for (const event of stamped) applyEvent(state, event);
      tellUntold();
      if (changes.length > 0) {
        const at = new Date(clock.now()).toISOString();
        reporter.event(reconciledNotice({ at, changes, events: stamped }));
      }
      untold = stamped;
      tellUntold();
      return written;
    },
    write(events) {
      const stamped = stamp(events);
      const written = journal.write(stamped);
      if (!written.ok) return written;
      for (const event of stamped) {
        applyEvent(state, event);
        untold.push(event);
      }
      return written;
    },
    flush: () => journal.flush(),
    tell: tellUntold,
  };
}
