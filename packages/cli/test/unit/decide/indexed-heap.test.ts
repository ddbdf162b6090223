import fc from 'fast-check';
import { IndexedHeap, type HeapEntry } from '../../../src/lib/decide/indexed-heap.js';

interface Numbered extends HeapEntry {
  readonly value: number;
}

const entry = (value: number): Numbered => ({ value, position: -1 });
const heapOf = (entries: readonly Numbered[]): IndexedHeap<Numbered> => {
  const heap = new IndexedHeap<Numbered>((a, b) => a.value < b.value);
  for (const one of entries) heap.add(one);
  return heap;
};
const takeAll = (heap: IndexedHeap<Numbered>): number[] => {
  const values: number[] = [];
  for (let first = heap.first(); first !== undefined; first = heap.first()) {
    values.push(first.value);
    heap.remove(first);
  }
  return values;
};

describe('IndexedHeap', () => {
  it('gives its elements in order, whichever were removed before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.boolean())), (pairs) => {
        const entries = pairs.map(([value, stays]) => ({ ...entry(value), stays }));
        const heap = heapOf(entries);
        for (const one of entries) if (!one.stays) heap.remove(one);
        const expected = entries.filter(({ stays }) => stays).map(({ value }) => value);
        expected.sort((a, b) => a - b);
        expect(heap.first()?.value).toBe(expected[0]);
        expect(heap.size).toBe(expected.length);
        for (const one of entries) expect(one.position >= 0).toBe(one.stays);
        expect(takeAll(heap)).toEqual(expected);
      }),
    );
  });

  it('leaves an element alone that stands in another heap at the same place', () => {
    const ours = entry(1);
    const theirs = entry(2);
    const heap = heapOf([ours]);
    heapOf([theirs]);
    heap.remove(theirs);
    expect(theirs.position).toBe(0);
    expect(takeAll(heap)).toEqual([1]);
  });

  it('lets every element go when it is cleared', () => {
    const entries = [entry(3), entry(1), entry(2)];
    const heap = heapOf(entries);
    heap.clear();
    expect(heap.size).toBe(0);
    expect(heap.first()).toBeUndefined();
    expect(entries.map(({ position }) => position)).toEqual([-1, -1, -1]);
  });
});
