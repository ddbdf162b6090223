import type { DefinitionHash, TaskId } from '@ginkoai/contract';
import { priorityRank } from '../decide/priority-rank.js';
import type { TaskDefinition } from '../decide/run-state.js';
import { hashDefinition } from '../sprint/definition-hash.js';
import type { SprintTask } from '../sprint/sprint.js';

/** What decisions need of a task, taken from the sprint file's text. */
export class FileDefinition implements TaskDefinition {
  readonly id: TaskId;
  readonly title: string;
  readonly dependsOn: readonly TaskId[];
  readonly rank: number;
  readonly capabilities: readonly string[];
  readonly order: number;
  readonly #text: string;
  readonly #task: SprintTask;
  #hash: DefinitionHash | null = null;

  constructor(text: string, task: SprintTask, order: number) {
    this.id = task.id;
    this.title = task.title;
    this.dependsOn = task.dependsOn;
    this.rank = priorityRank(task.priority);
    this.capabilities = task.capabilities;
    this.order = order;
    this.#text = text;
    this.#task = task;
  }

  /** Made when it is asked for: most tasks of a large sprint are not given out soon. */
  get hash(): DefinitionHash {
    return (this.#hash ??= hashDefinition(this.#text, this.#task));
  }
}
