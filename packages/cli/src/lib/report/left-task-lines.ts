import { unreachable, type BlockedReason, type EpochMillis } from '@ginkoai/contract';
import { blockedText } from './blocked-text.js';
import { countText } from './count-text.js';
import type { LeftTask } from './left-task.js';
import { lineOf, span, type Span, type StyledLine } from './styled-line.js';
import { taskName } from './task-name.js';
import { marks } from './tell-task-event.js';
import { clockTime } from './time-text.js';
import { unblockHint } from './unblock-hint.js';

export interface LeftTaskLinesOptions {
  /** All tasks that are left; only some may be given. */
  readonly total: number;
  /** Instead of the first ones. */
  readonly all: boolean;
  readonly now: EpochMillis;
}

type Blocked = Extract<LeftTask, { state: 'blocked' }>;

const shownBlocked = 20;
const shownOthers = 10;

/** Each task once: why it is not complete, and who or what changes that. */
export function leftTaskLines(left: readonly LeftTask[], { total, all, now }: LeftTaskLinesOptions): StyledLine[] {
  const blocked = left.filter((task) => task.state === 'blocked').slice(0, all ? Infinity : shownBlocked);
  const others = left.filter((task) => task.state !== 'blocked').slice(0, all ? Infinity : shownOthers);
  const more = total - blocked.length - others.length;
  return [
    ...[...groupedByReason(blocked)].flatMap(([reason, tasks]) => blockedLines(reason, tasks)),
    ...others.map((task) =>
      lineOf('    ', signOf(task), ' ', ...taskName(task.taskId, task.title), `: ${why(task, now)}`),
    ),
    ...(more > 0 ? [lineOf(`    and ${countText(more)} more; ginko task list names them all`)] : []),
  ];
}

function groupedByReason(blocked: readonly Blocked[]): Map<BlockedReason, Blocked[]> {
  const groups = new Map<BlockedReason, Blocked[]>();
  for (const task of blocked) groups.set(task.reason, [...(groups.get(task.reason) ?? []), task]);
  return groups;
}

/** What many tasks need alike is said once below them. */
function blockedLines(reason: BlockedReason, tasks: readonly Blocked[]): StyledLine[] {
  const [first] = tasks;
  const taskId = tasks.length === 1 && first !== undefined ? first.taskId : '<id>';
  return [
    ...tasks.flatMap((task) => {
      const text = blockedText(task);
      const name = taskName(task.taskId, task.title);
      const line = lineOf(
        '    ',
        span(marks.blocked.sign, marks.blocked.style),
        ' ',
        ...name,
        ': ',
        span(text, 'caution'),
      );
      return [line, ...outputLines(task, text)];
    }),
    lineOf('      ', unblockHint(reason, taskId)),
  ];
}

function outputLines({ lastFailure }: LeftTask, said: string): StyledLine[] {
  if (lastFailure?.outputFile === undefined || said.includes(lastFailure.outputFile)) return [];
  return [lineOf('      ', span(`Output of attempt ${lastFailure.attempt}: ${lastFailure.outputFile}`, 'faint'))];
}

function signOf({ state }: LeftTask): Span {
  if (state === 'running') return span(marks.go.sign, marks.go.style);
  return state === 'retrying' ? span(marks.again.sign, marks.again.style) : span('-', 'faint');
}

function why(task: LeftTask, now: EpochMillis): string {
  switch (task.state) {
    case 'blocked':
      return blockedText(task);
    case 'retrying':
      return `${whenText(task.notBefore, now)}${failureText(task)}`;
    case 'running':
      return `still at work (${task.agentId}${task.attempt > 1 ? `, attempt ${task.attempt}` : ''})`;
    case 'held':
      return `done, but counts only after ${task.waitsFor.join(', ')}`;
    case 'ready':
      return `ready${lackText(task)}${failureText(task)}`;
    case 'waiting':
      return `waits for ${task.waitsFor.join(', ')}`;
    default:
      return unreachable(task);
  }
}

function whenText(notBefore: string, now: EpochMillis): string {
  return Date.parse(notBefore) > now ? `its next attempt is due at ${clockTime(notBefore)}` : 'its next attempt is due';
}

function lackText({ canBeDone, needs }: Extract<LeftTask, { state: 'ready' }>): string {
  if (canBeDone) return '';
  return needs.length === 0 ? ', but there is no agent to do it' : `, but no agent can do ${needs.join(', ')}`;
}

function failureText({ lastFailure }: LeftTask): string {
  if (lastFailure === undefined) return '';
  const { attempt, message, outputFile } = lastFailure;
  const output = outputFile === undefined || message.includes(outputFile) ? '' : ` (see ${outputFile})`;
  return `; attempt ${attempt} failed: ${message}${output}`;
}
