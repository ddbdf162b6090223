import type { TaskId } from '@ginkoai/contract';
import type { Resolution, TaskIndex } from './task-index.js';

export interface DependencyContext {
  readonly index: TaskIndex;
  readonly ownId: TaskId;
  /** How many tasks stand above this one. */
  readonly position: number;
  /** What ranges and groups may still add in this file, so that a hostile file cannot fill the memory. */
  readonly budget: { left: number };
}

export interface WrittenDependencies {
  /** In the order written, without repeats; ids that the file should have but has not among them. */
  readonly ids: readonly TaskId[];
  readonly external: readonly string[];
  /** Parts that speak of tasks in words we cannot follow. */
  readonly unclear: readonly string[];
}

const none = /^(?:(?:none|nothing|nil|no|n\/a|na)(?![\w/-])|[-–—]+$)/i;
const notADependency = /\b(?:not|parallel|independent|unrelated)\b/i;
const elsewhere = /\b(?:sprints?|epics?)\b/i;
/** `TASK-3 of Sprint 2`, `TASK-3 from the last epic`; not `TASK-3 in this sprint`. */
const ofAnother = /\b(?:of|from|in) (?!this\b)(?:[\w-]{1,20} ){0,2}(?:sprint|epic)\b/i;
/** `TASK-3 (Sprint 2)`, `TASK-3 (from Sprint 2)`. */
const isInAnother = /^(?:of |from |in )?(?:EPIC-\d{1,6},? )?sprint #?\d/i;
/** `e008_s02_t01` names its sprint already. */
const namesSprint = /s\d+[a-z]?[-_]t\d/i;
const longestGroup = 120;
const all = /^(?:all|everything|every|each)\b/i;
const above = /\b(?:above|previous|prior|preceding|earlier|before)\b/i;
const groupWords: ReadonlySet<string> = new Set(
  (
    'all everything every each of the above previous prior preceding earlier before other others task tasks in this ' +
    'sprint complete completed done be must it'
  ).split(' '),
);
const previousTask = /^(?:the )?(?:previous|preceding|prior) task\b/i;

/**
 * The everyday case, which needs no closer look: a list of ids that all name a task; null: it is not that. They are
 * given as the tasks write them: a string cut out of the text for every mention would have to be kept.
 */
export function knownIds(value: string, tasks: ReadonlyMap<string, TaskId>): readonly TaskId[] | null {
  const ids = value.split(value.includes(', ') ? ', ' : ',');
  // In place: a second list per task was seen in the time of a whole file.
  for (const [at, word] of ids.entries()) {
    const id = tasks.get(word);
    if (id === undefined) return null;
    ids[at] = id;
  }
  return withoutRepeats(ids);
}

/** A set costs more than the few ids of a usual list together. */
function withoutRepeats(ids: readonly TaskId[]): readonly TaskId[] {
  const mayRepeat = ids.length > 8 || ids.some((id, at) => ids.indexOf(id) !== at);
  return mayRepeat ? [...new Set(ids)] : ids;
}

/** Reads the text of a dependency field: ids, short ids, ranges, `All above tasks`, or words that name no task. */
export function readDependencies(value: string, context: DependencyContext): WrittenDependencies {
  const known = knownIds(value, context.index.exact);
  if (known !== null) return named(known);
  const ids = new Set<TaskId>();
  const parts: WrittenDependencies[] = [];
  for (const part of partsOf(withoutStruck(value))) {
    const read = readPart(part, { ...context, isAfterId: ids.size > 0 });
    for (const id of read.ids) ids.add(id);
    parts.push(read);
  }
  return { ...joined(parts), ids: [...ids] };
}

/** `isAfterId`: a bare number goes on from the id before it, as in `TASK-1, 2 and 3`. */
type PartContext = DependencyContext & { readonly isAfterId: boolean };

interface Part {
  /** Outside brackets, and inside them: `ADR-033 (session logging)`. */
  readonly outside: string;
  readonly inside: string;
}

