const placeholders: ReadonlySet<string> = new Set(['n', 'nn', 'nnn', 'x', 'xx', 'xxx', 'id', '']);

const everydayId = /^TASK-\d+$/;

/** The form that most sprints use, which needs no closer look. */
export function isEverydayId(word: string): boolean {
  return everydayId.test(word);
}

/**
 * Whether a word is the id of a task: `TASK-1`, `TASK-P1`, `T1`, `t01`, `e008_s02_t01`, `EPIC-4-TASK-2`. `BUG-001`,
 * `2026-01-05` and `TASK-N` (a placeholder) are none.
 */
export function isTaskId(word: string): boolean {
  if (isEverydayId(word)) return true;
  const segments = word.toLowerCase().split(/[-_]/);
  if (/(?:^|[-_])t\d+[a-z]?$/i.test(word)) return true;
  const task = segments.findIndex((segment) => segment === 'task' || /^task\d/.test(segment));
  if (task === -1) return false;
  const number = segments[task] === 'task' ? segments.slice(task + 1).join('-') : segments[task];
  if (number === undefined || placeholders.has(number)) return false;
  return /[^a-z-]/.test(number) || word === word.toUpperCase();
}

/** One spelling for ids that a person takes for the same: `e008_s02_t01` and `E8-S2-T1`, `TASK-001` and `Task_1`. */
export function canonicalId(id: string): string {
  return id
    .toLowerCase()
    .replaceAll('-', '_')
    .replaceAll(/(^|[^0-9.])0+(?=\d)/g, '$1');
}

/** Whether an id is as short as `t01`. */
export function isShortId(id: string): boolean {
  return /^t\d+[a-z]?$/i.test(id);
}

/** The `t01` in `e008_s02_t01`, in one spelling; null: the id has no short form, or is one. */
export function shortId(id: string): string | null {
  const short = /[-_](t\d+[a-z]?)$/i.exec(id)?.[1];
  return short === undefined ? null : canonicalId(short);
}
