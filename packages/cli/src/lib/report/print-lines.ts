import type { Output } from './output.js';
import { fitLine, noColors, renderLine, type StyledLine } from './styled-line.js';

export interface Printing {
  /** Lines wider than the terminal wrap instead of being cut. */
  readonly isWhole?: boolean;
}

/** Prints lines for people: coloured and cut to the width on a terminal, whole and plain elsewhere. */
export async function printLines(
  lines: readonly StyledLine[],
  output: Output,
  { isWhole = false }: Printing = {},
): Promise<void> {
  const palette = output.hasColors ? (await import('./chalk-palette.js')).chalkPalette : noColors;
  const width = isWhole ? Infinity : widthFor(output);
  for (const line of lines) output.line(renderLine(fitLine(line, width), palette));
}

/** For tables; Infinity: nothing is cut, for files and pipes. */
export function widthFor(output: Pick<Output, 'isTerminal' | 'columns'>): number {
  return output.isTerminal ? output.columns() : Infinity;
}
