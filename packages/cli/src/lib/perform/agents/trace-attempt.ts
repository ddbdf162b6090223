import { statSync } from 'node:fs';
import { uptime } from 'node:os';
import type { EpochMillis, LauncherOpenAttempt } from '@ginkoai/contract';
import { errorCode } from './error-code.js';
import { findGroupByKey } from './process-group.js';
import { processStartedAt } from './process-identity.js';

/**
 * - `alive`: something of it runs
 * - `gone`: it was started, and nothing of it runs any more
 * - `none`: it was never started
 */
export type AttemptTrace = 'alive' | 'gone' | 'none';

/** The clock of a file system ticks more slowly than ours: up to 10 ms. */
const fileTickMs = 20;

/** What is left of an attempt of this working copy that no launcher knows: its journal was lost. */
export function traceAttempt(open: LauncherOpenAttempt): AttemptTrace {
  const { key, openSince, process: heard } = open;
  const since = Date.parse(openSince);
  if (heard !== undefined && bootedAt() <= since && processStartedAt(heard.pid) === heard.processStartedAt) {
    return 'alive';
  }
  if (process.platform === 'linux' && findGroupByKey(key) !== null) return 'alive';
  return heard !== undefined || hasOutput(open.outputFile, since) ? 'gone' : 'none';
}

/** A process that has the number and the start time of one from before a reboot is another one. */
function bootedAt(): EpochMillis {
  return Date.now() - uptime() * 1_000;
}

/** The output file is made just before the start. One of an earlier run has the same name, and is older. */
function hasOutput(outputFile: string, since: EpochMillis): boolean {
  try {
    return statSync(outputFile).mtimeMs >= since - fileTickMs;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
