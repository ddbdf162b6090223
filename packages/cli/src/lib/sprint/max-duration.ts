import type { Millis } from '@ginkoai/contract';

const units: ReadonlyMap<string, Millis> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `500ms`, `30s`, `10m`, `2h`, `1d`, or long units such as `10 minutes`; a bare number is minutes. null: no duration. */
export function readMaxDuration(value: string): Millis | null {
  const found = /^`?(\d{1,9}(?:\.\d{1,3})?) ?(ms|[smhd])?([a-z]{0,8})`?$/i.exec(value);
  if (found === null) return null;
  const [, amount = '', unit = 'm', rest = ''] = found;
  const isWord = rest === '' || /^(?:s|ecs?|econds?|ins?|inutes?|rs?|ours?|ays?)$/i.test(rest);
  const milliseconds = Math.round(Number(amount) * (units.get(unit.toLowerCase()) ?? 0));
  return isWord && milliseconds > 0 ? milliseconds : null;
}
