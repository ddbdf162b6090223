const words: ReadonlyMap<string, string> = new Map([
  ['CRITICAL', 'CRITICAL'],
  ['HIGH', 'HIGH'],
  ['MEDIUM', 'MEDIUM'],
  ['MED', 'MEDIUM'],
  ['LOW', 'LOW'],
]);

/** The first word of a priority as one upper-case word: `CRITICAL HIGH MEDIUM LOW`, `P0`..`P4` or a number. */
export function readPriority(value: string): string | null {
  const first = /[A-Za-z0-9]{1,10}/.exec(value)?.[0].toUpperCase();
  if (first === undefined) return null;
  if (/^(?:P[0-4]|\d{1,6})$/.test(first)) return first;
  return words.get(first) ?? null;
}
