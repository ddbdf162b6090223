/** An element of a heap. `position` belongs to the heap it is in: -1 means in none. */
export interface HeapEntry {
  position: number;
}

/** A binary heap whose elements know their place, so that any of them leaves in O(log n). */
export class IndexedHeap<T extends HeapEntry> {
  readonly #entries: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before` is a strict order: whether `a` comes out before `b`. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#entries.length;
  }

  first(): T | undefined {
    return this.#entries[0];
  }

  add(entry: T): void {
    entry.position = this.#entries.length;
    this.#entries.push(entry);
    this.#rise(entry.position);
  }

  /** An element that is not in this heap is left alone. */
  remove(entry: T): void {
    if (this.#entries[entry.position] !== entry) return;
    const hole = entry.position;
    const last = this.#entries.pop() as T;
    entry.position = -1;
    if (last === entry) return;
    this.#place(last, hole);
    this.#rise(hole);
    this.#sink(last.position);
  }

  clear(): void {
    for (const entry of this.#entries) entry.position = -1;
    this.#entries.length = 0;
  }

  #at(index: number): T {
    return this.#entries[index] as T;
  }

  #place(entry: T, index: number): void {
    this.#entries[index] = entry;
    entry.position = index;
  }

  #rise(start: number): void {
    let index = start;
    const entry = this.#at(index);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(entry, this.#at(parent))) break;
      this.#place(this.#at(parent), index);
      index = parent;
    }
    this.#place(entry, index);
  }

  #sink(start: number): void {
    let index = start;
    const entry = this.#at(index);
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#entries.length) break;
      if (child + 1 < this.#entries.length && this.#before(this.#at(child + 1), this.#at(child))) child += 1;
      if (!this.#before(this.#at(child), entry)) break;
      this.#place(this.#at(child), index);
      index = child;
    }
    this.#place(entry, index);
  }
}
