import { isBlank } from './line-scanner.js';
import { withOne } from '../decide/with-one.js';

export type FieldName =
  | 'assignee'
  | 'blocked_by'
  | 'capabilities'
  | 'depends'
  | 'effort'
  | 'epic'
  | 'files'
  | 'max_duration'
  | 'priority'
  | 'run'
  | 'sprint_id'
  | 'status'
  | 'verify';

const fieldNames: ReadonlyMap<string, FieldName> = new Map([
  ['assigned', 'assignee'],
  ['assigned to', 'assignee'],
  ['assignee', 'assignee'],
  ['owner', 'assignee'],
  ['blocked by', 'blocked_by'],
  ['blocked on', 'blocked_by'],
  ['capabilities', 'capabilities'],
  ['capability', 'capabilities'],
  ['dependencies', 'depends'],
  ['dependency', 'depends'],
  ['depends', 'depends'],
  ['depends on', 'depends'],
  ['deps', 'depends'],
  ['effort', 'effort'],
  ['estimate', 'effort'],
  ['estimated effort', 'effort'],
  ['estimated time', 'effort'],
  ['epic', 'epic'],
  ['epic id', 'epic'],
  ['file', 'files'],
  ['files', 'files'],
  ['max duration', 'max_duration'],
  ['prerequisite', 'blocked_by'],
  ['prerequisites', 'blocked_by'],
  ['priority', 'priority'],
  ['run', 'run'],
  ['id', 'sprint_id'],
  ['sprint id', 'sprint_id'],
  ['status', 'status'],
  ['verify', 'verify'],
]);

/** The usual spellings inside the bold, such as `Depends on:`: most labels of a file need no closer look. */
const usualLabels: ReadonlyMap<string, FieldName> = new Map(
  [...fieldNames].map(([written, name]) => [`${written.charAt(0).toUpperCase()}${written.slice(1)}:`, name]),
);

/** Fields that are also read without bold, and with more than their name in it; commands are not among them. */
const everyday: ReadonlySet<FieldName> = new Set(['assignee', 'blocked_by', 'depends', 'effort', 'priority', 'status']);

const longestName = 40;

export interface Field {
  /** null: a field that means nothing to us, such as `**Goal:**`. */
  readonly name: FieldName | null;
  /** Offset of the field's first asterisk. */
  readonly start: number;
  /** Offsets of the value without the blanks around it; equal for an empty value. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A field whose value is still to be cut: it ends with the line, or with the bold when it stands inside, at the latest. */
type OpenField = { -readonly [K in keyof Field]: Field[K] };

/**
 * The fields of a line such as `**Priority:** HIGH | **Status**: [ ]`: the colon inside or outside the bold, or the
 * whole field inside it. A value ends at the next field of the line; a bar alone does not end it (commands have bars).
 */
export function fieldsOf(text: string, start: number, end: number): readonly Field[] {
  let fields: Field[] = nothing;
  let open: OpenField | null = null;
  let at = start;
  while (at !== -1 && at < end) {
    const close = text.indexOf('**', at + 2);
    if (close === -1 || close >= end) break;
    const field = labelAt(text, { at, close, end });
    if (field !== null) {
      if (open !== null) fields = withOne(fields, cut(text, open, endBefore(text, open, at)));
      open = field;
    } else if (open === null) {
      break;
    }
    at = text.indexOf('**', close + 2);
  }
  return open === null ? fields : withOne(fields, cut(text, open, open.valueEnd));
}

const nothing: never[] = [];

interface Bold {
  readonly at: number;
  readonly close: number;
  /** Where the line ends. */
  readonly end: number;
}

function labelAt(text: string, { at, close, end }: Bold): OpenField | null {
  const inner = text.slice(at + 2, Math.min(close, at + 2 + 4 * longestName));
  const usual = usualLabels.get(inner);
  if (usual !== undefined) return { start: at, name: usual, valueStart: close + 2, valueEnd: end };
  return unusualLabelAt(text, inner, { at, close, end });
}

function unusualLabelAt(text: string, inner: string, { at, close, end }: Bold): OpenField | null {
  const colon = inner.indexOf(':');
  if (colon === -1) {
    let after = close + 2;
    while (after < end && isBlank(text.charCodeAt(after))) after += 1;
    if (after === end || text[after] !== ':' || !isName(inner)) return null;
    return { start: at, name: nameOf(inner), valueStart: after + 1, valueEnd: end };
  }
  const written = inner.slice(0, colon);
  if (!isName(written)) return null;
  const name = nameOf(written);
  if (inner.slice(colon + 1).trim() === '') return { start: at, name, valueStart: close + 2, valueEnd: end };
  return name === null ? null : { start: at, name, valueStart: at + 2 + colon + 1, valueEnd: close };
}

function isName(written: string): boolean {
  return written.length <= longestName && written.trim() !== '';
}

function nameOf(written: string): FieldName | null {
  return fieldNames.get(written.trim().toLowerCase()) ?? everydayNameOf(written);
}

/** `📊 Status`, `Status (2026-01-12)`, `Dependencies (hard)`. */
function everydayNameOf(written: string): FieldName | null {
  const words = /^[^A-Za-z]*([A-Za-z ]+)(?:\([^()]*\))?\s*$/.exec(written)?.[1] ?? '';
  const name = fieldNames.get(words.trim().toLowerCase());
  return name !== undefined && everyday.has(name) ? name : null;
}

const plainLabel = /[*_]{0,2}([A-Z][A-Za-z ]{0,20}):[*_]{0,2}|[*_]{1,2}([A-Z][A-Za-z ]{0,20})[*_]{1,2}:/y;

/** The field of a line without bold, such as `Status: done` or `_Depends on:_ TASK-1`; null: it is none. */
export function plainFieldOf(text: string, start: number, end: number): Field | null {
  plainLabel.lastIndex = start;
  const found = plainLabel.exec(text);
  const name = fieldNames.get((found?.[1] ?? found?.[2] ?? '').trim().toLowerCase());
  if (found === null || name === undefined || !everyday.has(name)) return null;
  let last = end;
  while (last > plainLabel.lastIndex && /[\s*_]/.test(text.charAt(last - 1))) last -= 1;
  let first = plainLabel.lastIndex;
  while (first < last && isBlank(text.charCodeAt(first))) first += 1;
  return { name, start, valueStart: first, valueEnd: last };
}

/** The end of a value in front of the next field of its line. */
function endBefore(text: string, { valueStart, valueEnd }: OpenField, next: number): number {
  let end = Math.min(valueEnd, next);
  while (end > valueStart && isBetweenFields(text.charAt(end - 1))) end -= 1;
  return end;
}

function isBetweenFields(character: string): boolean {
  return character === ' ' || character === '\t' || character === '|' || character === '·' || character === '•';
}

/** Ends the value here, without the blanks around it. In place: lines with fields are many. */
function cut(text: string, field: OpenField, end: number): Field {
  while (end > field.valueStart && isBlank(text.charCodeAt(end - 1))) end -= 1;
  while (field.valueStart < end && isBlank(text.charCodeAt(field.valueStart))) field.valueStart += 1;
  field.valueEnd = end;
  return field;
}
