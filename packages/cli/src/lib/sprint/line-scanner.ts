/**
 * - `heading`: `#` to `######`; see `level`
 * - `bold`: starts with `**` outside a list, so it may hold fields
 * - `item`: starts with a list marker
 * - `fence_open`, `code`, `fence_close`: a fenced block; deeper fences inside it are `code`
 * - `comment`: the lines of an HTML comment that spans lines
 */
export type LineKind =
  'blank' | 'heading' | 'bold' | 'item' | 'text' | 'fence_open' | 'code' | 'fence_close' | 'comment';

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const hash = 35;
const asterisk = 42;
const plus = 43;
const minus = 45;
const lessThan = 60;
const backtick = 96;
const tilde = 126;

/** Deeper fences are read as the content of this one: no real file nests further, and a hostile one costs no more. */
const deepestFence = 16;

interface Fence {
  readonly character: number;
  readonly length: number;
}

/**
 * Reads lines one at a time, front to back, without copying them. After `advance()` the fields describe the line read.
 *
 * Fences nest: an opening fence with an info string inside a fence opens a deeper one, a bare fence closes the
 * innermost of its kind. That is how people write samples of Markdown in Markdown. A fence may open behind a list
 * marker, and is closed on a line of its own.
 */
export class LineScanner {
  kind: LineKind = 'blank';
  /** Offset of the first character of the line. */
  start = 0;
  /** Offset of the first character that is not a blank. */
  content = 0;
  /** Of an item: offset of its text, behind the marker; else the same as `content`. */
  inner = 0;
  /** Offset behind the last character that is neither a blank nor the line's ending. */
  end = 0;
  /** Offset of the next line. */
  next: number;
  /** 1-based number of the line. */
  line: number;
  /** Of a heading: 1 to 6. */
  level = 0;
  /** The line of the fence that is open; 0: none is. */
  fenceLine = 0;

  private readonly newline: string;
  private readonly fences: Fence[] = [];
  private isInList = false;
  private commentEnd = -1;
  private mayHaveComments = true;

  constructor(
    private readonly text: string,
    range: { readonly from: number; readonly to: number; readonly firstLine: number },
  ) {
    this.next = range.from;
    this.to = range.to;
    this.line = range.firstLine - 1;
    this.newline = text.includes('\n') ? '\n' : '\r';
  }
  private readonly to: number;

  /** Goes to the next line; false at the end of the range. */
  advance(): boolean {
    if (this.next >= this.to) return false;
    const { text, to } = this;
    this.line += 1;
    this.start = this.next;
    const found = text.indexOf(this.newline, this.start);
    this.next = found === -1 || found >= to ? to : found + 1;
    let end = this.next;
    while (end > this.start && isTrailing(text.charCodeAt(end - 1))) end -= 1;
    this.end = end;
    let content = this.start;
    while (content < end && isBlank(text.charCodeAt(content))) content += 1;
    this.content = content;
    this.kind = this.classify();
    return true;
  }

  private classify(): LineKind {
    const { text, content, end } = this;
    if (this.start < this.commentEnd) return 'comment';
    if (content === end) return this.fences.length > 0 ? 'code' : 'blank';
    const first = text.charCodeAt(content);
    const inner = this.behindMarker(first);
    this.inner = inner;
    const isFenced = this.fences.length > 0;
    if (inner > content && !isFenced) this.isInList = true;
    const kind = this.fence(inner);
    if (kind !== null) return kind;
    if (isFenced) return 'code';
    if (inner > content) return 'item';
    if (content === this.start) this.isInList = false;
    else if (this.isInList || this.isIndentedCode()) return 'text';
    switch (first) {
      case hash:
        return this.headingLevel() ? 'heading' : 'text';
      case asterisk:
        return text.charCodeAt(content + 1) === asterisk ? 'bold' : 'text';
      case lessThan:
        return this.opensComment() ? 'comment' : 'text';
      default:
        return 'text';
    }
  }

  /** What a line is whose own text, from `at` on, starts with backticks or tildes; null: no fence at all. */
  private fence(at: number): LineKind | null {
    const { text, end, fences } = this;
    const character = text.charCodeAt(at);
    if (character !== backtick && character !== tilde) return null;
    let after = at;
    while (after < end && text.charCodeAt(after) === character) after += 1;
    const length = after - at;
    if (length < 3) return null;
    const isBare = after === end;
    if (fences.length === 0) {
      if (!isBare && character === backtick && this.hasBacktick(after)) return null;
      fences.push({ character, length });
      this.fenceLine = this.line;
      return 'fence_open';
    }
    if (!isBare) {
      if (fences.length < deepestFence && !this.hasBacktick(after)) fences.push({ character, length });
      return 'code';
    }
    if (at > this.content) return 'code';
    const innermost = fences.findLastIndex((fence) => fence.character === character);
    const fence = fences[innermost];
    if (fence === undefined || length < fence.length) return 'code';
    fences.length = innermost;
    if (innermost > 0) return 'code';
    this.fenceLine = 0;
    return 'fence_close';
  }

  private hasBacktick(from: number): boolean {
    for (let at = from; at < this.end; at += 1) if (this.text.charCodeAt(at) === backtick) return true;
    return false;
  }

  /** Where the text of a list item starts; where the line starts, if it is none. */
  private behindMarker(first: number): number {
    const { text, content, end } = this;
    let marker = content;
    if (first === minus || first === asterisk || first === plus) marker += 1;
    else {
      while (marker < end && isDigit(text.charCodeAt(marker))) marker += 1;
      if (marker === content) return content;
      const closing = text.charCodeAt(marker);
      if (closing !== 46 && closing !== 41) return content;
      marker += 1;
    }
    if (marker < end && !isBlank(text.charCodeAt(marker))) return content;
    while (marker < end && isBlank(text.charCodeAt(marker))) marker += 1;
    return marker;
  }

  private isIndentedCode(): boolean {
    if (this.content - this.start > 3) return true;
    for (let at = this.start; at < this.content; at += 1) if (this.text.charCodeAt(at) === tab) return true;
    return false;
  }

  private headingLevel(): boolean {
    const { text, end } = this;
    let after = this.content;
    while (after < end && text.charCodeAt(after) === hash) after += 1;
    this.level = after - this.content;
    if (this.level > 6) return false;
    // `##Title` is meant as a heading; `#12` is not.
    return this.level > 1 || after === end || isBlank(text.charCodeAt(after));
  }

  private opensComment(): boolean {
    if (!this.mayHaveComments || !this.text.startsWith('<!--', this.content)) return false;
    const begin = this.content + 4;
    const close = this.text.slice(begin, this.to).indexOf('-->');
    this.mayHaveComments = close !== -1;
    if (begin + close < this.next) return false;
    this.commentEnd = begin + close;
    return true;
  }
}

export function isBlank(code: number): boolean {
  return code === space || code === tab;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isTrailing(code: number): boolean {
  return code === space || code === tab || code === carriageReturn || code === lineFeed;
}
