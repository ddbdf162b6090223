import { idPattern } from '@ginkoai/contract';
import { isDuration } from './effort.js';
import { withoutComments } from './html-comments.js';
import { isDigit } from './line-scanner.js';
import { statusOfMark, statusOfPhrase, statusOfSymbol, type WrittenStatus } from './status-words.js';
import { isEverydayId, isTaskId } from './task-id.js';

export interface TaskHeading {
  readonly kind: 'task';
  readonly id: string;
  readonly title: string;
  readonly effort: string | null;
  /** What a mark, a symbol or a word in the heading says; a status line overrules it. */
  readonly status: WrittenStatus | null;
  /** Offset in the heading of the `[` of a mark such as `[ ]`; null: none. */
  readonly mark: number | null;
}

export interface UnsafeHeading {
  readonly kind: 'unsafe_id';
  readonly id: string;
}

/** `ids`: headings `<id>: <title>`. `labels`: also `Task 3: ...`, `TASK-3 - ...` and `[TASK-3] ...`. */
export type HeadingStyle = 'ids' | 'labels';

/** A heading's beginning is enough to recognise a task; ids are short. */
const longestLabel = 200;

/** Reads the text of a heading (with or without its `#`s); null: not the heading of a task. */
export function readTaskHeading(written: string, style: HeadingStyle): TaskHeading | UnsafeHeading | null {
  const heading = withoutComments(written);
  const lead = readLead(heading);
  const label = idBefore(heading, lead.end) ?? (style === 'labels' ? labelBefore(heading, lead.end) : null);
  if (label === null) return null;
  if (!idPattern.test(label.id)) return { kind: 'unsafe_id', id: label.id };
  const tail = readTail(heading, label.end);
  return {
    kind: 'task',
    id: label.id,
    title: tail.title,
    effort: tail.effort,
    status: lead.status ?? tail.status,
    mark: lead.mark ?? tail.mark,
  };
}

/** The id that a heading starts with, whatever stands behind it: `TASK-4 Log out everywhere`; null: none. */
export function mentionedId(heading: string): string | null {
  const { end } = readLead(heading);
  const word = /^[A-Za-z0-9._-]+/.exec(heading.slice(end, end + longestLabel))?.[0] ?? '';
  return isTaskId(word) ? word : null;
}

interface Lead {
  readonly end: number;
  readonly status: WrittenStatus | null;
  readonly mark: number | null;
}

/** What stands before the id: `#`s, a mark, symbols, the signs of bold, code and struck text. */
function readLead(heading: string): Lead {
  let status: WrittenStatus | null = null;
  let mark: number | null = null;
  let at = 0;
  while (at < heading.length) {
    const code = heading.charCodeAt(at);
    if (isLetterOrDigit(code)) break;
    const marked = code === openBracket ? markAt(heading, at) : null;
    if (marked !== null) {
      [status, mark] = [marked.status, at];
      at += marked.length;
    } else if (code < beyondAscii) {
      at += 1;
    } else {
      const character = characterAt(heading, at);
      status ??= statusOfSymbol(character);
      at += character.length;
    }
  }
  return { end: at, status, mark };
}

const openParenthesis = 40;
const openBracket = 91;
/** All symbols are. */
const beyondAscii = 128;

function isLetterOrDigit(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code);
}

/** A NUL behind the end. */
function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function markAt(heading: string, at: number): { status: WrittenStatus; length: number } | null {
  if (heading[at] !== '[') return null;
  const character = characterAt(heading, at + 1);
  const status = heading[at + 1 + character.length] === ']' ? statusOfMark(character) : null;
  return status === null ? null : { status, length: character.length + 2 };
}

interface IdLabel {
  readonly id: string;
  /** Offset of the title. */
  readonly end: number;
}

/** `TASK-1:`, also as `Task e1_s1_t01:` and `3. TASK-1:`. */
const idLabel = /^(?:\d{1,3}[.)][ \t]+)?(?:task[ \t]+)?([^\s:：\]*`~]+)[\]*`~]*[ \t]*[:：]/i;

