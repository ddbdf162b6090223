import type { DependencyCycle } from '../decide/find-cycles.js';
import type { SprintProblem } from './sprint.js';

interface At {
  readonly id: string;
  readonly line: number;
}

const longestQuote = 120;
const longestCycle = 12;

/** The sentences about what is wrong in a sprint file: what, with which value, what to do. */
export const problems = {
  cycle: ({ cycle, line }: { cycle: DependencyCycle; line: number }): SprintProblem => ({
    line,
    code: 'cycle',
    message: `These tasks wait for each other: ${spelledOut(cycle)}. Take one of these dependencies out.`,
  }),
  duplicateId: ({ id, firstLine, line }: At & { firstLine: number }): SprintProblem => ({
    line,
    code: 'duplicate_id',
    message: `The id ${id} stands on line ${firstLine} and again on line ${line}. Give one of the two tasks another id.`,
  }),
  emptyFile: (fileName: string): SprintProblem => ({
    line: 1,
    code: 'empty_file',
    message: `${fileName} is empty. Add tasks such as "### TASK-1: Write the parser".`,
  }),
  fieldInList: ({ id, field, line }: At & { field: string }): SprintProblem => ({
    line,
    code: 'field_in_list',
    message: `The field "${field}" of ${id} stands in a list, so it does not count. Put it at the start of its line.`,
  }),
  labelIgnored: ({ id, heading, line }: At & { heading: string }): SprintProblem => ({
    line,
    code: 'label_ignored',
    message:
      `The heading ${quoted(heading)} has no id, while other tasks of this file have one, so it is not read as a task. ` +
      `Write "${id}: ..." if it is one.`,
  }),
  headingUnread: ({ id, heading, line }: At & { heading: string }): SprintProblem => ({
    line,
    code: 'label_ignored',
    message:
      `The heading ${quoted(heading)} starts with an id but has no colon behind it, so it is not read as a task. ` +
      `Write "${id}: ..." if it is one.`,
  }),
  labelRepeated: ({ id, heading, line }: At & { heading: string }): SprintProblem => ({
    line,
    code: 'label_ignored',
    message:
      `The heading ${quoted(heading)} is short for ${id}, which stands above, so it is not read as a task. ` +
      'Give it an id of its own if it is one.',
  }),
  missingDependency: ({ id, missing, line }: At & { missing: string }): SprintProblem => ({
    line,
    code: 'missing_dependency',
    message: `${id} depends on ${quoted(missing)}, which is no task of this file. Correct the id, or take it out.`,
  }),
  noTasks: (fileName: string): SprintProblem => ({
    line: 1,
    code: 'no_tasks',
    message: `${fileName} has no task headings. Add tasks such as "### TASK-1: Write the parser".`,
  }),
  notASprint: ({ fileName, headings }: { fileName: string; headings: number }): SprintProblem => ({
    line: 1,
    code: 'not_a_sprint',
    message:
      `${fileName} is not a sprint: none of its ${headings} headings is a task such as "### TASK-1: Write the parser". ` +
      'Name another file.',
  }),
  tooManyDependencies: ({ id, words, line }: At & { words: string }): SprintProblem => ({
    line,
    code: 'missing_dependency',
    message: `The dependencies ${quoted(words)} of ${id} stand for too many tasks. Name fewer tasks.`,
  }),
  unclearDependency: ({ id, words, line }: At & { words: string }): SprintProblem => ({
    line,
    code: 'unclear_dependency',
    message: `${quoted(words)} names no task that ${id} could wait for. Write the ids of tasks, or None.`,
  }),
  unclearDuration: ({ id, words, line }: At & { words: string }): SprintProblem => ({
    line,
    code: 'unclear_value',
    message: `The max duration of ${id} must be a duration such as 30m or 2h, got ${quoted(words)}.`,
  }),
  unclosedFence: (line: number): SprintProblem => ({
    line,
    code: 'unclosed_fence',
    message: `The code block that opens on line ${line} is never closed, so all below it is read as code. Close it.`,
  }),
  unknownStatus: ({ id, status, line }: At & { status: string }): SprintProblem => ({
    line,
    code: 'unknown_status',
    message:
      `The status ${quoted(status)} of ${id} is not known, so the task counts as not started. ` +
      'Write [ ], [x], [@] or [Z] before it.',
  }),
  unsafeId: ({ what, id, line }: At & { what: 'epic' | 'sprint' | 'task' }): SprintProblem => ({
    line,
    code: 'unsafe_id',
    message:
      `The ${what} id ${quoted(id)} is refused: an id is 1 to 64 letters, digits, ".", "_" or "-", and starts with a ` +
      'letter or digit. Write another id.',
  }),
} as const;

function quoted(words: string): string {
  return `"${words.length > longestQuote ? `${words.slice(0, longestQuote)}...` : words}"`;
}

function spelledOut(cycle: DependencyCycle): string {
  if (cycle.length <= longestCycle) return cycle.join(' -> ');
  const left = cycle.length - longestCycle;
  return [...cycle.slice(0, longestCycle - 2), `(${left} more)`, ...cycle.slice(-2)].join(' -> ');
}
