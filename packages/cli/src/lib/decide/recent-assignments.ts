import type { AssignmentRecord } from '@ginkoai/contract';

/** Closed assignments that are kept, so that a checkpoint's size does not grow with the run's age. */
export const keptClosedAssignments = 100;

/** The last closed assignments, oldest first. */
export class RecentAssignments implements Iterable<AssignmentRecord> {
  /** A ring once it is full: shifting an array was a tenth of a drain (measured). */
  readonly #ring: AssignmentRecord[] = [];
  #oldest = 0;

  add(record: AssignmentRecord): void {
    if (this.#ring.length < keptClosedAssignments) {
      this.#ring.push(record);
      return;
    }
    this.#ring[this.#oldest] = record;
    this.#oldest = (this.#oldest + 1) % keptClosedAssignments;
  }

  [Symbol.iterator](): Iterator<AssignmentRecord> {
    return [...this.#ring.slice(this.#oldest), ...this.#ring.slice(0, this.#oldest)].values();
  }
}
