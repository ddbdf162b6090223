import type { EpochMillis, Millis } from '@ginkoai/contract';
import { chalkPalette } from './chalk-palette.js';
import { liveBlock } from './live-block.js';
import type { Output } from './output.js';
import type { Reporter, RunView } from './reporter.js';
import { ScreenPainter, type BlockLine } from './screen-painter.js';
import { lineWidth, noColors, renderLine, type StyledLine } from './styled-line.js';
import { summaryLines } from './summary-lines.js';
import type { Verbosity } from './told.js';
import { Transcript } from './transcript.js';
import { wrapLine } from './wrap-line.js';

export interface TerminalReporterOptions extends Verbosity {
  readonly output: Output;
  readonly now: () => EpochMillis;
  readonly hooks?: TerminalHooks;
}

/** What a live view needs from the process; each returns the function that undoes it. */
export interface TerminalHooks {
  every(interval: Millis, run: () => void): () => void;
  onExit(run: () => void): () => void;
}

/** At most five frames a second; with no event one each second, for the clocks and the agents' last lines. */
const shortestPause: Millis = 200;
const longestPause: Millis = 1000;

/** What happened scrolls up; below it a block shows the run as it stands. */
export function createTerminalReporter(options: TerminalReporterOptions): Reporter {
  const { output, now, verbose, quiet, hooks = processHooks } = options;
  const palette = output.hasColors ? chalkPalette : noColors;
  const painter = new ScreenPainter(output);
  let titleOf = (taskId: string): string => taskId;
  const transcript = new Transcript({ verbose, quiet, now, titleOf: (taskId) => titleOf(taskId) });
  const startedAt = now();
  let viewNow: (() => RunView) | null = null;
  let waiting: string[] = [];
  let isChanged = false;
  let drawnAt = -Infinity;
  let drawnSize = '';
  let undo: (() => void)[] = [];

  const size = (): string => `${output.columns()}x${output.rows()}`;
  const tell = (lines: readonly StyledLine[]): void => {
    const columns = Math.max(1, output.columns());
    for (const line of lines) for (const part of wrapLine(line, columns)) waiting.push(renderLine(part, palette));
  };
  const block = (): BlockLine[] => {
    if (viewNow === null) return [];
    const at = now();
    const columns = Math.max(1, output.columns());
    const lines = liveBlock({ view: viewNow(), now: at, elapsedMs: at - startedAt, columns, rows: output.rows() });
    return lines.map((line) => ({ text: renderLine(line, palette), width: lineWidth(line) }));
  };
  const draw = (): void => {
    const above = waiting;
    waiting = [];
    isChanged = false;
    drawnAt = now();
    drawnSize = size();
    painter.draw(above, block());
  };
  // A clock that was set back must not freeze the view.
  const sinceDrawn = (): Millis => Math.abs(now() - drawnAt);
  const tick = (): void => {
    if (isChanged || size() !== drawnSize || sinceDrawn() >= longestPause) draw();
  };
  const end = (): void => {
    viewNow = null;
    for (const each of undo) each();
    undo = [];
    draw();
  };

  return {
    start: (view, titles) => {
      viewNow = view;
      titleOf = titles;
      undo = [hooks.every(shortestPause, tick), hooks.onExit(end)];
      draw();
    },
    event: (event) => {
      tell(transcript.linesOf(event));
      isChanged = true;
      // Before the start and after the end nothing ticks that would draw it later.
      if (viewNow === null || sinceDrawn() >= shortestPause) draw();
    },
    stop: (summary) => {
      tell(transcript.paragraph(summaryLines(summary, { all: verbose, now: now() })));
      end();
    },
    leave: end,
  };
}

const processHooks: TerminalHooks = {
  every: (interval, run) => {
    const timer = setInterval(run, interval);
    // A live view is no reason to keep the process alive.
    timer.unref();
    return () => clearInterval(timer);
  },
  onExit: (run) => {
    process.once('exit', run);
    return () => process.off('exit', run);
  },
};
