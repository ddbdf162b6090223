import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type EpochMillis, type LauncherAttempt, type Result } from '@ginkoai/contract';
import { readLimited } from '../read-limited.js';
import { launcherDirectory } from './launcher-files.js';
import { maxJournalBytes, readRecords } from './launcher-replay.js';
import { applyRecord, emptyState, toLauncherAttempt, type Attempt } from './launcher-state.js';
import { currentBootId, isSameProcess } from './process-identity.js';

export interface ObserveLaunchers {
  readonly root: string;
  /** Attempts of other scopes are left out; see `LauncherOptions`. */
  readonly scope: string;
  readonly now: EpochMillis;
}

/**
 * The attempts that this working copy's launchers have written down, without talking to one: for a dry run. An attempt
 * whose process is gone shows as ended unseen, although a launcher that is alive may be about to record its exit.
 */
export async function observeLaunchers({ root, scope, now }: ObserveLaunchers): Promise<Result<LauncherAttempt[]>> {
  const state = emptyState();
  const directory = launcherDirectory(root);
  for (const name of journalsIn(directory)) {
    const bytes = await readLimited({
      path: join(directory, name),
      what: "A launcher's journal",
      maxBytes: maxJournalBytes,
    });
    if (!bytes.ok) return bytes;
    for (const record of readRecords(bytes.value ?? Buffer.alloc(0)).records) applyRecord(state, record);
  }
  return ok(
    [...state.attempts.values()].filter((attempt) => attempt.scope === scope).map((attempt) => seen(attempt, now)),
  );
}

function journalsIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+\.ndjson$/.test(name))
      .sort((a, b) => parseInt(a, 10) - parseInt(b, 10));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function seen(attempt: Attempt, now: EpochMillis): LauncherAttempt {
  const { phase } = attempt;
  const isGone = phase.state === 'running' && !isSameProcess({ ...phase.process, bootId: currentBootId() });
  if (!isGone) return toLauncherAttempt(attempt);
  const end = { exit: { kind: 'unknown' as const }, at: now, timedOut: false, stopped: false };
  return toLauncherAttempt({ ...attempt, phase: { state: 'finished', process: phase.process, end } });
}
