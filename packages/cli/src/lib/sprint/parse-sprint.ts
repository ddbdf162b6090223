import { idPattern } from '@ginkoai/contract';
import { findCycles } from '../decide/find-cycles.js';
import { capabilitiesOfFiles, declaredCapabilities } from './capabilities.js';
import { knownIds, readDependencies } from './dependency-text.js';
import { readMaxDuration } from './max-duration.js';
import { readOutline, type Outline } from './outline.js';
import { readPriority } from './priority.js';
import type { Sprint, SprintProblem, SprintTask } from './sprint.js';
import { problems as problem } from './sprint-problems.js';
import { readStatus, type StatusReading, type WrittenStatus } from './status-words.js';
import type { TaskDraft, WrittenValue } from './task-draft.js';
import { TaskIndex } from './task-index.js';

/** What ranges and groups such as `All above tasks` may add up to in one file. */
const mostEdgesOfGroups = 1_000_000;

/** Reads a sprint file. Never throws: what cannot be understood is named in `problems`. */
export function parseSprint(text: string, fileName: string): Sprint {
  const outline = readOutline(text);
  const found: SprintProblem[] = [];
  const sprintId = readSprintId(outline, found);
  const epicId = readEpicId(outline, found);
  const index = new TaskIndex(outline.tasks.map((draft) => draft.heading.id));
  const tasks = readTasks(outline, { index, found });
  const problems = [...found, ...problemsOfFile(text, fileName, { outline, index }), ...problemsOfTasks(tasks, index)];
  return {
    sprintId,
    epicId,
    title: outline.title,
    declaredStatus: outline.frontMatter.values.get('status')?.value.toLowerCase() ?? null,
    tasks,
    problems: problems.sort((a, b) => a.line - b.line),
  };
}

function readSprintId({ frontMatter, sprintId }: Outline, found: SprintProblem[]): string | null {
  const declared = frontMatter.values.get('sprint_id');
  const written = declared === undefined ? sprintId : { text: declared.value, line: declared.line };
  const id = written === null ? '' : firstWord(written.text);
  if (written === null || id === '') return null;
  if (idPattern.test(id)) return id;
  found.push(problem.unsafeId({ what: 'sprint', id, line: written.line }));
  return null;
}

function readEpicId({ frontMatter, epic }: Outline, found: SprintProblem[]): string | null {
  const declared = frontMatter.values.get('epic_id');
  if (declared !== undefined && declared.value !== '') {
    const id = firstWord(declared.value);
    if (idPattern.test(id)) return id;
    found.push(problem.unsafeId({ what: 'epic', id, line: declared.line }));
    return null;
  }
  const id = epic === null ? '' : firstWord(epic.text);
  return /^[A-Za-z]+[-_]?\d/.test(id) && idPattern.test(id) ? id : null;
}

