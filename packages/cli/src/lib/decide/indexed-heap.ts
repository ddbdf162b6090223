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

  /** Whether the element is in this heap. */
  has(entry: T): boolean {
    return this.#entries[entry.position] === entry;
  }

  remove(entry: T): void {
    if (!this.has(entry)) return;
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

  /** The elements in their order, without taking them out: O(k log k) for the first k. */
  *inOrder(): Generator<T, void> {
    if (this.#entries.length === 0) return;
    const frontier = new IndexedHeap<HeapEntry & { index: number }>((a, b) =>
      this.#before(this.#at(a.index), this.#at(b.index)),
    );
    frontier.add({ position: -1, index: 0 });
    for (let next = frontier.first(); next !== undefined; next = frontier.first()) {
      frontier.remove(next);
      yield this.#at(next.index);
      for (const child of [2 * next.index + 1, 2 * next.index + 2]) {
        if (child < this.#entries.length) frontier.add({ position: -1, index: child });
      }
    }
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
