import type { EpochMillis } from '@ginkoai/contract';
import { countText, counted } from './count-text.js';
import { leftTaskLines } from './left-task-lines.js';
import { nextStep } from './next-step.js';
import type { RunSummary, RunView } from './reporter.js';
import { lineOf, span, type StyledLine } from './styled-line.js';
import { durationText } from './time-text.js';
import { usageText } from './usage-text.js';

export interface SummaryLinesOptions {
  /** Every task that is left, however many. */
  readonly all: boolean;
  readonly now: EpochMillis;
}

/** How a run ended, what is left, and how to go on. */
export function summaryLines(summary: RunSummary, { all, now }: SummaryLinesOptions): StyledLine[] {
  const { pending, in_progress, blocked } = summary.view.counts;
  return [
    headline(summary),
    lineOf(`  ${summary.message}`),
    ...attemptsLines(summary),
    ...usageLines(summary),
    ...leftLines(summary),
    ...leftTaskLines(summary.left, { total: pending + in_progress + blocked, all, now }),
    ...cancelledLines(summary.view),
    ...nextLines(summary),
  ];
}

function headline({ view, exitCode, durationMs, completedNow, isResumed }: RunSummary): StyledLine {
  const mark = exitCode === 0 ? span('✓', 'good') : exitCode === 1 ? span('✗', 'bad') : span('!', 'caution');
  const { complete } = view.counts;
  const done = `${countText(complete)} of ${counted(view.total, 'task')} complete`;
  const took = durationText(durationMs);
  // What was complete before took no time of this process.
  const when = completedNow === complete && !isResumed ? ` in ${took}` : `, ${sinceStart(completedNow)} (${took})`;
  return lineOf(mark, ' ', span(view.sprintTitle, 'strong'), `: ${done}${when}`);
}

const sinceStart = (completed: number): string =>
  `${completed === 0 ? 'none' : countText(completed)} of them since this start`;

function attemptsLines({ attempts, adopted, failedAttempts, isResumed }: RunSummary): StyledLine[] {
  if (attempts + adopted + failedAttempts === 0) return [];
  const figures = [`${countText(attempts)} begun`];
  if (adopted > 0) figures.push(`${countText(adopted)} adopted`);
  figures.push(`${countText(failedAttempts)} failed`);
  return [lineOf(`  Attempts${isResumed ? ' since this start' : ''}: ${figures.join(', ')}`)];
}

function usageLines({ usage, isResumed }: RunSummary): StyledLine[] {
  const text = usageText(usage);
  return text === '' ? [] : [lineOf(`  Reported by agents${isResumed ? ' in the whole run' : ''}: ${text}`)];
}

function leftLines({ view, stopReason, left }: RunSummary): StyledLine[] {
  const { pending, in_progress, blocked } = view.counts;
  const counts = [
    [blocked, 'blocked'],
    [in_progress, 'in progress'],
    [pending, 'pending'],
  ] as const;
  const words = counts.filter(([count]) => count > 0).map(([count, word]) => `${countText(count)} ${word}`);
  if (words.length === 0) return [];
  const running = left.filter(({ state }) => state === 'running').length;
  const goesOn = running > 0 && stopReason !== 'taken_over' ? `; --resume takes ${adoptedText(running)} over` : '';
  return [lineOf(`  Left: ${words.join(', ')}${goesOn}`)];
}

const adoptedText = (running: number): string => (running === 1 ? 'the running one' : 'the running ones');

const namedCancelled = 20;

function cancelledLines({ counts, blocked }: RunView): StyledLine[] {
  if (counts.cancelled === 0) return [];
  const ids = blocked.filter(({ reason }) => reason === 'cancelled').map(({ taskId }) => taskId);
  const named = ids.slice(0, namedCancelled);
  const more = counts.cancelled - named.length;
  if (named.length === 0) return [lineOf(`  Cancelled: ${counted(more, 'task')}`)];
  return [lineOf(`  Cancelled: ${named.join(', ')}${more > 0 ? ` and ${countText(more)} more` : ''}`)];
}

function nextLines(summary: RunSummary): StyledLine[] {
  const { stopReason, exitCode, stateDirectory, resumeCommand, goesOnByItself } = summary;
  const { mustDo, command } = nextStep(stopReason, resumeCommand);
  const goesOn = goesOnByItself === true ? [lineOf('  It goes on by itself (--respawn)')] : null;
  return [
    ...(command === undefined ? [] : [lineOf(`  State: ${stateDirectory}`)]),
    ...(mustDo === undefined || !isFitting(summary) ? [] : [lineOf('  To do: ', span(mustDo, 'strong'))]),
    ...(goesOn ?? (command === undefined ? [] : [lineOf('  Continue with: ', span(command, 'command'))])),
    ...(exitCode === 0 ? [] : [lineOf(`  Exit code: ${exitCode}`)]),
  ];
}

/** An agent helps only where a task is ready for one; work that is done elsewhere is named with the tasks. */
function isFitting({ stopReason, left }: RunSummary): boolean {
  return stopReason !== 'no_progress' || left.some(({ state }) => state === 'ready');
}
