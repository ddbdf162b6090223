import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configSchema, failed, ok, type Config, type Result } from '@ginkoai/contract';
import { nearestIds } from '../decide/nearest-ids.js';
import { parseJsonSafely } from './parse-json.js';
import { configKeyAt, keysBelow } from '../options/config-keys.js';
import { jsonPlaces, type JsonPlaces } from '../options/json-places.js';

const maxBytes = 1024 * 1024;

export interface LoadedConfig {
  readonly config: Config;
  readonly path: string;
  readonly warnings: readonly string[];
}

/**
 * `.ginko/config.json`; without one everything has its default. Failure: `bad_configuration` with file, line, key, value,
 * and what is expected.
 */
export async function loadConfig(root: string): Promise<Result<LoadedConfig>> {
  const path = join(root, '.ginko', 'config.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok({ config: configSchema.parse({}), path, warnings: [] });
    return failed('bad_configuration', `${path} cannot be read (${code}). Check its permissions.`);
  }
  if (text.trim() === '') return failed('bad_configuration', `${path} is empty. Write {} into it, or remove it.`);
  const json = parseJsonSafely(text, { maxBytes, name: path });
  const places = jsonPlaces(json.ok || text.length <= maxBytes ? text : '{}');
  if (!json.ok) return notJson(json.failure.message, path, places);
  const parsed = configSchema.safeParse(json.value);
  if (parsed.success) return ok({ config: parsed.data, path, warnings: unknownKeys(json.value, { path, places }) });
  const [issue] = parsed.error.issues;
  const keys = (issue?.path ?? []).map(String);
  return failed('bad_configuration', wrongValue(keys, { path, places, value: json.value, code: issue?.code ?? '' }));
}

function notJson(message: string, path: string, { fault }: JsonPlaces): Result<never> {
  if (fault === null) return failed('bad_configuration', `${message} Correct it.`);
  const { line, column, expected, found } = fault;
  return failed(
    'bad_configuration',
    `${path}:${line}:${column}: The configuration is not JSON: expected ${expected}, found ${found}. Correct it there.`,
  );
}

interface InFile {
  readonly path: string;
  readonly places: JsonPlaces;
}

function wrongValue(
  keys: readonly string[],
  { path, places, value, code }: InFile & { readonly value: unknown; readonly code: string },
): string {
  const name = keys.join('.');
  const what = name === '' ? 'The configuration' : `"${name}"`;
  if (code === 'invalid_key') {
    const own = keys.at(-1) ?? '';
    return (
      `${placeOf(keys, { path, places })}: The agent name "${own}" must have 1 to 41 letters, digits, ".", "_" or "-", ` +
      'and start with a letter or digit. Rename it.'
    );
  }
  const { expected, example } = configKeyAt(keys) ?? { expected: 'something else', example: 'what the README shows' };
  const found = valueAt(value, keys);
  const place = placeOf(keys, { path, places });
  if (found === undefined) return `${place}: ${what} is missing. Add ${expected} such as ${example}.`;
  return `${place}: ${what} must be ${expected} such as ${example}, got ${shortened(JSON.stringify(found))}. Correct it.`;
}

/** `config.json:3`: the line of the key, or of the nearest one around it. */
function placeOf(keys: readonly string[], { path, places }: InFile): string {
  for (let length = keys.length; length > 0; length -= 1) {
    const line = places.lineOf(keys.slice(0, length).join('.'));
    if (line !== undefined) return `${path}:${line}`;
  }
  return path;
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? Object.entries(at).find(([name]) => name === key)?.[1] : undefined,
    value,
  );
}

const longestQuote = 120;

function shortened(text: string): string {
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}...` : text;
}

/** A sentence for each key that means nothing, however deep it lies. */
function unknownKeys(value: unknown, file: InFile, keys: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const known = keysBelow(keys);
  return Object.entries(value).flatMap(([key, below]) => {
    const own = [...keys, key];
    if (known === null || known.includes(key)) return unknownKeys(below, file, own);
    const [near] = nearestIds(key, known, 1);
    const hint = near === undefined ? `There are: ${known.join(', ')}.` : `Did you mean "${near}"?`;
    return [`${placeOf(own, file)}: the key "${own.join('.')}" is not known and is ignored. ${hint}`];
  });
}
