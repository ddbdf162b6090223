import { failed, ok, type Config, type Millis, type Result } from '@ginkoai/contract';
import { parseDuration, type DurationOption } from './duration.js';

export interface FileDuration extends Pick<DurationOption, 'unit' | 'examples'> {
  readonly key: DurationKey;
  readonly config: Config;
}

export type DurationKey = Exclude<keyof Config['defaults'], 'verify' | 'maxAttempts' | 'maxLosses'>;

/** A duration under `defaults` of `.ginko/config.json`; null: it is not set there. Failure: `bad_configuration`. */
export function fileDuration({ key, config, unit, examples }: FileDuration): Result<Millis | null> {
  const value = config.defaults[key];
  if (value === undefined) return ok(null);
  const name = `"defaults.${key}" of .ginko/config.json`;
  const suggestion = `"${key}": "${examples[0]}"`;
  const parsed = parseDuration(String(value), { name, unit, examples, suggestion });
  return parsed.ok ? parsed : failed('bad_configuration', parsed.failure.message);
}
