import type { TaskId } from '@ginkoai/contract';

/** Ids that somebody who wrote `wanted` may have meant: the nearest ones, in order. */
export function nearestIds(wanted: string, known: Iterable<TaskId>, most = 3): TaskId[] {
  const target = wanted.toLowerCase().slice(0, 64);
  const scored = [...known].map((id) => ({ id, distance: distanceOf(target, id.toLowerCase()) }));
  const near = scored.filter(({ id, distance }) => distance <= Math.max(2, Math.ceil(id.length / 3)));
  const nearest = near.reduce((least, { distance }) => Math.min(least, distance), Infinity);
  return near
    .filter(({ distance }) => distance === nearest)
    .map(({ id }) => id)
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .slice(0, most);
}

/** An id that is a part of the other (`t01` of `e008_s02_t01`) is near, however much is missing. */
function distanceOf(target: string, id: string): number {
  if (target === id) return 0;
  if (target !== '' && (id.endsWith(target) || id.startsWith(target))) return 1;
  return editDistance(target, id);
}

/** Insertions, deletions and replacements that lead from one to the other. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + Number(one[i - 1] !== other[j - 1]);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}
