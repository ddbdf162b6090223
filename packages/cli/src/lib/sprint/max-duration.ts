import type { Millis } from '@ginkoai/contract';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const units: ReadonlyMap<string, Millis> = new Map([
  ['ms', 1],
  ...named(second, 's', 'sec', 'secs', 'second', 'seconds'),
  ...named(minute, '', 'm', 'min', 'mins', 'minute', 'minutes'),
  ...named(hour, 'h', 'hr', 'hrs', 'hour', 'hours'),
  ...named(day, 'd', 'day', 'days'),
]);

/** `500ms`, `30s`, `10m`, `2h`, `1d`, `10 minutes`; a bare number is minutes. null: no duration. */
export function readMaxDuration(value: string): Millis | null {
  const found = /^`?(\d{1,9}(?:\.\d{1,3})?) ?([a-z]{0,8})`?$/i.exec(value);
  const unit = units.get(String(found?.[2]).toLowerCase());
  if (found === null || unit === undefined) return null;
  const milliseconds = Math.round(Number(found[1]) * unit);
  return milliseconds > 0 ? milliseconds : null;
}

function named(unit: Millis, ...names: readonly string[]): readonly (readonly [string, Millis])[] {
  return names.map((name) => [name, unit] as const);
}
