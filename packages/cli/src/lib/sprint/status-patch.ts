import type { Field } from './field-line.js';
import { LineScanner } from './line-scanner.js';
import { sectionLines, type TaskSection } from './section-lines.js';
import type { SprintTask } from './sprint.js';
import { readStatus } from './status-words.js';
import { readTaskHeading } from './task-heading.js';

/** Puts `replacement` in place of the characters from `start` (inclusive) to `end` (exclusive). */
export interface TextPatch {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const statusLine = '**Status:** [x] Complete';

/**
 * The smallest edit after which the file says that the task is complete; null: it says so already. The mark becomes
 * `[x]` and a standard word after it `Complete`; a task without a status line gets one under its heading.
 */
export function completeMarkPatch(text: string, task: TaskSection & Pick<SprintTask, 'status'>): TextPatch | null {
  if (task.status === 'complete') return null;
  const field = statusField(text, task);
  return field === null ? headingPatch(text, task) : valuePatch(text, field);
}

/** Carries out patches that were all made for this very text; they must not overlap. */
export function applyPatches(text: string, patches: readonly TextPatch[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, replacement } of patches.toSorted((a, b) => a.start - b.start)) {
    if (start < at || end > text.length) throw new RangeError(`Patch ${start}-${end} overlaps another or the end`);
    parts.push(text.slice(at, start), replacement);
    at = end;
  }
  return parts.join('') + text.slice(at);
}

function statusField(text: string, task: TaskSection): Field | null {
  for (const { line } of sectionLines(text, task)) {
    const field = line.kind === 'fields' ? line.fields.find(({ name }) => name === 'status') : undefined;
    if (field !== undefined) return field;
  }
  return null;
}

function valuePatch(text: string, { valueStart, valueEnd }: Field): TextPatch {
  const value = text.slice(valueStart, valueEnd);
  if (value === '') return { start: valueStart, end: valueStart, replacement: ' [x] Complete' };
  const { mark, words } = readStatus(value);
  const word = words !== null && standsAlone(value, words.end) ? words : null;
  const at = (start: number, end: number, replacement: string): TextPatch => ({
    start: valueStart + start,
    end: valueStart + end,
    replacement,
  });
  if (mark === null) return word === null ? at(0, 0, '[x] ') : at(word.start, word.end, '[x] Complete');
  const markEnd = value.indexOf(']', mark) + 1;
  if (word === null) return at(mark, markEnd, '[x]');
  if (word.start > mark) return at(mark, word.end, `[x]${value.slice(markEnd, word.start)}Complete`);
  return at(word.start, markEnd, `Complete${value.slice(word.end, mark)}[x]`);
}

/** `Deferred (moved)` is a standard word with a remark, `Blocked by the vendor` is a sentence that stays. */
function standsAlone(value: string, end: number): boolean {
  return !/^\s*[\p{L}\p{N}]/u.test(value.slice(end, end + 40));
}

function headingPatch(text: string, task: TaskSection): TextPatch {
  const scanner = new LineScanner(text, { from: task.start, to: task.end, firstLine: task.line });
  scanner.advance();
  const heading = readTaskHeading(text.slice(scanner.content, scanner.end), 'labels');
  if (heading?.kind === 'task' && heading.mark !== null) {
    const start = scanner.content + heading.mark;
    return { start, end: text.indexOf(']', start) + 1, replacement: '[x]' };
  }
  const ending = /[\r\n]+$/.exec(text.slice(scanner.end, scanner.next))?.[0];
  if (ending !== undefined) return { start: scanner.next, end: scanner.next, replacement: statusLine + ending };
  const usual = /\r?\n|\r/.exec(text)?.[0] ?? '\n';
  return { start: text.length, end: text.length, replacement: usual + statusLine };
}
