/** Most lists stay empty or get one element; an array that is pushed to when it is empty makes room for 17. */
export function withOne<T>(list: T[], element: T): T[] {
  if (list.length === 0) return [element];
  list.push(element);
  return list;
}
