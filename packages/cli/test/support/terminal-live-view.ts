import type { Reporter, RunView } from '../../src/lib/report/reporter.js';
import { createTerminalReporter } from '../../src/lib/report/terminal-reporter.js';
import { aView, eventAt } from './terminal-builders.js';
import { recordingOutput, type RecordingOutput } from './terminal-recording-output.js';
import { TerminalScreen, type ScreenSize } from './terminal-screen.js';

/** A reporter on a screen, with a clock that stands still until it is moved. */
export interface LiveView {
  readonly reporter: Reporter;
  readonly screen: TerminalScreen;
  readonly recording: RecordingOutput;
  /** The view that the reporter sees from now on. */
  show(view: Partial<RunView>): void;
  /** Moves the clock; the reporter's timer runs as often as it would. */
  pass(milliseconds: number): void;
  /** The process ends without a word to the reporter. */
  exit(): void;
  /** Timers and exit hooks that are still set. */
  hooksSet(): number;
}

export interface LiveViewOptions extends Partial<ScreenSize> {
  readonly env?: Readonly<Record<string, string>>;
  readonly verbose?: boolean;
  readonly titleOf?: (taskId: string) => string;
}

export function liveView({ columns = 80, rows = 24, env, verbose = false, titleOf }: LiveViewOptions = {}): LiveView {
  const screen = new TerminalScreen({ columns, rows });
  const recording = recordingOutput({
    isTTY: true,
    columns: () => screen.columns,
    rows: () => screen.rows,
    env: env ?? {},
    onWrite: (text) => screen.write(text),
  });
  let now = Date.parse(eventAt);
  let view = aView();
  const timers = new Map<() => void, number>();
  const exits = new Set<() => void>();
  const reporter = createTerminalReporter({
    output: recording.output,
    now: () => now,
    verbose,
    quiet: false,
    hooks: {
      every: (interval, run) => {
        timers.set(run, interval);
        return () => timers.delete(run);
      },
      onExit: (run) => {
        exits.add(run);
        return () => exits.delete(run);
      },
    },
  });
  reporter.start(() => view, titleOf ?? (() => 'Render pages'));
  return {
    reporter,
    screen,
    recording,
    show: (fields) => {
      view = aView(fields);
    },
    pass: (milliseconds) => {
      const end = now + milliseconds;
      for (const [run, interval] of timers) {
        while (now + interval <= end) {
          now += interval;
          run();
        }
      }
      now = end;
    },
    exit: () => [...exits].forEach((run) => run()),
    hooksSet: () => timers.size + exits.size,
  };
}
