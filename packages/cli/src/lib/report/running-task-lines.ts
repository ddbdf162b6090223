import { unreachable, type EpochMillis } from '@ginkoai/contract';
import { cleanText } from './clean-text.js';
import type { RunningTask } from './reporter.js';
import { shownOutput } from './shown-output.js';
import { lineOf, lineWidth, span, type Span, type StyledLine } from './styled-line.js';
import { padToWidth, textWidth } from './text-width.js';
import { elapsedText } from './time-text.js';

export interface RunningTaskOptions {
  readonly now: EpochMillis;
  readonly columns: number;
}

/** A line for each running task in common columns: elapsed time, task, who is at it, the last line of its output. */
export function runningTaskLines(tasks: readonly RunningTask[], { now, columns }: RunningTaskOptions): StyledLine[] {
  const rows = tasks.map((task) => ({
    elapsed: elapsedText(now - task.startedAt),
    taskId: cleanText(task.taskId),
    name: `${cleanText(task.taskId)} ${cleanText(task.title)}`,
    state: stateSpans(task),
    output: indented(shownOutput(task.lastLine)),
  }));
  const widest = (widths: readonly number[]): number => Math.max(0, ...widths);
  const elapsedWidth = widest(rows.map(({ elapsed }) => elapsed.length));
  const nameWidth = Math.min(Math.floor(columns * 0.4), widest(rows.map(({ name }) => textWidth(name))));
  const stateWidth = Math.min(Math.floor(columns * 0.3), widest(rows.map(({ state }) => lineWidth(state))));
  return rows.map(({ elapsed, taskId, name, state, output }) => {
    const shown = padToWidth(name, nameWidth);
    const fill = output === '' ? '' : ' '.repeat(Math.max(0, stateWidth - lineWidth(state)));
    return lineOf(
      span(elapsed.padStart(elapsedWidth), 'accent'),
      ' ',
      span(shown.slice(0, taskId.length), 'strong'),
      `${shown.slice(taskId.length)}  `,
      ...state,
      fill,
      span(output, 'faint'),
    );
  });
}

const indented = (output: string): string => (output === '' ? '' : `  ${output}`);

function stateSpans(task: RunningTask): Span[] {
  const attempt = task.attempt > 1 ? ` attempt ${task.attempt}` : '';
  return [span(`${task.agentId}${attempt}`), ...activitySpans(task.activity)];
}

function activitySpans(activity: RunningTask['activity']): Span[] {
  switch (activity) {
    case 'running':
      return [];
    case 'starting':
    case 'verifying':
      return [span(` ${activity}`, 'accent')];
    case 'elsewhere':
      return [span(' on another machine', 'accent')];
    case 'quiet':
      return [span(' quiet', 'caution')];
    case 'hung':
      return [span(' hung', 'bad')];
    default:
      return unreachable(activity);
  }
}
