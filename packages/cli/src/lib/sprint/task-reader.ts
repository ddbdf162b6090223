import type { TaskId } from '@ginkoai/contract';
import { knownIds, readDependencies } from './dependency-text.js';
import { readTask, type TaskReading } from './read-task.js';
import type { SprintProblem, SprintTask } from './sprint.js';
import { problems as problem } from './sprint-problems.js';
import type { TaskDraft, WrittenDependency } from './task-draft.js';
import { TaskIndex } from './task-index.js';

/** What ranges and groups such as `All above tasks` may add up to in one file. */
const mostEdgesOfGroups = 1_000_000;

export interface TasksRead {
  readonly tasks: readonly SprintTask[];
  readonly index: TaskIndex;
  readonly problems: readonly SprintProblem[];
  /** Every id stands once, and every task waits only for tasks above it. False: that is not known. */
  readonly isOrdered: boolean;
}

/** A task whose dependencies are still open: nobody else has seen it yet. */
type OpenTask = Omit<SprintTask, DependencyKey> & { [K in DependencyKey]: SprintTask[K] };
type DependencyKey = 'dependsOn' | 'externalDepends';

interface OpenDependencies {
  readonly task: OpenTask;
  readonly dependencies: readonly WrittenDependency[];
  /** How many ids stand above the task. */
  readonly position: number;
}

/**
 * Makes tasks of drafts, each as its section ends, so that a draft is garbage at once: while 20,000 of them were kept
 * until the end of the file, the garbage collector took a third of the time (measured). Only dependencies that are
 * more than ids of tasks above wait for the end.
 */
export class TaskReader {
  private readonly tasks: SprintTask[] = [];
  private readonly ids = new Map<string, TaskId>();
  private readonly open: OpenDependencies[] = [];
  private readonly reading: TaskReading = { statuses: new Map(), found: [], unclearDurations: [] };

  take(draft: TaskDraft): void {
    const { dependencies } = draft;
    const known = this.knownAbove(dependencies);
    const task = readTask(draft, { dependsOn: known ?? nothing, reading: this.reading });
    if (known === null) this.open.push({ task, dependencies, position: this.ids.size });
    this.tasks.push(task);
    this.ids.set(task.id, task.id);
  }

  finish(): TasksRead {
    const { tasks, open } = this;
    const { found, unclearDurations } = this.reading;
    const index = new TaskIndex(this.ids);
    const budget = { left: mostEdgesOfGroups };
    const unmet: SprintProblem[] = [];
    let isOrdered = index.ids.length === tasks.length;
    for (const { task, dependencies, position } of open) {
      const read = readTaskDependencies(task, dependencies, { index, budget, position, found: unmet });
      task.dependsOn = read.dependsOn;
      task.externalDepends = read.externalDepends;
      isOrdered &&= read.dependsOn.length === 0;
    }
    return { tasks, index, problems: [...found, ...unmet, ...unclearDurations], isOrdered };
  }

  /** The everyday case; null: a closer look is needed, at the ids of the whole file. */
  private knownAbove({ length, 0: first }: readonly WrittenDependency[]): readonly TaskId[] | null {
    if (first === undefined) return nothing;
    return length === 1 ? knownIds(first.value.text, this.ids) : null;
  }
}

const nothing: readonly never[] = [];

interface DependencyReading {
  readonly index: TaskIndex;
  readonly budget: { left: number };
  readonly position: number;
  readonly found: SprintProblem[];
}

function readTaskDependencies(
  { id: ownId, status }: OpenTask,
  dependencies: readonly WrittenDependency[],
  { index, budget, position, found }: DependencyReading,
): Pick<SprintTask, 'dependsOn' | 'externalDepends'> {
  const external: string[] = [];
  const dependsOn = new Set<string>();
  for (const { kind, value } of dependencies) {
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
    } else if (status !== 'complete') {
      for (const words of read.external) found.push(problem.unclearDependency({ ...at, words }));
    }
  }
  return { dependsOn: [...dependsOn], externalDepends: external };
}