const nothing: WrittenDependencies = { ids: [], external: [], unclear: [] };

function readPart(part: Part, context: PartContext): WrittenDependencies {
  const { outside, inside } = part;
  if (none.test(outside) || (outside === '' && none.test(inside))) return nothing;
  if (previousTask.test(outside)) return named(previousOf(context));
  if (isInAnother.test(inside) && !namesSprint.test(outside)) return external(outside);
  const pieces = piecesOf(outside, context);
  if (pieces.some(namesTask)) return joined(pieces);
  if (all.test(outside)) return readGroup(outside, context);
  if (!elsewhere.test(outside)) {
    const bracketed = piecesOf(inside, context);
    if (bracketed.some(namesTask)) return joined(bracketed);
  }
  const words = outside === '' ? inside : outside;
  return { ids: [], external: words === '' ? [] : [words], unclear: pieces.flatMap((piece) => piece.unclear) };
}

function previousOf({ index, position }: DependencyContext): readonly TaskId[] {
  const id = index.ids[position - 1];
  return id === undefined ? [] : [id];
}

function namesTask(piece: WrittenDependencies): boolean {
  return piece.ids.length > 0;
}

function named(ids: readonly TaskId[]): WrittenDependencies {
  return { ...nothing, ids };
}

function joined(pieces: readonly WrittenDependencies[]): WrittenDependencies {
  return {
    ids: pieces.flatMap((piece) => piece.ids),
    external: pieces.flatMap((piece) => piece.external),
    unclear: pieces.flatMap((piece) => piece.unclear),
  };
}

/** `All above tasks`, `all other tasks`. `All of phase 1` means something to people only. */
function readGroup(words: string, { index, ownId, position, budget }: DependencyContext): WrittenDependencies {
  if (!isGroup(words)) return { ids: [], external: [words], unclear: [words] };
  const isAbove = above.test(words);
  if (!takes(budget, isAbove ? position : index.ids.length)) return nothing;
  return named((isAbove ? index.ids.slice(0, position) : index.ids).filter((id) => id !== ownId));
}

function isGroup(words: string): boolean {
  if (words.length > longestGroup) return false;
  const each = words.toLowerCase().replace(/[.!]$/, '').split(' ');
  return each.every((word) => groupWords.has(word));
}

function piecesOf(words: string, context: PartContext): readonly WrittenDependencies[] {
  const pieces: WrittenDependencies[] = [];
  for (const piece of words.split(/ and |[&+]/i)) {
    const isAfterId = context.isAfterId || pieces.some(namesTask);
    if (piece.trim() !== '') pieces.push(readPiece(piece.trim(), { ...context, isAfterId }));
  }
  return pieces;
}

type Found = Exclude<Resolution, null>;

/** Ids, numbers that belong to them, and ranges between them; the words between mean nothing. */
function readPiece(piece: string, context: PartContext): WrittenDependencies {
  const ids: TaskId[][] = [];
  if (ofAnother.test(piece) && !namesSprint.test(piece)) return external(piece);
  if (isNumber.test(piece) && !context.isAfterId) return readNumber(piece, context);
  let rangeFrom: Found | null = null;
  let last: Found | null = null;
  let isNumberNext = isNumber.test(piece);
  for (const word of wordsOf(piece)) {
    const ends = endsOf(word, isNumberNext, context);
    if (ends !== null) {
      const [first, end] = ends;
      const before = ids.length === 0 ? piece.slice(0, piece.indexOf(word)) : '';
      if (elsewhere.test(before)) return external(piece);
      if (notADependency.test(before)) return { ids: [], external: [piece], unclear: [piece] };
      ids.push(rangeFrom === null ? [first.id] : rangeOf(rangeFrom, first, context));
      if (end !== first) ids.push(rangeOf(first, end, context));
      last = end;
      rangeFrom = null;
      isNumberNext = false;
    } else {
      rangeFrom = isRangeWord.test(word) ? last : null;
      isNumberNext = rangeFrom !== null || isNumbering.test(word);
      last = null;
    }
  }
  return ids.length === 0 ? external(piece) : named(ids.flat());
}