function idBefore(heading: string, start: number): IdLabel | null {
  const colon = heading.indexOf(':', start);
  const everyday = heading.slice(start, colon);
  if (isEverydayId(everyday)) return { id: everyday, end: colon + 1 };
  const found = idLabel.exec(heading.slice(start, start + longestLabel));
  // `__TASK-1__:` closes what was opened before the id.
  const written = found?.[1];
  if (found === null || written === undefined) return null;
  const id = written.endsWith('_') ? written.replace(/_+$/, '') : written;
  return isTaskId(id) ? { id, end: start + found[0].length } : null;
}

const label =
  /^[Tt](?:ask|ASK)(?:[ \t]+#?|#)[ \t]*(\d{1,9}(?:\.\d{1,9})*[a-z]?|[A-Z])[\]*`~]*[ \t]*(?:[:：.)]|[–—-](?=[ \t])|$)/;

function labelBefore(heading: string, start: number): IdLabel | null {
  const text = heading.slice(start, start + longestLabel);
  const named = label.exec(text);
  if (named?.[1] !== undefined) return { id: `TASK-${named[1]}`, end: start + named[0].length };
  const dashed = /^([A-Za-z0-9._-]+)(?:[\]*`~]*[ \t]+[–—-][ \t]|\][*`~]*)/.exec(text);
  if (dashed?.[1] === undefined || !isTaskId(dashed[1])) return null;
  return { id: dashed[1], end: start + dashed[0].length };
}

/** What stands behind the id. What is understood is taken off the title, in place: headings are many. */
interface Tail {
  title: string;
  effort: string | null;
  status: WrittenStatus | null;
  /** Offset from where the title starts. */
  mark: number | null;
}

/** The title, without an effort in brackets, and without a mark or symbol of completion before or behind it. */
function readTail(heading: string, start: number): Readonly<Tail> {
  const opening = openingOf(heading.slice(0, start));
  const written = withoutClosing(heading.slice(start));
  // `**TASK-1:** Title` closes what was opened before the id.
  const isClosed = opening !== '~~' && opening !== null && written.startsWith(opening);
  const whole = isClosed ? written.slice(2).trimStart() : written;
  const tail: Tail = { title: whole, effort: null, status: null, mark: null };
  shorten(tail);
  const isWrapped = opening !== null && !isClosed && tail.title.endsWith(opening);
  if (isWrapped) {
    tail.title = tail.title.slice(0, -2).trimEnd();
    shorten(tail);
  }
  takeFirst(tail);
  if (tail.mark !== null) tail.mark += heading.lastIndexOf(whole);
  const isStruck = (isWrapped && opening === '~~') || tail.title.startsWith('~~');
  const words = wordsBehind(tail.title);
  tail.effort ??= words?.effort ?? null;
  tail.status ??= words?.status ?? (isStruck ? { status: 'cancelled' } : null);
  return tail;
}

/** `TASK-1: [x] Title`, `TASK-1: ✅ Title`. */
function takeFirst(tail: Tail): void {
  const { title } = tail;
  const marked = markAt(title, 0);
  if (marked !== null) {
    tail.title = title.slice(marked.length).trimStart();
    tail.status = marked.status;
    tail.mark = 0;
    return;
  }
  if (title.charCodeAt(0) < beyondAscii) return;
  const symbol = characterAt(title, 0);
  const status = statusOfSymbol(symbol);
  if (status === null) return;
  tail.title = title.slice(symbol.length).replace(/^\uFE0F?\s*/, '');
  tail.status = status;
}

const anySigns = /[*_~]{2}/;

/** The signs of bold or struck text that are opened before the title and not closed there. */
function openingOf(before: string): '**' | '__' | '~~' | null {
  if (!anySigns.test(before)) return null;
  for (const signs of ['**', '__', '~~'] as const)
    if (before.includes(signs) && before.split(signs).length % 2 === 0) return signs;
  return null;
}

