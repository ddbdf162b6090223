import { unreachable, type RunEvent, type RunEventOf, type TaskId } from '@ginkoai/contract';
import { blockedText } from './blocked-text.js';
import { cleanText } from './clean-text.js';
import { lineOf, span, type Span, type Style, type StyledLine } from './styled-line.js';
import { taskName } from './task-name.js';
import type { Telling } from './telling.js';
import { cutToWidth } from './text-width.js';
import { clockTime, durationText } from './time-text.js';
import type { Importance, Told } from './told.js';
import { unblockHint } from './unblock-hint.js';
import { usageText } from './usage-text.js';

export type TaskEvent = Extract<RunEvent, { taskId: TaskId }>;

/** An event of one task, in words. */
export function tellTaskEvent(event: TaskEvent, telling: Telling): Told {
  const say = (importance: Importance, mark: Mark, ...rest: readonly (Span | string)[]): Told => ({
    importance,
    lines: [taskLine(mark, event.taskId, telling, rest)],
  });
  switch (event.kind) {
    case 'task_assigned':
      return say('detail', marks.told, `: given to ${event.agentId}`, brackets(attemptText(event)));
    case 'task_started':
      return say('news', marks.go, brackets(telling.agentOf(event.taskId), attemptText(event)));
    case 'task_adopted':
      return say('news', marks.go, ': still running, taken over', brackets(event.agentId, attemptText(event)));
    case 'task_completed':
      return completed(event, telling);
    case 'task_failed':
      return taskFailed(event, telling);
    case 'task_lost':
      return say(
        'warning',
        marks.warn,
        `: lost, ${lossText(event.reason)}`,
        brackets(...whoAndAttempt(event, telling)),
      );
    case 'task_released':
      return released(event, telling);
    case 'task_retry_scheduled':
      return say('news', marks.again, `: next attempt ${whenText(event.notBefore, telling)}`);
    case 'task_blocked':
      return blocked(event, telling);
    case 'task_unblocked':
      return say('news', marks.go, ': no longer blocked');
    case 'task_reopened':
      return say('news', marks.again, `: open again, generation ${event.generation}`);
    case 'task_added':
      return say('news', marks.added, ': new in the sprint');
    case 'task_removed':
      return say('news', marks.removed, ': no longer in the sprint');
    default:
      return unreachable(event);
  }
}

interface Mark {
  readonly sign: string;
  readonly style: Style;
}

/** Signs that take one cell on every terminal. */
export const marks = {
  done: { sign: '✓', style: 'good' },
  failed: { sign: '✗', style: 'bad' },
  blocked: { sign: '■', style: 'caution' },
  warn: { sign: '!', style: 'caution' },
  go: { sign: '→', style: 'accent' },
  again: { sign: '↻', style: 'accent' },
  told: { sign: 'ℹ', style: 'accent' },
  added: { sign: '+', style: 'accent' },
  removed: { sign: '-', style: 'accent' },
} as const satisfies Record<string, Mark>;

function taskLine(mark: Mark, taskId: TaskId, telling: Telling, rest: readonly (Span | string)[]): StyledLine {
  return lineOf(span(mark.sign, mark.style), ' ', ...taskName(taskId, telling.titleOf(taskId)), ...rest);
}

/** ` (a, b)` of what there is. */
function brackets(...parts: readonly (string | undefined)[]): Span {
  const known = parts.filter((part) => part !== undefined && part !== '');
  return span(known.length === 0 ? '' : ` (${known.join(', ')})`, 'faint');
}

const attemptText = ({ attempt }: { attempt?: number | undefined }): string | undefined =>
  attempt === undefined || attempt === 1 ? undefined : `attempt ${attempt}`;

const tookText = ({ durationMs }: { durationMs?: number | undefined }): string | undefined =>
  durationMs === undefined ? undefined : durationText(durationMs);

const whoAndAttempt = (event: { taskId: TaskId; attempt: number }, telling: Telling): (string | undefined)[] => [
  telling.agentOf(event.taskId),
  attemptText(event),
];

function whenText(notBefore: string, telling: Telling): string {
  const ahead = Date.parse(notBefore) - telling.now();
  return ahead > 0 ? `in ${durationText(ahead)}, at ${clockTime(notBefore)}` : 'now';
}

