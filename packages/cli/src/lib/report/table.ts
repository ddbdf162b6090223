import { cleanText } from './clean-text.js';
import { lineOf, span, type Style, type StyledLine } from './styled-line.js';
import { cutMiddleToWidth, cutToWidth, padToWidth, textWidth } from './text-width.js';

export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => string;
  readonly style?: (row: T) => Style;
  /** Wider cells are cut, where the table has a width at all. */
  readonly most: number;
  /** On a narrow terminal the columns with the greatest number go first; 0: stays. */
  readonly dispensable: number;
}

export interface LastColumn<T> extends Pick<Column<T>, 'title' | 'cell'> {
  /** Where a cell that is too wide is cut: ids of one kind differ at their ends. */
  readonly cut?: 'middle';
}

export interface Table<T> {
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  /** Takes what the others leave. */
  readonly last: LastColumn<T>;
  /** Of the terminal; Infinity: nothing is cut, for files and pipes. */
  readonly width: number;
}

const gap = '  ';
const narrowestLast = 12;

/** A line of titles and a line for each row, none wider than the table. */
export function tableLines<T>({ rows, columns, last, width }: Table<T>): readonly StyledLine[] {
  const measured = columns.map((column) => ({ column, width: widthOf(column, rows, width) }));
  const shown = fitting(measured, width);
  const left = width - widthOfAll(shown);
  const cut = last.cut === 'middle' ? cutMiddleToWidth : cutToWidth;
  const lastCell = (text: string): string => (left === Infinity ? text : cut(text, Math.max(left, 0)).trimEnd());
  const titles = shown.map((each) => span(padToWidth(each.column.title, each.width) + gap, 'faint'));
  return [
    lineOf(...titles, span(lastCell(last.title), 'faint')),
    ...rows.map((row) => [
      ...shown.map(({ column, width: columnWidth }) =>
        span(padToWidth(cleanText(column.cell(row)), columnWidth) + gap, column.style?.(row) ?? 'plain'),
      ),
      span(lastCell(cleanText(last.cell(row)))),
    ]),
  ];
}

interface Measured<T> {
  readonly column: Column<T>;
  readonly width: number;
}

function widthOf<T>({ cell, title, most }: Column<T>, rows: readonly T[], width: number): number {
  let widest = title.length;
  for (const row of rows) widest = Math.max(widest, textWidth(cleanText(cell(row))));
  return width === Infinity ? widest : Math.min(widest, most, width);
}

function widthOfAll(measured: readonly { readonly width: number }[]): number {
  return measured.reduce((sum, { width }) => sum + width + gap.length, 0);
}

function fitting<T>(measured: readonly Measured<T>[], width: number): readonly Measured<T>[] {
  const ranks = measured.map(({ column }) => column.dispensable);
  let shown = measured;
  for (let rank = Math.max(0, ...ranks); rank > 0 && width - widthOfAll(shown) < narrowestLast; rank -= 1)
    shown = shown.filter(({ column }) => column.dispensable < rank);
  return shown;
}
