import type { Output } from './output.js';
import { fitLine, noColors, renderLine, type StyledLine } from './styled-line.js';
import { wrapLine } from './wrap-line.js';

export interface Printing {
  /** Lines wider than the terminal are broken at words instead of being cut. */
  readonly isWhole?: boolean;
}

/** Prints lines for people: coloured and cut to the width on a terminal, whole and plain elsewhere. */
export async function printLines(
  lines: readonly StyledLine[],
  output: Output,
  { isWhole = false }: Printing = {},
): Promise<void> {
  const palette = output.hasColors ? (await import('./chalk-palette.js')).chalkPalette : noColors;
  const width = widthFor(output);
  for (const line of lines)
    for (const part of isWhole ? wrapLine(line, width) : [fitLine(line, width)]) output.line(renderLine(part, palette));
}

/** For tables; Infinity: nothing is cut, for files and pipes. */
export function widthFor(output: Pick<Output, 'isTerminal' | 'columns'>): number {
  return output.isTerminal ? output.columns() : Infinity;
}