const indented = (...spans: readonly (Span | string)[]): StyledLine => lineOf('  ', ...spans);

function completed(event: RunEventOf<'task_completed'>, telling: Telling): Told {
  const by = completedBy(event);
  const agent = event.agentId ?? (event.by === 'agent' ? telling.agentOf(event.taskId) : undefined);
  const held = event.held === true ? ': done, but counts only once its new dependencies are complete' : '';
  const line = taskLine(marks.done, event.taskId, telling, [
    held,
    brackets(by, agent, attemptText(event), tookText(event), usageText(event.usage)),
  ]);
  return { importance: 'news', lines: [line, ...summaryLines(event.summary)] };
}

function completedBy({ by }: RunEventOf<'task_completed'>): string | undefined {
  switch (by) {
    case 'agent':
      return undefined;
    case 'sprint_file':
      return 'completed externally, marked in the sprint file';
    case 'graph':
      return 'completed externally, known from the graph';
    default:
      return unreachable(by);
  }
}

/** An agent's own words may be long; `ginko task show` has them all. */
const shownSummary = 240;

function summaryLines(summary: string | undefined): StyledLine[] {
  const words = cleanText(summary ?? '').trim();
  return words === '' ? [] : [indented(span(cutToWidth(words, shownSummary), 'faint'))];
}

function taskFailed(event: RunEventOf<'task_failed'>, telling: Telling): Told {
  const line = taskLine(marks.failed, event.taskId, telling, [
    ': ',
    span(event.failure.message, 'bad'),
    brackets(event.agentId, attemptText(event), tookText(event), usageText(event.usage)),
  ]);
  return { importance: 'failure', lines: [line] };
}

function lossText(reason: RunEventOf<'task_lost'>['reason']): string {
  switch (reason) {
    case 'process_gone':
      return 'its process is gone without a result';
    case 'launcher_gone':
      return 'its launcher is gone and nobody saw its end';
    case 'lease_over':
      return 'its agent was silent until its lease ran out';
    case 'machine_gone':
      return 'its machine is gone';
    default:
      return unreachable(reason);
  }
}

function released(event: RunEventOf<'task_released'>, telling: Telling): Told {
  const again = event.notBefore === undefined ? '' : `; again ${whenText(event.notBefore, telling)}`;
  const line = taskLine(marks.again, event.taskId, telling, [
    `: ${releaseText(event.reason)}${again}`,
    brackets(...whoAndAttempt(event, telling), usageText(event.usage)),
  ]);
  return { importance: releaseImportance(event.reason), lines: [line] };
}

function releaseImportance(reason: RunEventOf<'task_released'>['reason']): Importance {
  // The task is told as blocked next, with the reason.
  return reason === 'blocked_by_agent' || reason === 'could_not_start' ? 'detail' : 'news';
}

function releaseText(reason: RunEventOf<'task_released'>['reason']): string {
  switch (reason) {
    case 'could_not_start':
      return 'nothing could be started for it; no failure counted';
    case 'throttled':
      return 'its agent was throttled (exit code 75); no failure counted';
    case 'stopped':
      return 'stopped; no failure counted';
    case 'not_accepted':
      return 'had not been started';
    case 'task_removed':
      return 'stopped, as it is no longer in the sprint';
    case 'blocked_by_person':
      return 'stopped, as a person blocked it';
    case 'blocked_by_agent':
      return 'its agent cannot go on; no failure counted';
    case 'completed_elsewhere':
      return 'stopped, as it was completed elsewhere';
    case 'definition_changed':
      return 'stopped, as its text was changed';
    case 'superseded':
      return 'stopped, as a later attempt is under way';
    default:
      return unreachable(reason);
  }
}

function blocked(event: RunEventOf<'task_blocked'>, telling: Telling): Told {
  const { sign, style } = marks.blocked;
  const title = telling.titleOf(event.taskId);
  const what = [span(event.taskId, 'strong'), ` blocked: ${title === '' ? '' : `${title} — `}`];
  return {
    importance: 'warning',
    lines: [
      lineOf(span(sign, style), ' ', ...what, span(blockedText(event), 'caution')),
      indented(unblockHint(event.reason, event.taskId)),
    ],
  };
}
