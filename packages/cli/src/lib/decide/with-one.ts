/**
 * Most lists stay empty or get one element or two, and an array that is pushed to makes room for 17 at once. So an empty
 * list may be shared: it is never pushed to.
 */
export function withOne<T>(list: readonly T[], element: T): T[] {
  const [first, second] = list;
  if (first === undefined) return [element];
  if (second === undefined) return [first, element];
  (list as T[]).push(element);
  return list as T[];
}
