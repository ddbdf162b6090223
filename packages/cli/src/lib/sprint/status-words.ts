import type { TaskStatus } from '@ginkoai/contract';
import { withoutComments } from './html-comments.js';
import type { MarkBlockedReason } from './sprint.js';

export interface WrittenStatus {
  readonly status: TaskStatus;
  readonly blockedReason?: MarkBlockedReason;
}

export interface StatusReading extends WrittenStatus {
  /** False: neither mark nor words are known, so the task is taken as pending. */
  readonly isKnown: boolean;
  /** Offset of `[` of the mark in the text read; null: no mark. */
  readonly mark: number | null;
  /** Where the known words stand in the text read; null: there are none. */
  readonly words: { readonly start: number; readonly end: number } | null;
}

const pending: WrittenStatus = { status: 'pending' };
const inProgress: WrittenStatus = { status: 'in_progress' };
const complete: WrittenStatus = { status: 'complete' };
const cancelled: WrittenStatus = { status: 'cancelled' };
const paused: WrittenStatus = { status: 'blocked', blockedReason: 'paused' };
const blocked: WrittenStatus = { status: 'blocked', blockedReason: 'person' };

const marks: ReadonlyMap<string, WrittenStatus> = new Map([
  [' ', pending],
  ['x', complete],
  ['X', complete],
  ['✓', complete],
  ['✔', complete],
  ['✅', complete],
  ['@', inProgress],
  ['~', inProgress],
  ['/', inProgress],
  ['z', paused],
  ['Z', paused],
  ['!', blocked],
  ['-', cancelled],
]);

const phrases: ReadonlyMap<string, WrittenStatus> = new Map([
  ...each(pending, 'not started', 'not yet started', 'not yet', 'not complete', 'not completed', 'not done'),
  ...each(pending, 'incomplete', 'todo', 'to do', 'pending', 'open', 'planned', 'backlog', 'queued', 'new'),
  ...each(pending, 'ready', 'ready to start', 'upcoming', 'proposed', 'unstarted', 'reopened'),
  ...each(inProgress, 'in progress', 'inprogress', 'in review', 'in testing', 'started', 'active', 'ongoing', 'wip'),
  ...each(inProgress, 'work in progress', 'working', 'doing', 'underway', 'under way', 'partial', 'partially'),
  ...each(inProgress, 'mostly', 'almost', 'nearly', 'testing', 'reviewing', 'ready for review'),
  ...each(complete, 'complete', 'completed', 'done', 'finished', 'fixed', 'shipped', 'merged', 'closed', 'resolved'),
  ...each(complete, 'implemented', 'deployed', 'released', 'delivered', 'verified'),
  ...each(complete, 'already done', 'already complete', 'all done', 'all complete', 'fully complete'),
  ...each(complete, 'fully implemented', 'successfully completed'),
  ...each(paused, 'paused', 'deferred', 'on hold', 'postponed', 'parked', 'suspended'),
  ...each(paused, 'delayed', 'backlogged', 'moved to', 'carried over', 'rolled over'),
  ...each(blocked, 'blocked'),
  ...each(cancelled, 'cancelled', 'canceled', 'dropped', 'abandoned', 'obsolete', 'obsoleted', 'superseded'),
  ...each(cancelled, 'skipped', 'rejected', 'removed', 'wontfix', 'wont do', 'wont fix', 'will not do', 'not needed'),
  ...each(cancelled, 'descoped', 'out of scope', 'duplicate', 'replaced by'),
]);

const symbols: ReadonlyMap<string, WrittenStatus> = new Map([
  ['✅', complete],
  ['✓', complete],
  ['✔', complete],
  ['☑', complete],
  ['☐', pending],
  ['⬜', pending],
  ['🚧', inProgress],
  ['🔄', inProgress],
  ['⏸', paused],
  ['⊘', cancelled],
  ['🚫', cancelled],
]);

const longestPhrase = 3;
/** A status is read from the beginning of its line; nobody hides it further back. */
const readLength = 200;

/**
 * What a status text says. The bracket mark decides; without one the first words; without known words a percentage or
 * a symbol such as ✅.
 */
export function readStatus(value: string): StatusReading {
  const text = withoutStruck(withoutComments(value.slice(0, readLength)));
  const words = wordsAt(text);
  const mark = markAt(text);
  const marked = mark === null ? undefined : marks.get(markCharacter(text, mark));
  const found = marked ?? words?.meaning ?? percentage(text) ?? symbolIn(text);
  return {
    ...(found ?? pending),
    isKnown: found !== undefined,
    mark,
    words: words === null ? null : { start: words.start, end: words.end },
  };
}

