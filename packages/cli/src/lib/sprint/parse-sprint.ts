import { idPattern } from '@ginkoai/contract';
import { findCycles } from '../decide/find-cycles.js';
import { readOutline, type Outline } from './outline.js';
import type { Sprint, SprintProblem, SprintTask } from './sprint.js';
import { problems as problem } from './sprint-problems.js';
import type { TaskIndex } from './task-index.js';
import { TaskReader, type TasksRead } from './task-reader.js';

/** Reads a sprint file. Never throws: what cannot be understood is named in `problems`. */
export function parseSprint(text: string, fileName: string): Sprint {
  const reader = new TaskReader();
  const outline = readOutline(text, (draft) => {
    reader.take(draft);
  });
  const read = reader.finish();
  const found: SprintProblem[] = [];
  const sprintId = readSprintId(outline, found);
  const epicId = readEpicId(outline, found);
  const ofFile = problemsOfFile(text, fileName, { outline, index: read.index });
  const problems = [...found, ...read.problems, ...ofFile, ...problemsAmongTasks(read)];
  return {
    sprintId,
    epicId,
    title: outline.title,
    declaredStatus: outline.frontMatter.values.get('status')?.value.toLowerCase() ?? null,
    tasks: read.tasks,
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

function problemsOfFile(
  text: string,
  fileName: string,
  { outline, index }: { readonly outline: Outline; readonly index: TaskIndex },
): readonly SprintProblem[] {
  const found: SprintProblem[] = [];
  if (index.ids.length === 0) found.push(emptiness(text, fileName, outline));
  for (const { text: id, line } of outline.unsafeIds) found.push(problem.unsafeId({ what: 'task', id, line }));
  if (outline.unclosedFence > 0) found.push(problem.unclosedFence(outline.unclosedFence));
  for (const label of outline.labels) if (!index.has(label.id)) found.push(problem.labelIgnored(label));
  for (const repetition of outline.repetitions) found.push(problem.labelRepeated(repetition));
  if (index.ids.length === 0) return found;
  for (const mention of outline.mentions)
    if (index.resolve(mention.id, '')?.kind !== 'task') found.push(problem.headingUnread(mention));
  return found;
}

function emptiness(text: string, fileName: string, outline: Outline): SprintProblem {
  if (text.replace('\uFEFF', '').trim() === '') return problem.emptyFile(fileName);
  const isSprint = outline.frontMatter.values.has('sprint_id') || outline.sprintId !== null || outline.hasTaskSection;
  return isSprint ? problem.noTasks(fileName) : problem.notASprint({ fileName, headings: outline.headings });
}

function problemsAmongTasks({ tasks, index, isOrdered }: TasksRead): readonly SprintProblem[] {
  if (isOrdered) return [];
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
