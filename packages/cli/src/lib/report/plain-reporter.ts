import type { EpochMillis } from '@ginkoai/contract';
import type { Output } from './output.js';
import type { Reporter } from './reporter.js';
import { plainText, type StyledLine } from './styled-line.js';
import { summaryLines } from './summary-lines.js';
import type { Verbosity } from './told.js';
import { Transcript } from './transcript.js';

export interface PlainReporterOptions extends Verbosity {
  readonly output: Output;
  readonly now: () => EpochMillis;
}

/** One line an event, for logs and pipes. */
export function createPlainReporter({ output, now, verbose, quiet }: PlainReporterOptions): Reporter {
  let titleOf = (taskId: string): string => taskId;
  const transcript = new Transcript({ verbose, quiet, now, titleOf: (taskId) => titleOf(taskId) });
  const print = (lines: readonly StyledLine[]): void => lines.forEach((line) => output.line(plainText(line)));
  return {
    start: (_view, titles) => {
      titleOf = titles;
    },
    event: (event) => print(transcript.linesOf(event)),
    stop: (summary) => print(transcript.paragraph(summaryLines(summary, { all: verbose, now: now() }))),
  };
}