/** The status that a phrase names on its own, such as `CANCELLED`; null: it names none. */
export function statusOfPhrase(phrase: string): WrittenStatus | null {
  return phrases.get(normal(phrase)) ?? null;
}

/** The status that a symbol such as ✅ stands for; null: none. */
export function statusOfSymbol(symbol: string): WrittenStatus | null {
  return symbols.get(symbol) ?? null;
}

/** The status that a mark such as `x` in `[x]` stands for; null: none. */
export function statusOfMark(character: string): WrittenStatus | null {
  return marks.get(character) ?? null;
}

function each(meaning: WrittenStatus, ...names: readonly string[]): readonly (readonly [string, WrittenStatus])[] {
  return names.map((name) => [name, meaning] as const);
}

function normal(phrase: string): string {
  return phrase.toLowerCase().replaceAll(/['’]/g, '').replaceAll(/[_-]/g, ' ').trim();
}

/** Struck text is what the status was before: blanked out, so that offsets stay. */
function withoutStruck(text: string): string {
  const open = text.indexOf('~~');
  const close = open === -1 ? -1 : text.indexOf('~~', open + 2);
  if (close === -1) return text;
  return withoutStruck(text.slice(0, open) + ' '.repeat(close + 2 - open) + text.slice(close + 2));
}

function wordsAt(text: string): { meaning: WrittenStatus; start: number; end: number } | null {
  const ends: number[] = [];
  const word = /[A-Za-z][A-Za-z'’]*/g;
  let start = -1;
  for (let found = word.exec(text); found !== null && ends.length < longestPhrase; found = word.exec(text)) {
    const previous = ends.at(-1);
    if (previous === undefined) {
      if (startsWithNumber(text, found.index)) return null;
      start = markedWord(text, found.index) ? -1 : found.index;
      if (start === -1) continue;
    } else if (!/^[ \t_-]+$/.test(text.slice(previous, found.index))) {
      break;
    }
    ends.push(word.lastIndex);
  }
  for (const end of ends.toReversed()) {
    const meaning = phrases.get(normal(text.slice(start, end)));
    if (meaning !== undefined) return { meaning, start, end };
  }
  return null;
}

/** The letter of a mark such as `[x]` is no word. */
function markedWord(text: string, at: number): boolean {
  return text[at - 1] === '[' && text[at + 1] === ']';
}

function startsWithNumber(text: string, before: number): boolean {
  return /\d/.test(text.slice(0, before));
}

/** The mark stands before the first word or at the very end. */
function markAt(text: string): number | null {
  const open = text.indexOf('[');
  if (open !== -1 && !/[A-Za-z0-9]/.test(text.slice(0, open)) && isMark(text, open)) return open;
  const last = text.lastIndexOf('[');
  return last !== -1 && isMark(text, last) && text.indexOf(']', last) === text.trimEnd().length - 1 ? last : null;
}

function isMark(text: string, open: number): boolean {
  return text.indexOf(']', open) === open + 1 + markCharacter(text, open).length && markCharacter(text, open) !== '';
}

function markCharacter(text: string, open: number): string {
  const code = text.codePointAt(open + 1);
  return code === undefined || text[open + 1] === ']' ? '' : String.fromCodePoint(code);
}

function percentage(text: string): WrittenStatus | undefined {
  const found = /^[^A-Za-z0-9]*(\d{1,3})(?:\.\d{1,4})?\s?%/.exec(text);
  if (found === null) return undefined;
  const percent = Number(found[1]);
  if (percent >= 100) return complete;
  return percent === 0 ? pending : inProgress;
}

const somethingLeft = /\b(?:in progress|pending|remaining|left|partial|partly|to ?do|not)\b/i;

/**
 * Unknown words beside ✅ are about what was done, unless they say that something is left; beside 🚧 they may say that
 * nothing can be done yet.
 */
function symbolIn(text: string): WrittenStatus | undefined {
  const hasWords = /[A-Za-z]/.test(text);
  for (const character of text) {
    const meaning = symbols.get(character);
    if (meaning === complete && somethingLeft.test(text)) return inProgress;
    if (meaning !== undefined && !(hasWords && meaning === inProgress)) return meaning;
  }
  return undefined;
}
