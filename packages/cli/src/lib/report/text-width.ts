/**
 * Cells that text takes on a terminal, at most: terminals differ on joined emoji, and a line that is a little too
 * short spoils nothing, while one that is too long wraps. The text is clean (see `cleanText`).
 */
export function textWidth(text: string): number {
  if (isAscii(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text itself if it fits, else its beginning and `…`; never a part of a character. */
export function cutToWidth(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (isAscii(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes().segment(text)) {
    const next = width + textWidth(segment);
    if (next > columns - 1) break;
    kept += segment;
    width = next;
  }
  return `${kept}…`;
}

/** Like `cutToWidth`, but what goes is in the middle: ids of one kind differ at their ends. */
export function cutMiddleToWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  if (columns < 5) return cutToWidth(text, columns);
  const half = Math.floor((columns - 1) / 2);
  const characters = [...graphemes().segment(text)].map(({ segment }) => segment);
  const end = takeWidth(characters.reverse(), half).reverse();
  const start = takeWidth(characters.reverse(), columns - 1 - half);
  return `${start.join('')}…${end.join('')}`;
}

function takeWidth(characters: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += textWidth(character);
    if (width > columns) break;
    taken.push(character);
  }
  return taken;
}

/** Fills up with blanks; text that is too wide is cut. */
export function padToWidth(text: string, columns: number): string {
  const fitting = cutToWidth(text, columns);
  return fitting + ' '.repeat(Math.max(0, columns - textWidth(fitting)));
}

/** Breaks at blanks; a word wider than a line is broken where the line ends. At least one line. */
export function wrapToWidth(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => breakWord(each, Math.max(1, columns)))) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(joined) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = joined;
    }
  }
  return [...lines, line];
}

function breakWord(word: string, columns: number): string[] {
  if (textWidth(word) <= columns) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes().segment(word)) {
    // A character wider than the whole line cannot be shown at all.
    const fitting = textWidth(segment) <= columns ? segment : '…';
    if (piece !== '' && textWidth(piece + fitting) > columns) {
      pieces.push(piece);
      piece = '';
    }
    piece += fitting;
  }
  return [...pieces, piece];
}

const ascii = /^[\u0000-\u007f]*$/;
const isAscii = (text: string): boolean => ascii.test(text);

let segmenter: Intl.Segmenter | undefined;
const graphemes = (): Intl.Segmenter => (segmenter ??= new Intl.Segmenter());

const takesNoCell = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const regionalIndicator = /^\p{Regional_Indicator}$/u;
/** Widens the character before it: the heart of U+2764 U+FE0F takes two cells. */
const emojiSelector = '\ufe0f';

function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (character === emojiSelector) return 1;
  if (takesNoCell.test(character)) return 0;
  if (regionalIndicator.test(character)) return 1;
  return isWide(point) || /^\p{Emoji_Presentation}$/u.test(character) ? 2 : 1;
}

/** First and last code points of the blocks of East Asian Width "wide" and "fullwidth" (Unicode 16), with their gaps. */
const wideBlocks: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18d7f],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d37f],
  [0x1f200, 0x1f265],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

const isWide = (point: number): boolean => wideBlocks.some(([first, last]) => point >= first && point <= last);
