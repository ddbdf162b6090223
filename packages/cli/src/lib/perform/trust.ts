import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { failed, ok, trustedCommandsSchema, type Result } from '@ginkoai/contract';
import { parseJsonSafely } from './parse-json.js';
import { writeAtomically } from './write-atomically.js';

/** A command that comes out of the repository, and where it stands. */
export interface RepositoryCommand {
  readonly text: string;
  /** For people: `TASK-3, **Run:** (docs/sprints/a.md:14)`. */
  readonly where: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
const maxBytes = 16 * 1024 * 1024;

export function configHome(env: Environment): string {
  const base = env['XDG_CONFIG_HOME'] ?? '';
  return join(base === '' ? join(env['HOME'] ?? homedir(), '.config') : base, 'ginko');
}

const trustedPath = (env: Environment): string => join(configHome(env), 'trusted.json');

/** The approval is of the command's text, wherever it stands: an edit elsewhere in the file asks nobody again. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The commands that this user has not approved. */
export async function untrusted(
  commands: readonly RepositoryCommand[],
  env: Environment,
): Promise<Result<RepositoryCommand[]>> {
  if (commands.length === 0) return ok([]);
  const known = await readTrusted(env);
  return known.ok ? ok(commands.filter((command) => !known.value.has(hashOf(command.text)))) : known;
}

/** Remembers these commands as approved; gives how many were new. */
export async function trust(commands: readonly RepositoryCommand[], env: Environment): Promise<Result<number>> {
  const known = await readTrusted(env);
  if (!known.ok) return known;
  const all = new Set(known.value);
  for (const command of commands) all.add(hashOf(command.text));
  const path = trustedPath(env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify({ version: 1, commands: [...all] }, null, 1)}\n`;
  const written = await writeAtomically({ path, chunks: [Buffer.from(text)], what: 'The list of trusted commands' });
  return written.ok ? ok(all.size - known.value.size) : written;
}

async function readTrusted(env: Environment): Promise<Result<Set<string>>> {
  const path = trustedPath(env);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok(new Set());
    return failed('file_unreadable', `${path} cannot be read (${(error as Error).message}). Check its permissions.`);
  }
  const json = parseJsonSafely(text, { maxBytes, name: path });
  const parsed = json.ok ? trustedCommandsSchema.safeParse(json.value) : null;
  if (parsed?.success !== true)
    return failed('bad_state', `${path} is damaged. Remove it and approve the commands again with ginko trust.`);
  return ok(new Set(parsed.data.commands));
}