function firstWord(text: string): string {
  return /[^\s`*:,()[\]]+/.exec(text)?.[0] ?? '';
}

function readTasks(
  outline: Outline,
  { index, found }: { readonly index: TaskIndex; readonly found: SprintProblem[] },
): readonly SprintTask[] {
  const budget = { left: mostEdgesOfGroups };
  const statuses = new Map<string, StatusReading>();
  const seen = new Set<string>();
  const hasRepeats = index.ids.length < outline.tasks.length;
  return outline.tasks.map((draft, place) => {
    const position = hasRepeats ? seen.size : place;
    if (hasRepeats) seen.add(draft.heading.id);
    return readTask(draft, { index, budget, statuses, position, found });
  });
}

interface Reading {
  readonly index: TaskIndex;
  readonly budget: { left: number };
  /** Readings by text: a file says the same few things over and over. */
  readonly statuses: Map<string, StatusReading>;
  readonly position: number;
  readonly found: SprintProblem[];
}

function readTask(draft: TaskDraft, reading: Reading): SprintTask {
  const { heading, values, files } = draft;
  noteFieldsInLists(draft, reading.found);
  const { status, blockedReason } = readTaskStatus(draft, reading);
  const { dependsOn, externalDepends } = readTaskDependencies(draft, { reading, isComplete: status === 'complete' });
  const task: SprintTask = {
    id: heading.id,
    title: heading.title,
    status,
    dependsOn,
    externalDepends,
    priority: readPriority(values.priority?.text ?? ''),
    effort: heading.effort ?? orNull(values.effort?.text),
    capabilities: readCapabilities(draft),
    assignee: readAssignee(values.assignee),
    files: files.length < 2 ? files : [...new Set(files)],
    maxDurationMs: readDuration(draft, reading.found),
    verify: readCommand(values.verify),
    run: readCommand(values.run),
    line: draft.line,
    start: draft.start,
    end: draft.end,
  };
  return blockedReason === undefined ? task : { ...task, blockedReason };
}

/** Fields whose loss changes what a run does, unless the task has them where they count. */
const weighty = { status: 'Status', depends: 'Depends', blocked_by: 'Blocked by' } as const;

function noteFieldsInLists({ heading, values, inLists }: TaskDraft, found: SprintProblem[]): void {
  if (inLists.length === 0) return;
  for (const name of ['status', 'depends', 'blocked_by'] as const) {
    const written = inLists.find((field) => field.name === name);
    if (written === undefined || values[name] !== undefined || (name === 'status' && heading.status !== null)) continue;
    found.push(problem.fieldInList({ id: heading.id, field: weighty[name], line: written.line }));
  }
}

function readTaskStatus({ heading, values }: TaskDraft, { statuses, found }: Reading): WrittenStatus {
  const written = values.status;
  if (written === undefined || written.text === '') return heading.status ?? { status: 'pending' };
  const reading = statuses.get(written.text) ?? readStatus(written.text);
  statuses.set(written.text, reading);
  if (!reading.isKnown) found.push(problem.unknownStatus({ id: heading.id, status: written.text, line: written.line }));
  return reading;
}

const nothing: readonly never[] = [];

function readTaskDependencies(
  draft: TaskDraft,
  { reading, isComplete }: { readonly reading: Reading; readonly isComplete: boolean },
): Pick<SprintTask, 'dependsOn' | 'externalDepends'> {
  const { length, 0: first } = draft.dependencies;
  if (first === undefined) return { dependsOn: nothing, externalDepends: nothing };
  const known = length === 1 ? knownIds(first.value.text, reading.index) : null;
  if (known !== null) return { dependsOn: known, externalDepends: nothing };
  const external: string[] = [];
  const { index, budget, position, found } = reading;
  const ownId = draft.heading.id;
  const dependsOn = new Set<string>();
  for (const { kind, value } of draft.dependencies) {
    const at = { id: ownId, line: value.line };
    const before = budget.left;
    const read = readDependencies(value.text, { index, ownId, position, budget });
    for (const id of read.ids) {
      if (!index.has(id) && !dependsOn.has(id)) found.push(problem.missingDependency({ ...at, missing: id }));
      dependsOn.add(id);
    }
    for (const words of read.unclear) found.push(problem.unclearDependency({ ...at, words }));
    if (budget.left < 0 && budget.left < before) {
      dependsOn.add(value.text);
      found.push(problem.tooManyDependencies({ ...at, words: value.text }));
    } else if (kind === 'depends') {
      for (const words of read.external) external.push(words);
    } else if (!isComplete) {
      for (const words of read.external) found.push(problem.unclearDependency({ ...at, words }));
    }
  }
  return { dependsOn: [...dependsOn], externalDepends: external };
}

function readCapabilities({ capabilities, files }: TaskDraft): readonly string[] {
  const declared = capabilities.length === 0 ? [] : declaredCapabilities(capabilities.join(','));
  return declared.length > 0 ? declared : capabilitiesOfFiles(files);
}

const nobody: ReadonlySet<string> = new Set(['', '-', '–', '—', 'tbd', 'none', 'n/a', 'unassigned', 'nobody', 'open']);

function readAssignee(written: WrittenValue | undefined): string | null {
  const name = written?.text.replaceAll('`', '').trim() ?? '';
  return nobody.has(name.toLowerCase()) ? null : name;
}

function readDuration({ heading, values }: TaskDraft, found: SprintProblem[]): number | null {
  const written = values.max_duration;
  if (written === undefined || written.text === '') return null;
  const duration = readMaxDuration(written.text);
  if (duration === null)
    found.push(problem.unclearDuration({ id: heading.id, words: written.text, line: written.line }));
  return duration;
}

/** A command in backticks is meant without them. */
function readCommand(written: WrittenValue | undefined): string | null {
  const text = written?.text ?? '';
  const isQuoted = text.length > 2 && text.startsWith('`') && text.endsWith('`');
  return orNull(isQuoted ? text.slice(1, -1).trim() : text);
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}

function problemsOfFile(
  text: string,
  fileName: string,
  { outline, index }: { readonly outline: Outline; readonly index: TaskIndex },
): readonly SprintProblem[] {
  const found: SprintProblem[] = [];
  if (outline.tasks.length === 0) found.push(emptiness(text, fileName, outline));
  for (const { text: id, line } of outline.unsafeIds) found.push(problem.unsafeId({ what: 'task', id, line }));
  if (outline.unclosedFence > 0) found.push(problem.unclosedFence(outline.unclosedFence));
  for (const label of outline.labels) if (!index.has(label.id)) found.push(problem.labelIgnored(label));
  for (const repetition of outline.repetitions) found.push(problem.labelRepeated(repetition));
  if (outline.tasks.length === 0) return found;
  for (const mention of outline.mentions)
    if (index.resolve(mention.id, '')?.kind !== 'task') found.push(problem.headingUnread(mention));
  return found;
}

function emptiness(text: string, fileName: string, outline: Outline): SprintProblem {
  if (text.replace('\uFEFF', '').trim() === '') return problem.emptyFile(fileName);
  const isSprint = outline.frontMatter.values.has('sprint_id') || outline.sprintId !== null || outline.hasTaskSection;
  return isSprint ? problem.noTasks(fileName) : problem.notASprint({ fileName, headings: outline.headings });
}

function problemsOfTasks(tasks: readonly SprintTask[], index: TaskIndex): readonly SprintProblem[] {
  const cycles = new Map(findCycles(tasks).map((cycle) => [cycle[0], cycle]));
  if (cycles.size === 0 && index.ids.length === tasks.length) return [];
  const found: SprintProblem[] = [];
  const firsts = new Map<string, SprintTask>();
  for (const task of tasks) {
    const first = firsts.get(task.id);
    if (first === undefined) firsts.set(task.id, task);
    else found.push(problem.duplicateId({ id: task.id, firstLine: first.line, line: task.line }));
  }
  for (const [id, { line }] of firsts) {
    const cycle = cycles.get(id);
    if (cycle !== undefined) found.push(problem.cycle({ cycle, line }));
  }
  return found;
}
