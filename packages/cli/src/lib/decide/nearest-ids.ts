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
  // The distances of the part of `one` so far to every beginning of `other`, row by row.
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  let distance = other.length;
  for (const character of one) {
    let diagonal = 0;
    row = row.map((above, index) => {
      const replaced = diagonal + Number(character !== other[index - 1]);
      distance = index === 0 ? above + 1 : Math.min(replaced, above + 1, distance + 1);
      diagonal = above;
      return distance;
    });
  }
  return distance;
}
