import { lineOf, lineWidth, plainText, type Span, type StyledLine } from './styled-line.js';
import { textWidth } from './text-width.js';

/**
 * The line broken at blanks, as a terminal breaks it anywhere; what follows stands indented below the text of the first
 * part. A word wider than the terminal (a path) stays in one piece, and so does a command: they are there to be copied.
 */
export function wrapLine(line: StyledLine, columns: number): StyledLine[] {
  if (lineWidth(line) <= columns) return [line];
  const indent = ' '.repeat(hangingIndent(plainText(line), columns));
  const lines: Span[][] = [];
  let current: Span[] = [];
  let width = 0;
  for (const { gap, spans } of wordsOf(line)) {
    const wordWidth = lineWidth(spans);
    const isFirst = current.length === 0;
    if (!isFirst && width + gap.text.length + wordWidth > columns) {
      lines.push(current);
      current = [...lineOf(indent), ...spans];
      width = indent.length + wordWidth;
    } else {
      current.push(...(gap.text === '' ? [] : [gap]), ...spans);
      width += gap.text.length + wordWidth;
    }
  }
  return [...lines, current];
}

/** A time of day, blanks, and the two cells of a sign: what the text of a line begins after. */
function hangingIndent(text: string, columns: number): number {
  const before = /^(?:\d\d:\d\d:\d\d {2})? */.exec(text)?.[0] ?? '';
  const indent = textWidth(before) + 2;
  return indent > columns / 3 ? Math.min(2, Math.floor(columns / 3)) : indent;
}

interface Word {
  /** The blanks before it. */
  gap: Span;
  /** More than one where the style changes within the word. */
  readonly spans: Span[];
}

function wordsOf(line: StyledLine): readonly Word[] {
  const words: Word[] = [];
  let word: Word = { gap: { text: '', style: 'plain' }, spans: [] };
  for (const { text, style } of line) {
    for (const piece of style === 'command' ? [text] : text.split(/( +)/)) {
      if (piece === '') continue;
      if (!piece.startsWith(' ')) {
        if (word.spans.length === 0) words.push(word);
        word.spans.push({ text: piece, style });
      } else if (word.spans.length === 0) word.gap = { text: word.gap.text + piece, style };
      else word = { gap: { text: piece, style }, spans: [] };
    }
  }
  return words;
}
