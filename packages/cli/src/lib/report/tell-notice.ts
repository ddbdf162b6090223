import { unreachable } from '@ginkoai/contract';
import { countText, counted } from './count-text.js';
import { nothingToResumeLines, previousCheckpointLines, reconciledLines, recoveryLines } from './recovery-lines.js';
import type { Notice } from './reporter.js';
import { lineOf, span, type StyledLine } from './styled-line.js';
import { marks } from './tell-task-event.js';
import { durationText } from './time-text.js';
import type { Told, Verbosity } from './told.js';

const cautionLine = (text: string): StyledLine => lineOf(span('!', marks.warn.style), ' ', span(text, 'caution'));

/** A notice in words; null: there is nothing to tell. */
export function tellNotice(notice: Notice, { verbose, quiet }: Verbosity): Told | null {
  switch (notice.kind) {
    case 'recovery':
      return { importance: 'news', lines: recoveryLines(notice), isParagraph: true };
    case 'sprint_chosen':
      return {
        importance: 'news',
        lines: [lineOf(span(marks.told.sign, marks.told.style), ` Sprint: ${notice.message}`)],
      };
    case 'previous_checkpoint':
      return { importance: 'warning', lines: previousCheckpointLines(), isParagraph: true };
    case 'nothing_to_resume':
      return { importance: 'warning', lines: nothingToResumeLines(), isParagraph: true };
    case 'reconciled':
      return reconciled(notice, { verbose, quiet });
    case 'checkpoint_saved':
      return detail(`checkpoint saved at event ${notice.checkpointSequence} in ${durationText(notice.durationMs)}`);
    case 'persisted':
      return detail(`state persisted to the graph at event ${notice.checkpointSequence}`);
    case 'persist_failed':
      // Said once; that it goes on is a detail until the graph is back.
      return {
        importance: notice.failures <= 1 ? 'warning' : 'detail',
        lines: [cautionLine(notice.failures <= 1 ? withoutGraph(notice) : repeated(notice))],
      };
    case 'graph_restored':
      return {
        importance: 'news',
        lines: [lineOf(span('✓', 'good'), ` The graph is back after ${counted(notice.failures, 'failed call')}`)],
      };
    case 'lease_lost':
      return { importance: 'failure', lines: leaseLostLines(notice) };
    case 'pressure':
      return { importance: 'warning', lines: [cautionLine(pressureText(notice))] };
    case 'warning':
      return { importance: notice.isVerbose === true ? 'detail' : 'warning', lines: [cautionLine(notice.message)] };
    default:
      return unreachable(notice);
  }
}

type NoticeOf<K extends Notice['kind']> = Extract<Notice, { kind: K }>;

const detail = (text: string): Told => ({
  importance: 'detail',
  lines: [lineOf(span(marks.told.sign, marks.told.style), ` ${text}`)],
});

function reconciled(notice: NoticeOf<'reconciled'>, { verbose, quiet }: Verbosity): Told | null {
  if (notice.changes.length === 0) return null;
  if (!quiet) return { importance: 'news', lines: reconciledLines(notice, { all: verbose }), isParagraph: true };
  const warnings = notice.changes.filter((change) => change.isWarning === true);
  return warnings.length === 0
    ? null
    : { importance: 'warning', lines: warnings.map((change) => cautionLine(change.sentence)) };
}

const withoutGraph = ({ failure }: NoticeOf<'persist_failed'>): string =>
  `${failure.message} The run goes on, and what the graph misses is sent once it answers.`;

const repeated = ({ failures, failure }: NoticeOf<'persist_failed'>): string =>
  `${countText(failures)} calls to the graph have failed in a row: ${failure.message}`;

function leaseLostLines({ message, takenOverBy, host }: NoticeOf<'lease_lost'>): StyledLine[] {
  const line = lineOf(span('✗', 'bad'), ' ', span(message, 'bad'));
  if (takenOverBy === undefined || message.includes(takenOverBy)) return [line];
  return [line, lineOf(`  Taken over by ${takenOverBy}${host === undefined ? '' : ` on ${host}`}`)];
}

function pressureText({ metrics }: NoticeOf<'pressure'>): string {
  const percent = Math.round(metrics.pressure * 100);
  const tokens = `about ${countText(metrics.estimatedTokens)} of ${countText(metrics.contextLimit)} tokens`;
  return `This command's output fills ${percent} % of the context of the harness that reads it (${tokens})`;
}
