import { goesFirst } from './goes-first.js';
import { joinBehind, type Line } from './line.js';
import type { WaitingTask } from './run-state.js';

/** Ready tasks of one rank that need the same capabilities, the one that has waited longest in front. */
export interface ReadyLine extends Line<WaitingTask> {
  readonly rank: number;
}

/** The ready tasks that need the same capabilities: a line for each rank. There are few ranks. */
export class CapabilityGroup {
  readonly capabilities: readonly string[];
  readonly #byRank = new Map<number, ReadyLine>();
  /** The most urgent rank first. */
  #lines: readonly ReadyLine[] = [];

  constructor(capabilities: readonly string[]) {
    this.capabilities = capabilities;
  }

  add(task: WaitingTask): void {
    const line = this.#byRank.get(task.definition.rank) ?? this.#open(task.definition.rank);
    // Who comes last has, but for a few, waited least: one look finds the place.
    let ahead = line.last;
    while (ahead !== null && goesFirst(task, ahead)) ahead = ahead.ahead;
    joinBehind(line, ahead, task);
    task.line = line;
  }

  /** The task that goes first; null: none is ready. */
  first(): WaitingTask | null {
    return this.#firstAfter(-Infinity);
  }

  /** The task that goes next after a ready one; null: that is the last. */
  after(task: WaitingTask): WaitingTask | null {
    return task.behind ?? this.#firstAfter(task.definition.rank);
  }

  #firstAfter(rank: number): WaitingTask | null {
    for (const line of this.#lines) if (line.rank > rank && line.first !== null) return line.first;
    return null;
  }

  #open(rank: number): ReadyLine {
    const line: ReadyLine = { rank, first: null, last: null };
    this.#byRank.set(rank, line);
    this.#lines = [...this.#byRank.values()].sort((a, b) => a.rank - b.rank);
    return line;
  }
}
