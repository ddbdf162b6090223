/** A row of the screen; `continues`: the next row is the rest of the same line. */
interface Row {
  cells: string[];
  continues: boolean;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The second cell of a wide character. */
const secondCell = '';

/**
 * A small terminal: as much of one as a live view uses. It wraps, scrolls, reflows when resized as terminals do, and
 * knows which control sequences it was sent; one that it does not know is an error.
 */
export class TerminalScreen {
  #size: ScreenSize;
  #rows: Row[] = [emptyRow()];
  #top = 0;
  #row = 0;
  #column = 0;
  #wraps = true;
  isCursorVisible = true;
  isFrameOpen = false;
  frames = 0;

  constructor(size: ScreenSize) {
    this.#size = size;
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  get wraps(): boolean {
    return this.#wraps;
  }

  /** What can be seen, without blanks at the ends. */
  visible(): string[] {
    return trimmed(this.#rows.slice(this.#top, this.#top + this.#size.rows));
  }

  /** What has scrolled away and what can be seen. */
  everything(): string[] {
    return trimmed(this.#rows);
  }

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row - this.#top, column: this.#column };
  }

  write(text: string): void {
    const pieces = text.match(/\u001b\[[0-?]*[ -/]*[@-~]|[\u0000-\u001f\u007f-\u009f]|[^\u0000-\u001f\u007f-\u009f]+/g);
    for (const piece of pieces ?? []) {
      if (piece.startsWith('\u001b[')) this.#control(piece);
      else if (piece === '\n') this.#lineFeed();
      else if (piece === '\r') this.#column = 0;
      else if (piece < ' ' || (piece >= '\u007f' && piece <= '\u009f'))
        throw new Error(`Control ${JSON.stringify(piece)}`);
      else for (const { segment } of new Intl.Segmenter().segment(piece)) this.#put(segment);
    }
  }

  resize(size: ScreenSize): void {
    const lines: string[][] = [];
    let cursorLine = 0;
    let cursorOffset = 0;
    let isContinued = false;
    this.#rows.forEach((row, index) => {
      if (!isContinued) lines.push([]);
      const line = lines[lines.length - 1] ?? [];
      if (index === this.#row) {
        cursorLine = lines.length - 1;
        cursorOffset = line.length + this.#column;
      }
      line.push(...row.cells);
      isContinued = row.continues;
    });
    this.#size = size;
    this.#rows = [];
    lines.forEach((cells, index) => {
      const first = this.#rows.length;
      const pieces = Math.max(1, Math.ceil(cells.length / size.columns));
      for (let piece = 0; piece < pieces; piece++) {
        const part = cells.slice(piece * size.columns, (piece + 1) * size.columns);
        this.#rows.push({ cells: part, continues: piece < pieces - 1 });
      }
      if (index === cursorLine) {
        this.#row = Math.min(this.#rows.length - 1, first + Math.floor(cursorOffset / size.columns));
        this.#column = cursorOffset % size.columns;
      }
    });
    this.#top = Math.max(0, this.#row - size.rows + 1);
  }

  #control(sequence: string): void {
    const [, parameters = '', final = ''] = /^\u001b\[([0-?]*)([@-~])$/.exec(sequence) ?? [];
    if (final === 'm') return;
    if (final === 'A') {
      this.#row = Math.max(this.#top, this.#row - Number(parameters || '1'));
      return;
    }
    if (final === 'K' && parameters === '2') {
      this.#rows[this.#row] = emptyRow();
      return;
    }
    this.#mode(sequence);
  }

  #mode(sequence: string): void {
    switch (sequence.slice(2)) {
      case '?25l':
        this.isCursorVisible = false;
        return;
      case '?25h':
        this.isCursorVisible = true;
        return;
      case '?7l':
        this.#wraps = false;
        return;
      case '?7h':
        this.#wraps = true;
        return;
      case '?2026h':
        this.isFrameOpen = true;
        return;
      case '?2026l':
        this.isFrameOpen = false;
        this.frames += 1;
        return;
      default:
        throw new Error(`Unknown sequence ${JSON.stringify(sequence)}`);
    }
  }

  #put(character: string): void {
    const width = cellsOf(character);
    if (this.#column + width > this.#size.columns) {
      if (!this.#wraps) {
        this.#column = Math.max(0, this.#size.columns - width);
      } else {
        const row = this.#rows[this.#row];
        if (row !== undefined) row.continues = true;
        this.#lineFeed();
      }
    }
    const cells = (this.#rows[this.#row] ??= emptyRow()).cells;
    while (cells.length < this.#column) cells.push(' ');
    cells[this.#column] = character;
    if (width === 2) cells[this.#column + 1] = secondCell;
    this.#column += width;
  }

  #lineFeed(): void {
    this.#row += 1;
    this.#column = 0;
    this.#rows[this.#row] ??= emptyRow();
    this.#top = Math.max(this.#top, this.#row - this.#size.rows + 1);
  }
}

const emptyRow = (): Row => ({ cells: [], continues: false });

function trimmed(rows: readonly Row[]): string[] {
  const lines = rows.map(({ cells }) => cells.join('').trimEnd());
  while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
  return lines;
}

/** Judged apart from the code under test. */
function cellsOf(character: string): number {
  return /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|\ufe0f/u.test(
    character,
  )
    ? 2
    : 1;
}
