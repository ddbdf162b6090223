import type { DefinitionHash, EpicId, Millis, SprintId, TaskId, TaskStatus } from '@ginkoai/contract';

/** A sprint file as a careful reader takes it. Nothing here knows about runs, agents or the disk. */
export interface Sprint {
  readonly sprintId: SprintId | null;
  readonly epicId: EpicId | null;
  readonly title: string | null;
  /** The `status` of the front matter, lower case; null: none declared. */
  readonly declaredStatus: string | null;
  readonly tasks: readonly SprintTask[];
  readonly problems: readonly SprintProblem[];
}

/** `paused` and the like: why the file calls a task blocked. */
export type MarkBlockedReason = 'paused' | 'person';

export interface SprintTask {
  readonly id: TaskId;
  readonly title: string;
  readonly status: TaskStatus;
  readonly blockedReason?: MarkBlockedReason;
  /**
   * Ids in the order written. An id that looks like one of this file's tasks but names none stays in the list, with a
   * problem: it is never treated as met.
   */
  readonly dependsOn: readonly TaskId[];
  /** What the task waits for outside this file (people, documents, other sprints); makes no edge. */
  readonly externalDepends: readonly string[];
  /** `CRITICAL HIGH MEDIUM LOW`, `P0`..`P4` or a number, as one upper-case word; null: none. */
  readonly priority: string | null;
  /** As written; null: none. */
  readonly effort: string | null;
  /** Declared, else derived from the files named; sorted, without repeats. */
  readonly capabilities: readonly string[];
  readonly assignee: string | null;
  readonly files: readonly string[];
  readonly maxDurationMs: Millis | null;
  /** The command line of `**Verify:**`; null: none. */
  readonly verify: string | null;
  /** The text of the `**Run:**` block; null: none. */
  readonly run: string | null;
  /** 1-based line of the heading. */
  readonly line: number;
  /** Offsets of the task's own section in the text: heading start (inclusive) to section end (exclusive). */
  readonly start: number;
  readonly end: number;
}

export const sprintProblemCodes = [
  'cycle',
  'duplicate_id',
  'empty_file',
  'field_in_list',
  'label_ignored',
  'missing_dependency',
  'no_tasks',
  'not_a_sprint',
  'unclear_dependency',
  'unclear_value',
  'unclosed_fence',
  'unknown_status',
  'unsafe_id',
] as const;

export type SprintProblemCode = (typeof sprintProblemCodes)[number];

/** `line` is 1-based; `message` says what is wrong, with which value, and what to do. */
export interface SprintProblem {
  readonly line: number;
  readonly code: SprintProblemCode;
  readonly message: string;
}

/** Gives the fingerprints of a task's text; see `definition-hash.ts` for what is left out of them. */
export type HashDefinition = (text: string, task: SprintTask) => DefinitionHash;
