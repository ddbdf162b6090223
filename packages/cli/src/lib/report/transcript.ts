import type { EpochMillis, RunEvent, TaskId } from '@ginkoai/contract';
import type { ReportedEvent } from './reporter.js';
import { lineOf, span, type StyledLine } from './styled-line.js';
import { tellEvent } from './tell-event.js';
import { AgentsAtWork, type Telling } from './telling.js';
import { clockTime } from './time-text.js';
import { isShown, type Told, type Verbosity } from './told.js';

type ReconciledSequences = Extract<ReportedEvent, { kind: 'reconciled' }>['sequences'];

const timeColumn = '          ';

/** The lines of a run for people, in order: plain as they are, above the live block of a terminal in colour. */
export class Transcript {
  readonly #verbosity: Verbosity;
  readonly #telling: Telling;
  readonly #agents = new AgentsAtWork();
  #reconciled: ReconciledSequences;
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
    const told = this.#isToldAlready(event) ? null : tellEvent(event, this.#telling, this.#verbosity);
    this.#agents.heard(event);
    if (event.kind === 'reconciled') this.#reconciled = event.sequences;
    if (told === null || !isShown(told.importance, this.#verbosity)) return [];
    return told.isParagraph === true ? this.paragraph(told.lines) : this.#timed(told, event.at);
  }

  /** The changes of a reconciliation are told as one. With --quiet they are not, but what is alarming among them is. */
  #isToldAlready(event: ReportedEvent): boolean {
    if (this.#reconciled === undefined || this.#verbosity.quiet || !('sequence' in event)) return false;
    const { first, last } = this.#reconciled;
    return event.sequence >= first && event.sequence <= last && !saysMore(event);
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

/** More than the line of its reconciliation does: why an attempt failed, what a task needs, when it goes on. */
function saysMore(event: RunEvent): boolean {
  switch (event.kind) {
    case 'task_failed':
      return true;
    case 'task_blocked':
      return event.reason === 'agent' || event.reason === 'attempts_exhausted' || event.reason === 'losses_exhausted';
    case 'task_retry_scheduled':
      return Date.parse(event.notBefore) > Date.parse(event.at);
    default:
      return false;
  }
}
