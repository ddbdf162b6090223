import { stopReasons, type EpochMillis, type StopReason } from '@ginkoai/contract';
import { blockedText } from './blocked-text.js';
import { countText, counted } from './count-text.js';
import { nextStep } from './next-step.js';
import { progressBar } from './progress-bar.js';
import { runStatus, type LeaseStatus, type RunStatus, type StatusInput } from './run-status.js';
import { shownOutput } from './shown-output.js';
import { lineOf, span, type Span, type StyledLine } from './styled-line.js';
import { taskName } from './task-name.js';
import { clockTime, durationText, elapsedText, localTime } from './time-text.js';
import { unblockHint } from './unblock-hint.js';

export interface StatusViewOptions {
  readonly now: EpochMillis;
  /** The command that goes on with the run; absent: its options are not known. */
  readonly resumeCommand?: string;
  /** What happened last; absent: it is not known. */
  readonly lastEventText?: string;
  /** Words of people that no orchestrator has taken up; they are shown below. */
  readonly unreadWords?: number;
}

/** A run as it stands, for `ginko status`. */
export function statusView(input: StatusInput, options: StatusViewOptions): StyledLine[] {
  const { now } = options;
  const status = runStatus(input);
  return [
    ...headLines(input, status, options),
    ...section('Running', status.running, ({ taskId, title, agentId, attempt, since, lastLine }) => [
      taskLine(taskId, title, ` (${agentId}${attempt > 1 ? `, attempt ${attempt}` : ''}${sinceText(since, now)})`),
      ...outputLines(lastLine),
    ]),
    ...section('Waiting for their next attempt', status.retrying, ({ taskId, title, notBefore }) => [
      taskLine(taskId, title, ` (${Date.parse(notBefore) > now ? `not before ${clockTime(notBefore)}` : 'now ready'})`),
    ]),
    ...section('Blocked', status.blocked, ({ taskId, title, reason, detail }) => [
      lineOf(
        ...[span('  ■ ', 'caution'), ...taskName(taskId, title), ': '],
        span(blockedText({ reason, detail }), 'caution'),
      ),
      lineOf('    ', unblockHint(reason, taskId)),
    ]),
  ];
}

/** The same for a program. */
export function statusJson(input: StatusInput): object {
  const { checkpoint, source } = input;
  const status = runStatus(input);
  return {
    kind: 'status',
    source,
    runId: checkpoint.runId,
    orchestratorId: checkpoint.orchestratorId,
    graphId: checkpoint.graphId,
    sprintId: checkpoint.sprintId,
    epoch: checkpoint.epoch,
    sequence: checkpoint.sequence,
    startedAt: checkpoint.startedAt,
    savedAt: checkpoint.savedAt,
    ...(checkpoint.exitReason === undefined ? {} : { exitReason: checkpoint.exitReason }),
    ...(checkpoint.exitCode === undefined ? {} : { exitCode: checkpoint.exitCode }),
    usage: checkpoint.usage ?? {},
    ...status,
    blocked: status.blocked.map((task) => ({ ...task, unblock: unblockHint(task.reason, task.taskId) })),
  };
}

function headLines(
  { checkpoint, source, sprintTitle }: StatusInput,
  status: RunStatus,
  { now, resumeCommand, lastEventText, unreadWords = 0 }: StatusViewOptions,
): StyledLine[] {
  const { counts, total } = status;
  const bar = progressBar({ done: counts.complete, total }, 20);
  return [
    lineOf(span(sprintTitle, 'strong'), ` (epic ${checkpoint.epicId})`),
    lineOf(
      span(bar, 'good'),
      ` ${countText(counts.complete)} of ${counted(total, 'task')} complete`,
      newsText(unreadWords),
    ),
    lineOf(`  ${counts.in_progress} running, ${counts.pending} pending, ${counts.blocked} blocked`),
    lineOf(`  Run: ${checkpoint.runId}, orchestrator ${checkpoint.orchestratorId}, epoch ${checkpoint.epoch}`),
    lineOf(
      `  State: from the ${source === 'graph' ? 'graph' : 'local checkpoint'}, saved ${agoText(checkpoint.savedAt, now)}`,
    ),
    lineOf(
      `  Last event: ${agoText(status.lastEventAt, now)}${lastEventText === undefined ? '' : `, ${lastEventText}`}`,
    ),
    ...leaseLines(status.lease),
    ...endLines(checkpoint, resumeCommand),
  ];
}

function newsText(unreadWords: number): Span {
  if (unreadWords === 0) return span('');
  return span(`; ${counted(unreadWords, 'word')} of people not taken up yet, see below`, 'caution');
}

function leaseLines(lease: LeaseStatus | null): StyledLine[] {
  if (lease === null) return [];
  switch (lease.kind) {
    case 'held':
      return [lineOf(`  Lease: held by ${lease.orchestratorId} on ${lease.host} until ${clockTime(lease.expiresAt)}`)];
    case 'free':
      return [lineOf('  Lease: free; no orchestrator is at work')];
  }
}

function endLines(
  { exitReason, exitCode }: StatusInput['checkpoint'],
  resumeCommand: string | undefined,
): StyledLine[] {
  if (exitReason === undefined) return [];
  const command = isStopReason(exitReason) ? nextStep(exitReason, resumeCommand).command : undefined;
  return [
    lineOf(`  Ended: ${exitReason.replaceAll('_', ' ')}${exitCode === undefined ? '' : ` (exit code ${exitCode})`}`),
    ...(command === undefined ? [] : [lineOf('  Continue with: ', span(command, 'command'))]),
  ];
}

const isStopReason = (reason: string): reason is StopReason => (stopReasons as readonly string[]).includes(reason);

function section<T>(title: string, tasks: readonly T[], linesFor: (task: T) => StyledLine[]): StyledLine[] {
  return tasks.length === 0 ? [] : [[], lineOf(span(`${title}:`, 'accent')), ...tasks.flatMap(linesFor)];
}

const taskLine = (taskId: string, title: string, facts: string): StyledLine =>
  lineOf('  ', ...taskName(taskId, title), span(facts, 'faint'));

function outputLines(lastLine: string | undefined): StyledLine[] {
  const shown = shownOutput(lastLine);
  return shown === '' ? [] : [lineOf('    ', span(shown, 'faint'))];
}

const sinceText = (since: string | undefined, now: EpochMillis): string =>
  since === undefined ? '' : `, since ${clockTime(since)}, ${elapsedText(now - Date.parse(since))}`;

const agoText = (at: string, now: EpochMillis): string =>
  `${localTime(at)} (${durationText(now - Date.parse(at))} ago)`;
