import type { EpochMillis, TaskId } from '@ginkoai/contract';
import type { ReportedEvent } from './reporter.js';
import { lineOf, span, type StyledLine } from './styled-line.js';
import { tellEvent } from './tell-event.js';
import { AgentsAtWork, type Telling } from './telling.js';
import { clockTime } from './time-text.js';
import { isShown, type Told, type Verbosity } from './told.js';

const timeColumn = '          ';

/** The lines of a run for people, in order: plain as they are, above the live block of a terminal in colour. */
export class Transcript {
  readonly #verbosity: Verbosity;
  readonly #telling: Telling;
  readonly #agents = new AgentsAtWork();
  #last: 'nothing' | 'line' | 'paragraph' = 'nothing';

  constructor(options: Verbosity & { readonly now: () => EpochMillis; readonly titleOf: (taskId: TaskId) => string }) {
    this.#verbosity = options;
    this.#telling = {
      titleOf: options.titleOf,
      agentOf: (taskId) => this.#agents.agentOf(taskId),
      now: options.now,
    };
  }

  /** The lines that tell of the event; none when it is not to be shown. */
  linesOf(event: ReportedEvent): StyledLine[] {
    const told = tellEvent(event, this.#telling, this.#verbosity);
    this.#agents.heard(event);
    if (told === null || !isShown(told.importance, this.#verbosity)) return [];
    return told.isParagraph === true ? this.paragraph(told.lines) : this.#timed(told, event.at);
  }

  /** Lines that stand together, with an empty line before them unless they are the first. */
  paragraph(lines: readonly StyledLine[]): StyledLine[] {
    const before = this.#last === 'nothing' ? [] : [[]];
    this.#last = 'paragraph';
    return [...before, ...lines];
  }

  #timed({ lines }: Told, at: string): StyledLine[] {
    const before = this.#last === 'paragraph' ? [[]] : [];
    this.#last = 'line';
    const time = span(`${clockTime(at)}  `, 'faint');
    return [...before, ...lines.map((line, index) => lineOf(index === 0 ? time : timeColumn, ...line))];
  }
}
