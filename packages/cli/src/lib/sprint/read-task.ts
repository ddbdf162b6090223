import { capabilitiesOfFiles, declaredCapabilities } from './capabilities.js';
import { readMaxDuration } from './max-duration.js';
import { readPriority } from './priority.js';
import type { SprintProblem, SprintTask } from './sprint.js';
import { problems as problem } from './sprint-problems.js';
import { readStatus, type StatusReading, type WrittenStatus } from './status-words.js';
import type { TaskDraft, WrittenValue } from './task-draft.js';

export interface TaskReading {
  /** Readings by text: a file says the same few things over and over. */
  readonly statuses: Map<string, StatusReading>;
  readonly found: SprintProblem[];
  /** Apart, because those of the dependencies come before them, also on the same line. */
  readonly unclearDurations: SprintProblem[];
}

/** Understands the words of a draft, except for its dependencies: they need the ids of other tasks. */
export function readTask(
  draft: TaskDraft,
  { dependsOn, reading }: { readonly dependsOn: SprintTask['dependsOn']; readonly reading: TaskReading },
): SprintTask {
  const { heading, values, files } = draft;
  noteFieldsInLists(draft, reading.found);
  const { status, blockedReason } = readTaskStatus(draft, reading);
  const task: SprintTask = {
    id: heading.id,
    title: heading.title,
    status,
    dependsOn,
    externalDepends: nothing,
    priority: values.priority === undefined ? null : readPriority(values.priority.text),
    effort: heading.effort ?? orNull(values.effort?.text),
    capabilities: readCapabilities(draft),
    assignee: readAssignee(values.assignee),
    files: files.length < 2 ? files : [...new Set(files)],
    maxDurationMs: readDuration(draft, reading.unclearDurations),
    verify: readCommand(values.verify),
    run: readCommand(values.run),
    line: draft.line,
    start: draft.start,
    end: draft.end,
  };
  return blockedReason === undefined ? task : { ...task, blockedReason };
}

const nothing: readonly never[] = [];

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

function readTaskStatus({ heading, values }: TaskDraft, { statuses, found }: TaskReading): WrittenStatus {
  const written = values.status;
  if (written === undefined || written.text === '') return heading.status ?? { status: 'pending' };
  let reading = statuses.get(written.text);
  if (reading === undefined) {
    reading = readStatus(written.text);
    statuses.set(written.text, reading);
  }
  if (!reading.isKnown) found.push(problem.unknownStatus({ id: heading.id, status: written.text, line: written.line }));
  return reading;
}

function readCapabilities({ capabilities, files }: TaskDraft): readonly string[] {
  const declared = capabilities.length === 0 ? [] : declaredCapabilities(capabilities.join(','));
  return declared.length > 0 ? declared : capabilitiesOfFiles(files);
}

const nobody: ReadonlySet<string> = new Set(['', '-', '–', '—', 'tbd', 'none', 'n/a', 'unassigned', 'nobody', 'open']);

function readAssignee(written: WrittenValue | undefined): string | null {
  if (written === undefined) return null;
  const name = written.text.replaceAll('`', '').trim();
  return nobody.has(name.toLowerCase()) ? null : name;
}

function readDuration({ heading, values }: TaskDraft, unclear: SprintProblem[]): number | null {
  const written = values.max_duration;
  if (written === undefined || written.text === '') return null;
  const duration = readMaxDuration(written.text);
  if (duration === null)
    unclear.push(problem.unclearDuration({ id: heading.id, words: written.text, line: written.line }));
  return duration;
}

/** A command in backticks is meant without them. */
function readCommand(written: WrittenValue | undefined): string | null {
  if (written === undefined) return null;
  const { text } = written;
  const isQuoted = text.length > 2 && text.startsWith('`') && text.endsWith('`');
  return orNull(isQuoted ? text.slice(1, -1).trim() : text);
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}
