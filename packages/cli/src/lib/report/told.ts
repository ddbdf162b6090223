import type { StyledLine } from './styled-line.js';

/** Failures and warnings are shown always, news unless --quiet, details with --verbose only. */
export type Importance = 'failure' | 'warning' | 'news' | 'detail';

/** How an event is told to people. */
export interface Told {
  readonly importance: Importance;
  /** The first line of an event gets the time of day; the others stand indented below it. */
  readonly lines: readonly StyledLine[];
  /** Lines of a fixed wording: without time, and with an empty line around them. */
  readonly isParagraph?: true;
}

export interface Verbosity {
  readonly verbose: boolean;
  readonly quiet: boolean;
}

export function isShown(importance: Importance, { verbose, quiet }: Verbosity): boolean {
  switch (importance) {
    case 'failure':
    case 'warning':
      return true;
    case 'news':
      return !quiet;
    case 'detail':
      return verbose && !quiet;
  }
}