const isNumber = /^\d{1,6}$/;
/** The `2.1` of `Task 2.1`. */
const isDecimal = /^\d{1,6}(?:\.\d{1,6}){1,3}$/;

/** `**Depends on:** 1, 2`. */
function readNumber(number: string, { index, ownId }: DependencyContext): WrittenDependencies {
  const found = index.resolveNumber(number, ownId);
  return found?.kind === 'task' ? named([found.id]) : external(number);
}

const isRangeWord = /^(?:through|thru|to|until|till|–|—|-|→|\.\.\.?|…)$/i;
const isNumbering = /^(?:tasks?|#)$/i;

function rangeOf(from: Found, to: Found, { index, ownId, budget }: DependencyContext): TaskId[] {
  const ids = budget.left < 0 ? [] : index.range(from.id, to.id);
  if (!takes(budget, ids.length + 1)) return [];
  // The ends stay although no task may have that id: what is missing must be seen.
  return [from.id, ...ids, to.id].filter((id) => id !== ownId);
}

/** A refusal costs too, so that the caller sees it. */
function takes(budget: { left: number }, count: number): boolean {
  budget.left -= Math.max(1, count);
  return budget.left >= 0;
}

/** The one task a word names, twice, or the two ends of a range written as one word; null: it names none. */
function endsOf(word: string, isNumberNext: boolean, context: DependencyContext): readonly [Found, Found] | null {
  const single = resolve(word, isNumberNext, context);
  if (single?.kind === 'task') return [single, single];
  const ends = word.length > longestRange ? null : rangeEnds(word, isNumberNext, context);
  if (ends !== null) return ends;
  return single === null ? null : [single, single];
}

const longestRange = 140;
const mostHyphens = 8;

/** `TASK-1-TASK-7`, `t01-t04`, `TASK-1-7`, `1-4`. */
function rangeEnds(word: string, isNumberNext: boolean, context: DependencyContext): readonly [Found, Found] | null {
  let at = word.indexOf('-', 1);
  for (let tries = 0; at !== -1 && tries < mostHyphens; tries += 1, at = word.indexOf('-', at + 1)) {
    const left = resolve(word.slice(0, at), isNumberNext, context);
    const right = resolve(word.slice(at + 1), true, context);
    if (left?.kind === 'task' && right?.kind === 'task') return [left, right];
  }
  return null;
}

function resolve(word: string, isNumberNext: boolean, { index, ownId }: DependencyContext): Resolution {
  if (isNumber.test(word)) return isNumberNext ? index.resolveNumber(word, ownId) : null;
  return index.resolve(isNumberNext && isDecimal.test(word) ? `TASK-${word}` : word, ownId);
}

function external(piece: string): WrittenDependencies {
  return { ...nothing, external: [piece] };
}

function wordsOf(piece: string): readonly string[] {
  return piece.match(/[A-Za-z0-9](?:[\w-]|\.(?=\w))*|\.\.\.?|[–—→…#-]/g) ?? [];
}

/** Splits at commas and semicolons outside brackets; link targets count as brackets. */
function partsOf(value: string): readonly Part[] {
  const parts: Part[] = [];
  let outside = '';
  let inside = '';
  let depth = 0;
  const finish = (): void => {
    parts.push({ outside: cleaned(outside), inside: cleaned(inside) });
    outside = '';
    inside = '';
  };
  for (const character of value) {
    if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (depth > 0) inside += character;
    else if (character === ',' || character === ';') finish();
    else outside += character;
  }
  finish();
  return parts;
}

function cleaned(text: string): string {
  return text
    .replaceAll(/[`*[\]]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function withoutStruck(value: string): string {
  return value
    .split('~~')
    .filter((_, index) => index % 2 === 0)
    .join(' ');
}
