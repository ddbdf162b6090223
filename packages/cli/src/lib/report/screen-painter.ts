import type { Output } from './output.js';

/** A line of the block, ready to print, and the cells it takes. */
export interface BlockLine {
  readonly text: string;
  readonly width: number;
}

const escape = '\u001b[';
const beginFrame = `${escape}?2026h`;
const endFrame = `${escape}?2026l`;
const hideCursor = `${escape}?25l`;
const showCursor = `${escape}?25h`;
const noWrapping = `${escape}?7l`;
const wrapping = `${escape}?7h`;
const eraseLine = `${escape}2K`;
const up = `${escape}A`;

/**
 * Keeps a block of lines at the foot of a terminal while other lines scroll away above it. The cursor rests at the start
 * of the line below the block. A frame is one write, which terminals that know synchronized output show at once. The
 * block never wraps, whatever width the terminal gives an unusual character.
 */
export class ScreenPainter {
  readonly #output: Output;
  #block: readonly BlockLine[] = [];
  #columns = 0;
  #isCursorHidden = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Puts `above` where the block stood, and the new block below it; a frame that changes nothing is not written. */
  draw(above: readonly string[], block: readonly BlockLine[]): void {
    const columns = this.#output.columns();
    if (above.length === 0 && columns === this.#columns && isSame(this.#block, block)) return;
    const hide = block.length > 0 && !this.#isCursorHidden ? hideCursor : '';
    const show = block.length === 0 && this.#isCursorHidden ? showCursor : '';
    const frame = [
      beginFrame,
      hide,
      '\r',
      // Line by line: some terminals (tmux) take "erase all below" at the top of the screen as scrolling it away.
      `${up}${eraseLine}`.repeat(Math.min(rowsOf(this.#block, columns), this.#output.rows())),
      ...above.map((line) => `${line}\n`),
      ...(block.length === 0 ? [] : [noWrapping, ...block.map(({ text }) => `${text}\n`), wrapping]),
      show,
      endFrame,
    ];
    this.#output.raw(frame.join(''));
    this.#block = block;
    this.#columns = columns;
    this.#isCursorHidden = block.length > 0;
  }
}

/** A terminal made narrower has wrapped the lines that were drawn when it was wide. */
function rowsOf(block: readonly BlockLine[], columns: number): number {
  return block.reduce((rows, { width }) => rows + Math.max(1, Math.ceil(width / columns)), 0);
}

function isSame(a: readonly BlockLine[], b: readonly BlockLine[]): boolean {
  return a.length === b.length && a.every(({ text }, index) => text === b[index]?.text);
}
