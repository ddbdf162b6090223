import { failed, ok, type Millis, type Result } from '@ginkoai/contract';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export interface DurationOption {
  /** As people write it, for the failure: `--max-runtime`. */
  readonly name: string;
  /** What a bare number means. */
  readonly unit: keyof typeof units;
  /** Two that fit: `['5s', '500ms']`. */
  readonly examples: readonly [string, string];
  /** A right way to write the whole: `--max-runtime 2h`, `GRAPH_PERSIST_INTERVAL=30s`. */
  readonly suggestion: string;
}

/** `30`, `30s`, `500ms`, `10m`, `2h`. Failure: `bad_option`. */
export function parseDuration(text: string, { name, unit, examples, suggestion }: DurationOption): Result<Millis> {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const millis = match === null ? NaN : Math.round(Number(match[1]) * units[(match[2] ?? unit) as keyof typeof units]);
  if (millis > 0) return ok(millis);
  const expected = `must be ${match === null ? 'a duration' : 'more than 0,'} such as ${examples.join(' or ')}`;
  return failed('bad_option', `${name} ${expected}, got "${text}". Try ${suggestion}.`);
}
