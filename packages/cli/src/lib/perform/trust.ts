import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { failed, ok, trustedCommandsSchema, type Millis, type Result } from '@ginkoai/contract';
import { commandHolder, lockForCommand } from './command-lock.js';
import { writeFailure } from './file-failure.js';
import type { Lock } from './lock.js';
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
export function untrusted(commands: readonly RepositoryCommand[], env: Environment): Result<RepositoryCommand[]> {
  if (commands.length === 0) return ok([]);
  const known = readTrusted(env);
  return known.ok ? ok(commands.filter((command) => !known.value.has(hashOf(command.text)))) : known;
}

/** Remembers these commands as approved; gives how many were new. */
export async function trust(commands: readonly RepositoryCommand[], env: Environment): Promise<Result<number>> {
  const lock = await lockTrusted(env);
  if (!lock.ok) return lock;
  try {
    const known = readTrusted(env);
    if (!known.ok) return known;
    const all = new Set(known.value);
    for (const command of commands) all.add(hashOf(command.text));
    const text = `${JSON.stringify({ version: 1, commands: [...all] }, null, 1)}\n`;
    const path = trustedPath(env);
    const written = await writeAtomically({ path, chunks: [Buffer.from(text)], what });
    return written.ok ? ok(all.size - known.value.size) : written;
  } finally {
    lock.value.release();
  }
}

export interface Approvals {
  /** Failure `not_trusted`: a person has to approve this command before it may run. */
  check(command: RepositoryCommand): Result<null>;
}

/**
 * What may run for as long as a run lasts: the texts that were approved when it started, whichever way, and what the
 * user approves with `ginko trust` meanwhile. The sprint file is anybody's to edit, its agents' too.
 */
export function createApprovals(atStart: readonly RepositoryCommand[], env: Environment): Approvals {
  const approved = new Set(atStart.map(({ text }) => hashOf(text)));
  return {
    check: (command) => {
      if (approved.has(hashOf(command.text))) return ok(null);
      const open = untrusted([command], env);
      if (!open.ok) return failed('not_trusted', `${command.where} is new, and ${open.failure.message}`);
      if (open.value.length > 0)
        return failed(
          'not_trusted',
          `${command.where} was not approved when the run started. Look at it and approve it with ginko trust`,
        );
      approved.add(hashOf(command.text));
      return ok(null);
    },
  };
}

const what = 'The list of trusted commands';
const lockPauseMs: Millis = 20;
const lockTries = 250;

/** Two that approve at the same time take turns: each adds to what the other wrote. */
async function lockTrusted(env: Environment): Promise<Result<Lock>> {
  const directory = configHome(env);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path: directory, what: 'The folder', then: 'try again' }) };
  }
  const holder = commandHolder('trust');
  for (let tries = 0; tries < lockTries; tries += 1) {
    const lock = await lockForCommand({ directory, holder, now: Date.now() });
    if (lock.ok || lock.failure.code !== 'local_lock_held') return lock;
    await setTimeout(lockPauseMs);
  }
  return failed(
    'local_lock_held',
    `Another ginko trust writes ${trustedPath(env)} all the time. Wait for it to end, then approve again.`,
  );
}

function readTrusted(env: Environment): Result<Set<string>> {
  const path = trustedPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
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
