import { failed, ok, type Millis, type Result } from '@ginkoai/contract';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export interface DurationOption {
  /** As people write it, for the failure: `--max-runtime`. */
  readonly name: string;
  /** What a bare number means. */
  readonly unit: keyof typeof units;
  readonly example: string;
}

/** `30`, `30s`, `500ms`, `10m`, `2h`. Failure: `bad_option`. */
export function parseDuration(text: string, { name, unit, example }: DurationOption): Result<Millis> {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const millis = match === null ? NaN : Math.round(Number(match[1]) * units[(match[2] ?? unit) as keyof typeof units]);
  if (Number.isFinite(millis) && millis > 0) return ok(millis);
  return failed('bad_option', `${name} must be a duration such as 90m or 2h, got "${text}". Try ${name} ${example}.`);
}
