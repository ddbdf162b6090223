import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type EpochMillis, type LauncherAttempt, type LauncherExit, type Result } from '@ginkoai/contract';
import { readLimited } from '../read-limited.js';
import { livingLauncher } from './launcher-claim.js';
import { launcherDirectory } from './launcher-files.js';
import { bootOf, loseProcesses, maxJournalBytes, readRecords } from './launcher-replay.js';
import { applyRecord, emptyState, needsVerify, toLauncherAttempt, type Attempt, type Phase } from './launcher-state.js';
import { currentBootId, isSameProcess, processStartedAt } from './process-identity.js';
import { neverStarted, traceAccepted } from './trace-accepted.js';

export interface ObserveLaunchers {
  readonly root: string;
  /** Attempts of other scopes are left out; see `LauncherOptions`. */
  readonly scope: string;
  readonly now: EpochMillis;
}

/**
 * The attempts that this working copy's launchers have written down, without talking to one: for a dry run. An attempt
 * whose process is gone shows as ended unseen, although a launcher that is alive may be about to record its exit. Where
 * none is alive they show as the next one will find them.
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
    const { records } = readRecords(bytes.value ?? Buffer.alloc(0));
    for (const record of records) applyRecord(state, record);
    if (bootOf(records) !== currentBootId()) loseProcesses(state, now);
  }
  const own = [...state.attempts.values()].filter((attempt) => attempt.scope === scope);
  const isCarried = existsSync(directory) && livingLauncher(directory) !== null;
  return ok(own.map((attempt) => toLauncherAttempt({ ...attempt, phase: phaseNow(attempt, { isCarried, now }) })));
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

interface Look {
  /** A launcher is alive: what was accepted is being started. */
  readonly isCarried: boolean;
  readonly now: EpochMillis;
}

function phaseNow(attempt: Attempt, { isCarried, now }: Look): Phase {
  const { phase, acceptedAt, verify } = attempt;
  const ended = (exit: LauncherExit): Phase => {
    const process = phase.state === 'running' ? { process: phase.process } : {};
    return { state: 'finished', ...process, end: { exit, at: now, timedOut: false, stopped: false } };
  };
  if (phase.state === 'running') {
    return isSameProcess({ ...phase.process, bootId: currentBootId() }) ? phase : ended({ kind: 'unknown' });
  }
  if (isCarried) return phase;
  if (phase.state === 'exited' && !needsVerify(phase.end, verify)) return { ...phase, state: 'finished' };
  if (phase.state !== 'accepted') return phase;
  const trace = traceAccepted(attempt);
  if (trace === 'unknown') return ended({ kind: 'unknown' });
  if (trace === 'never_started') return ended({ kind: 'not_started', reason: 'not_accepted', message: neverStarted });
  const startedAt = processStartedAt(trace) ?? 'unknown';
  return { state: 'running', process: { pid: trace, processStartedAt: startedAt, at: acceptedAt } };
}
