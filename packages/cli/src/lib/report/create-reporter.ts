import { unreachable, type EpochMillis } from '@ginkoai/contract';
import { createJsonReporter } from './json-reporter.js';
import type { Output } from './output.js';
import { createPlainReporter } from './plain-reporter.js';
import type { ReportMode } from './report-mode.js';
import type { Reporter } from './reporter.js';
import type { Verbosity } from './told.js';

export interface ReporterOptions extends Verbosity {
  readonly output: Output;
  readonly mode: ReportMode;
  readonly now: () => EpochMillis;
}

/** A promise, as what only a live terminal needs (colours, drawing) is loaded only for one. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  switch (options.mode) {
    case 'json':
      return createJsonReporter(options);
    case 'plain':
      return createPlainReporter(options);
    case 'terminal': {
      const { createTerminalReporter } = await import('./terminal-reporter.js');
      return createTerminalReporter(options);
    }
    default:
      return unreachable(options.mode);
  }
}
