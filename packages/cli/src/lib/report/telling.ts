import type { AgentId, EpochMillis, TaskId } from '@ginkoai/contract';
import type { ReportedEvent } from './reporter.js';

/** What the words about an event need beside the event. */
export interface Telling {
  titleOf(taskId: TaskId): string;
  /** Who has the task, as far as the events so far tell; undefined: nobody, or nobody said. */
  agentOf(taskId: TaskId): AgentId | undefined;
  now(): EpochMillis;
}

/** Remembers who was given which task: the later events of an attempt do not name its agent. */
export class AgentsAtWork {
  readonly #agents = new Map<TaskId, AgentId>();

  agentOf(taskId: TaskId): AgentId | undefined {
    return this.#agents.get(taskId);
  }

  /** To be called after the event was told: the event that ends an attempt is told with its agent. */
  heard(event: ReportedEvent): void {
    switch (event.kind) {
      case 'task_assigned':
      case 'task_adopted':
        this.#agents.set(event.taskId, event.agentId);
        return;
      case 'task_completed':
      case 'task_failed':
      case 'task_lost':
      case 'task_released':
      case 'task_removed':
        this.#agents.delete(event.taskId);
        return;
      default:
        return;
    }
  }
}
