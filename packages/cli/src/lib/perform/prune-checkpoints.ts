import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type EpicId, type EpochMillis, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { generationFile } from './checkpoint-generations.js';
import { commandHolder, lockForCommand } from './command-lock.js';
import { writeFailure } from './file-failure.js';
import { quarantineName } from './quarantine.js';
import { createStateFile, type GenerationEntry } from './state-file.js';

export interface PruneCheckpoints {
  readonly directory: string;
  readonly epicId: EpicId;
  /** So many usable generations stay, the newest. */
  readonly keep: number;
  /** Only says what would go. */
  readonly isDryRun: boolean;
  readonly now: EpochMillis;
}

export interface PrunedFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Removes the older generations and what lies in quarantine; gives what went. What this ginko cannot read, but another
 * may, stays. Failures: `local_lock_held` (an orchestrator is at work), `file_unwritable`.
 */
export async function pruneCheckpoints(options: PruneCheckpoints): Promise<Result<readonly PrunedFile[]>> {
  const { directory, now, isDryRun } = options;
  const candidates = await outdatedFiles(options);
  if (isDryRun || candidates.length === 0) return ok(candidates);
  const lock = await lockForCommand({ directory, holder: commandHolder('checkpoint-prune'), now });
  if (!lock.ok) return lock;
  try {
    const files = await outdatedFiles(options);
    for (const { path } of files) await unlink(path);
    await removeEmptyQuarantine(directory);
    return ok(files);
  } catch (error) {
    return {
      ok: false,
      failure: writeFailure({ error, path: directory, what: 'Old checkpoints in', then: 'try again' }),
    };
  } finally {
    lock.value.release();
  }
}

async function outdatedFiles({ directory, epicId, keep }: PruneCheckpoints): Promise<readonly PrunedFile[]> {
  const history = await createStateFile({ directory, epicId, readOnly: true }).history();
  const generations = olderThan(history, keep).map(({ generation }) => join(directory, generationFile(generation)));
  return filesAt([...generations, ...(await quarantined(directory))]);
}

/** The generations behind the first `keep` usable ones. */
function olderThan(history: readonly GenerationEntry[], keep: number): readonly GenerationEntry[] {
  let usable = 0;
  return history.filter((entry) => {
    const isKept = usable < keep || (entry.kind === 'unusable' && entry.failure.code !== 'bad_state');
    if (entry.kind === 'usable') usable += 1;
    return !isKept;
  });
}

async function quarantined(directory: string): Promise<readonly string[]> {
  const path = join(directory, quarantineName);
  try {
    return (await readdir(path)).sort().map((name) => join(path, name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function filesAt(paths: readonly string[]): Promise<readonly PrunedFile[]> {
  const stats = await Promise.all(paths.map(async (path) => ({ path, stats: await lstat(path) })));
  return stats
    .filter(({ stats: each }) => !each.isDirectory())
    .map(({ path, stats: { size } }) => ({ path, bytes: size }));
}

async function removeEmptyQuarantine(directory: string): Promise<void> {
  try {
    await rmdir(join(directory, quarantineName));
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
