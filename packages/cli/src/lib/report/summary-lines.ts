import { blockedText } from './blocked-text.js';
import { countText, counted } from './count-text.js';
import { nextStep } from './next-step.js';
import type { BlockedTask, RunSummary } from './reporter.js';
import { lineOf, span, type StyledLine } from './styled-line.js';
import { durationText } from './time-text.js';
import { unblockHint } from './unblock-hint.js';

/** Blocked tasks and failed attempts named one by one; the rest is counted, unless all are wanted. */
const namedTasks = 20;

/** How a run ended, and how to go on. */
export function summaryLines(summary: RunSummary, { all }: { readonly all: boolean }): StyledLine[] {
  return [
    headline(summary),
    lineOf(`  ${summary.message}`),
    ...leftLines(summary),
    lineOf(`  ${attemptsText(summary)}`),
    ...usageLines(summary),
    ...failedLines(summary, all ? Infinity : namedTasks),
    ...blockedLines(summary.view.blocked, all ? Infinity : namedTasks),
    ...nextLines(summary),
  ];
}

function headline({ view, exitCode, durationMs }: RunSummary): StyledLine {
  const mark = exitCode === 0 ? span('✓', 'good') : exitCode === 1 ? span('✗', 'bad') : span('!', 'caution');
  const done = `${countText(view.counts.complete)} of ${counted(view.total, 'task')} complete`;
  return lineOf(mark, ' ', span(view.sprintTitle, 'strong'), `: ${done} in ${durationText(durationMs)}`);
}

function leftLines({ view }: RunSummary): StyledLine[] {
  const { pending, in_progress, blocked, cancelled } = view.counts;
  const left = [
    [in_progress, 'still running; the next orchestrator takes them over'],
    [pending, 'pending'],
    [blocked, 'blocked'],
    [cancelled, 'cancelled'],
  ] as const;
  const words = left.filter(([count]) => count > 0).map(([count, word]) => `${countText(count)} ${word}`);
  return words.length === 0 ? [] : [lineOf(`  Left: ${words.join(', ')}`)];
}

function attemptsText({ attempts, adopted, failedAttempts, completedNow }: RunSummary): string {
  const figures = [`${countText(attempts)} begun`];
  if (adopted > 0) figures.push(`${countText(adopted)} adopted`);
  figures.push(`${countText(failedAttempts)} failed`);
  return `Attempts: ${figures.join(', ')}; ${counted(completedNow, 'task')} completed by this process`;
}

function usageLines({ usage }: RunSummary): StyledLine[] {
  const words = [
    ...(usage.tokens > 0 ? [`${countText(usage.tokens)} tokens`] : []),
    ...(usage.costUsd > 0 ? [`$${usage.costUsd.toFixed(usage.costUsd < 0.01 ? 4 : 2)}`] : []),
  ];
  return words.length === 0 ? [] : [lineOf(`  Reported by agents: ${words.join(', ')}`)];
}

function failedLines({ failedOutputs }: RunSummary, most: number): StyledLine[] {
  if (failedOutputs.length === 0) return [];
  return [
    lineOf('  Failed:'),
    ...failedOutputs
      .slice(0, most)
      .flatMap(({ taskId, message, outputFile }) => [
        lineOf('    ', span('✗', 'bad'), ' ', span(taskId, 'strong'), ': ', message),
        ...(message.includes(outputFile) ? [] : [lineOf('      ', span(`Output: ${outputFile}`, 'faint'))]),
      ]),
    ...moreLine(failedOutputs.length - most),
  ];
}

function blockedLines(blocked: readonly BlockedTask[], most: number): StyledLine[] {
  if (blocked.length === 0) return [];
  return [
    lineOf('  Blocked:'),
    ...blocked.slice(0, most).flatMap(blockedTaskLines),
    ...moreLine(blocked.length - most),
  ];
}

function blockedTaskLines({ taskId, title, reason, detail }: BlockedTask): StyledLine[] {
  return [
    lineOf(
      '    ',
      span('■', 'caution'),
      ' ',
      span(taskId, 'strong'),
      ` ${title}: `,
      span(blockedText({ reason, detail }), 'caution'),
    ),
    lineOf('      ', unblockHint(reason, taskId)),
  ];
}

const moreLine = (more: number): StyledLine[] =>
  more > 0 ? [lineOf(`    and ${countText(more)} more; ginko status names them all`)] : [];

function nextLines({ stopReason, exitCode, stateDirectory, resumeCommand }: RunSummary): StyledLine[] {
  const { mustDo, command } = nextStep(stopReason, resumeCommand);
  return [
    ...(command === undefined ? [] : [lineOf(`  State: ${stateDirectory}`)]),
    ...(mustDo === undefined ? [] : [lineOf('  To do: ', span(mustDo, 'strong'))]),
    ...(command === undefined ? [] : [lineOf('  Continue with: ', span(command, 'accent'))]),
    ...(exitCode === 0 ? [] : [lineOf(`  Exit code: ${exitCode}`)]),
  ];
}
