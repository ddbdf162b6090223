import type { EpochMillis, Millis } from '@ginkoai/contract';
import { blockedText } from './blocked-text.js';
import { countText } from './count-text.js';
import { progressBar } from './progress-bar.js';
import type { BlockedTask, RunView } from './reporter.js';
import { runningTaskLines } from './running-task-lines.js';
import { fitLine, lineOf, span, type Span, type StyledLine } from './styled-line.js';
import { cutToWidth, textWidth } from './text-width.js';
import { clockTime, elapsedText } from './time-text.js';
import { cleanText } from './clean-text.js';

export interface LiveBlockOptions {
  readonly view: RunView;
  readonly now: EpochMillis;
  /** How long this process has been at it. */
  readonly elapsedMs: Millis;
  readonly columns: number;
  readonly rows: number;
}

/**
 * The run as it stands, for the foot of a terminal: no line wider than it, and at most half as many as it has (a very
 * low one apart), so that what happens above can be read.
 */
export function liveBlock({ view, now, elapsedMs, columns, rows }: LiveBlockOptions): StyledLine[] {
  const height = Math.max(0, Math.min(rows - 1, Math.max(leastLines, Math.floor(rows / 2))));
  const head = [titleLine(view, elapsedMs, columns), countsLine(view), ...troubleLine(view)].slice(0, height);
  const left = height - head.length;
  const blockedAtLeast = Math.min(view.blocked.length, 3, Math.floor(left / 3));
  const forRunning = Math.min(view.running.length, left - blockedAtLeast);
  const running = limited({
    from: view.running,
    most: forRunning,
    word: 'running',
    show: (tasks) => runningTaskLines(tasks, { now, columns }),
  });
  const blocked = limited({
    from: view.blocked,
    most: left - running.length,
    word: 'blocked',
    show: (tasks) => tasks.map(blockedLine),
  });
  return [...head, ...running, ...blocked].map((line) => fitLine(line, columns));
}

/** Title, counts and something of what is going on: a terminal of a few lines has room for nothing else. */
const leastLines = 4;

/** `The site  [#####.....] 5/12  3:12`: a narrow terminal loses the title, then the bar. */
function titleLine(view: RunView, elapsedMs: Millis, columns: number): StyledLine {
  const progress = { done: view.counts.complete, total: view.total };
  const figures = ` ${countText(progress.done)}/${countText(progress.total)}  ${elapsedText(elapsedMs)}`;
  const bar = columns < 30 ? '' : progressBar(progress, Math.min(30, Math.floor(columns / 4)));
  const forTitle = columns - textWidth(bar + figures) - 2;
  const title = forTitle < 8 ? '' : `${cutToWidth(cleanText(view.sprintTitle), forTitle)}  `;
  return lineOf(span(title, 'strong'), span(bar, 'good'), bar === '' ? figures.trimStart() : figures);
}

function countsLine({ running, ready, deferred, nextRetryAt, counts, agents }: RunView): StyledLine {
  const retry = nextRetryAt === null ? '' : ` at ${clockTime(nextRetryAt)}`;
  const parts: Span[] = [
    ...(agents === 0 ? [span('no agent', 'caution')] : []),
    span(`${countText(running.length)} running`),
    span(`${countText(ready)} ready`),
    ...(deferred > 0 ? [span(`${countText(deferred)} waiting for retry${retry}`)] : []),
    ...(counts.blocked > 0 ? [span(`${countText(counts.blocked)} blocked`, 'caution')] : []),
  ];
  return lineOf(...parts.flatMap((part, index) => (index === 0 ? [part] : [span(' · ', 'faint'), part])));
}

function troubleLine({ graphTrouble }: RunView): StyledLine[] {
  return graphTrouble === null ? [] : [lineOf(span('! ', 'caution'), span(graphTrouble, 'caution'))];
}

function blockedLine({ taskId, title, reason, detail }: BlockedTask): StyledLine {
  return lineOf(
    span('■ ', 'caution'),
    span(taskId, 'strong'),
    ` ${title}: `,
    span(blockedText({ reason, detail }), 'caution'),
  );
}

interface Limited<T> {
  readonly from: readonly T[];
  readonly most: number;
  /** What they are, for "and 12 more ...". */
  readonly word: string;
  readonly show: (some: readonly T[]) => StyledLine[];
}

/** A line for each, or for as many as fit and one that counts the rest. */
function limited<T>({ from, most, word, show }: Limited<T>): StyledLine[] {
  if (from.length <= most) return show(from);
  if (most <= 0) return [];
  const more = from.length - (most - 1);
  return [...show(from.slice(0, most - 1)), lineOf(span(`  and ${countText(more)} more ${word}`, 'faint'))];
}