function shorten(tail: Tail): void {
  let isShorter = true;
  while (isShorter) isShorter = takeDuration(tail) || takeSymbol(tail) || takeMark(tail);
}

function takeDuration(tail: Tail): boolean {
  const bracketed = tail.effort === null ? durationBehind(tail.title) : null;
  if (bracketed === null) return false;
  tail.title = bracketed.title;
  tail.effort = bracketed.effort;
  return true;
}

function withoutClosing(title: string): string {
  const text = title.trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  return end === 0 || (end < text.length && /\s/.test(text.charAt(end - 1))) ? text.slice(0, end).trimEnd() : text;
}

function durationBehind(title: string): { title: string; effort: string } | null {
  if (!title.endsWith(')')) return null;
  // `lastIndexOf` leaves the compiled code: a fiftieth of a file of bare tasks (measured).
  let open = title.length - 2;
  while (open >= 0 && title.charCodeAt(open) !== openParenthesis) open -= 1;
  const effort = title.slice(open + 1, -1).trim();
  return open !== -1 && isDuration(effort) ? { title: title.slice(0, open).trimEnd(), effort } : null;
}

function takeSymbol(tail: Tail): boolean {
  const text = tail.title.endsWith('\uFE0F') ? tail.title.slice(0, -1) : tail.title;
  const low = text.charCodeAt(text.length - 1);
  if (low < beyondAscii) return false;
  const symbol = text.slice(low >= 0xdc00 && low <= 0xdfff ? -2 : -1);
  const status = statusOfSymbol(symbol);
  if (status === null) return false;
  tail.title = withoutDash(text.slice(0, text.length - symbol.length));
  tail.status = status;
  return true;
}

function takeMark(tail: Tail): boolean {
  const { title } = tail;
  if (!title.endsWith(']')) return false;
  const at = title.lastIndexOf('[');
  const marked = at === -1 ? null : markAt(title, at);
  if (marked === null) return false;
  tail.title = withoutDash(title.slice(0, at));
  tail.status = marked.status;
  tail.mark = at;
  return true;
}

function withoutDash(title: string): string {
  const text = title.trimEnd();
  return /\s[–—-]$/.test(text.slice(-2)) ? text.slice(0, -2).trimEnd() : text;
}

const plainWordsBehind: ReadonlySet<string> = new Set(['done', 'complete', 'completed', 'cancelled', 'canceled']);
const longestWordsBehind = 60;

/** The ways to put words of status behind a title; those behind a dash are meant so only in capitals. */
const wordsBehindPatterns: readonly RegExp[] = [
  /\[([^[\]]+)\]$/,
  /\(([^()]+)\)$/,
  /(?:✅|✓|✔)\uFE0F? ?([A-Za-z ]+)(?:\([^()]*\))?$/,
  /(?:(?<=\))| [–—-]) (?:\*\*)?([A-Z ]+)(?:\*\*)?$/,
  / \*\*([A-Z ]+)\*\*$/,
];

const mayEndInWords = /[\])*A-Z]$|✅|✓|✔/;

/**
 * `... [CANCELLED]`, `... (done)`, `... (4h) ✅ COMPLETE (2025-11-19)`, `... (4h) - DONE`: the words stay in the title.
 * `(testing)` is just a title.
 */
function wordsBehind(title: string): { readonly status: WrittenStatus; readonly effort: string | null } | null {
  const last = title.slice(-longestWordsBehind);
  if (!mayEndInWords.test(last)) return null;
  for (const pattern of wordsBehindPatterns) {
    const found = pattern.exec(last);
    const status = statusBehind(found?.[1]?.trim() ?? '');
    if (found === null || status === null) continue;
    const before = title.slice(0, title.length - found[0].length).trimEnd();
    return { status, effort: durationBehind(before)?.effort ?? null };
  }
  return null;
}

function statusBehind(words: string): WrittenStatus | null {
  return words === words.toUpperCase() || plainWordsBehind.has(words.toLowerCase()) ? statusOfPhrase(words) : null;
}
