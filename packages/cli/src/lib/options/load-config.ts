import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configSchema, failed, ok, type Config, type Result } from '@ginkoai/contract';
import { parseJsonSafely } from '../perform/parse-json.js';

const maxBytes = 1024 * 1024;

export interface LoadedConfig {
  readonly config: Config;
  readonly path: string;
  readonly warnings: readonly string[];
}

/** `.ginko/config.json`; without one everything has its default. Failure: `bad_configuration` with the field at fault. */
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
  const json = parseJsonSafely(text, { maxBytes, name: path });
  if (!json.ok) return failed('bad_configuration', json.failure.message);
  const parsed = configSchema.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    return failed(
      'bad_configuration',
      `${path}: ${field === '' ? 'the file' : `"${field}"`} ${issue?.message ?? 'is not right'}. Correct it.`,
    );
  }
  return ok({
    config: parsed.data,
    path,
    warnings: unknownKeys(json.value).map((key) => `${path}: the key "${key}" is not known and is ignored.`),
  });
}

function unknownKeys(value: unknown): string[] {
  const result = configSchema.strict().safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
}
