import { cleanText } from './clean-text.js';
import { cutToWidth, textWidth } from './text-width.js';

/** What a piece of a line means; a palette gives it a colour. A command is never broken, so that it can be copied. */
export type Style = 'plain' | 'strong' | 'faint' | 'accent' | 'command' | 'good' | 'caution' | 'bad';

/** Made by `span` only, so that its text is clean. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** A line for people. Cut and measured as plain text; colours come last, when it is printed. */
export type StyledLine = readonly Span[];

export type Palette = Readonly<Record<Style, (text: string) => string>>;

const asItIs = (text: string): string => text;

export const noColors: Palette = {
  plain: asItIs,
  strong: asItIs,
  faint: asItIs,
  accent: asItIs,
  command: asItIs,
  good: asItIs,
  caution: asItIs,
  bad: asItIs,
};

export function span(text: string, style: Style = 'plain'): Span {
  return { text: cleanText(text), style };
}

export function lineOf(...spans: readonly (Span | string)[]): StyledLine {
  return spans.map((each) => (typeof each === 'string' ? span(each) : each));
}

export function renderLine(line: StyledLine, palette: Palette): string {
  return line.map(({ text, style }) => (text === '' ? '' : palette[style](text))).join('');
}

export const plainText = (line: StyledLine): string => renderLine(line, noColors);

export const lineWidth = (line: StyledLine): number => line.reduce((sum, { text }) => sum + textWidth(text), 0);

/** The line cut to the columns of a terminal. */
export function fitLine(line: StyledLine, columns: number): StyledLine {
  if (lineWidth(line) <= columns) return line;
  const fitting: Span[] = [];
  let left = columns;
  for (const { text, style } of line) {
    const width = textWidth(text);
    if (width >= left) {
      // The cut is marked even where the text before it fills the line to the last cell.
      fitting.push({ text: width === left ? cutToWidth(`${text}…`, left) : cutToWidth(text, left), style });
      break;
    }
    fitting.push({ text, style });
    left -= width;
  }
  return fitting;
}
