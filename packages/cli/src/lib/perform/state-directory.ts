import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failed, idPattern, ok, type EpicId, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { writeFailure } from './file-failure.js';
import { folderFault } from './folder-fault.js';
import { keepIgnoreFile } from './ignore-file.js';
import { syncDirectory } from './write-atomically.js';

export interface StateDirectoryOptions {
  /** The working copy: the folder that holds `.ginko`. */
  readonly workingCopy: string;
  readonly epicId: EpicId;
  /** Nothing is made or changed: for a dry run, or beside an orchestrator at work. */
  readonly readOnly?: boolean;
}

/**
 * The path of `.ginko/orchestrator/<epic>`, with every folder on the way made, ours, and no link. With `readOnly` it
 * need not exist. Failures: `file_unwritable`, `disk_full`.
 */
export async function openStateDirectory(options: StateDirectoryOptions): Promise<Result<string>> {
  const ginko = join(options.workingCopy, '.ginko');
  const orchestrator = join(ginko, 'orchestrator');
  const directory = join(orchestrator, directoryNameOf(options.epicId));
  if (dirname(directory) !== orchestrator) throw new Error(`The epic ${options.epicId} leads out of ${orchestrator}.`);
  for (const path of [ginko, orchestrator, directory]) {
    const opened = await openFolder(path, { readOnly: options.readOnly ?? false });
    if (!opened.ok) return opened;
  }
  if (options.readOnly === true) return ok(directory);
  const ignored = await keepIgnoreFile(ginko);
  return ignored.ok ? ok(directory) : ignored;
}

/** Ids stay themselves. Anything else is escaped, and begins with `%`, which no id does. */
export function directoryNameOf(epicId: EpicId): string {
  if (idPattern.test(epicId)) return epicId;
  // Half a surrogate pair cannot be escaped, so it is replaced; the hash keeps two such names apart.
  const wellFormed = Buffer.from(epicId).toString();
  const escaped = `%${encodeURIComponent(wellFormed).replaceAll('.', '%2E')}`;
  if (escaped.length <= 120 && epicId === wellFormed) return escaped;
  return `${escaped.slice(0, 80)}%${createHash('sha256').update(epicId, 'utf16le').digest('hex').slice(0, 32)}`;
}

async function openFolder(path: string, { readOnly }: { readonly readOnly: boolean }): Promise<Result<void>> {
  try {
    if (!readOnly) await makeFolder(path);
    const stats = await lstat(path);
    const fault = folderFault(stats);
    if (fault !== undefined) return refused(path, fault);
    // A clone makes `.ginko` as open as the umask says, since its configuration is tracked.
    if (!readOnly && (stats.mode & 0o077) !== 0) await chmod(path, 0o700);
    return ok(undefined);
  } catch (error) {
    if (readOnly && errorCode(error) === 'ENOENT') return ok(undefined);
    return { ok: false, failure: writeFailure({ error, path, what: 'The folder' }) };
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw error;
  }
  await syncDirectory(dirname(path));
}

function refused(path: string, why: string): Result<never> {
  return failed(
    'file_unwritable',
    `${path} is ${why}, so the run's state is not kept there. Remove it or change its owner, then try again.`,
    { path },
  );
}
