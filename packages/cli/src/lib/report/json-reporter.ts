import type { EpochMillis, RunEventOf } from '@ginkoai/contract';
import type { Output } from './output.js';
import { nothingToResume, type RecoveryNotice } from './recovery-lines.js';
import type { Reporter, ReportedEvent, RunSummary } from './reporter.js';
import { summaryJson } from './summary-json.js';

export interface JsonReporterOptions {
  readonly output: Output;
  readonly now: () => EpochMillis;
  readonly verbose: boolean;
}

/**
 * One JSON object a line, for programs: each event as it came, the last line `run_stopped`. `--quiet` changes nothing
 * here: a program picks what it wants.
 */
export function createJsonReporter({ output, now, verbose }: JsonReporterOptions): Reporter {
  // What was recovered is told before the event that makes it part of the history; both go out as one line.
  let recovery: RecoveryNotice | null = null;
  // Held back until the figures are known, so that it is the last line.
  let stopped: RunEventOf<'run_stopped'> | null = null;
  let isOver = false;

  const event = (event: ReportedEvent): void => {
    if (isOver) return;
    switch (event.kind) {
      case 'recovery':
        recovery = event;
        return;
      case 'recovered':
        output.json(recovery === null ? event : { ...recoveryFields(recovery), ...event });
        recovery = null;
        return;
      case 'sprint_chosen':
        // The first event of a run names its sprint.
        return;
      case 'previous_checkpoint':
        output.json(asWarning(event, previousCheckpoint));
        return;
      case 'nothing_to_resume':
        output.json(asWarning(event, nothingToResume));
        return;
      case 'run_stopped':
        stopped = event;
        return;
      case 'warning':
        if (event.isVerbose !== true || verbose) output.json(event);
        return;
      default:
        output.json(event);
    }
  };

  const stop = (summary: RunSummary): void => {
    if (isOver) return;
    isOver = true;
    // A run that ends before it goes on (a dry run, a lease that is held) has recovered all the same.
    if (recovery !== null) output.json(recoveryFields(recovery));
    const at = new Date(now()).toISOString();
    output.json({ kind: 'run_stopped', at, ...stopped, ...summaryJson(summary) });
  };

  return { start: () => undefined, event, stop };
}

const previousCheckpoint =
  'Previous checkpoint found. Use --resume to continue from last session. Starting fresh will overwrite the checkpoint.';

const asWarning = ({ kind, at }: ReportedEvent, message: string): object => ({
  kind: 'warning',
  at,
  code: kind,
  message,
});

const recoveryFields = (notice: RecoveryNotice): object => ({ ...notice, kind: 'recovered' });
