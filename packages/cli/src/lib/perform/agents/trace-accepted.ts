import { existsSync } from 'node:fs';
import { findGroupByKey } from './process-group.js';
import type { Attempt } from './launcher-state.js';

/**
 * What has become of an attempt whose launcher died between taking it on and recording its start: the process that
 * runs, by its pid; or nothing of it was started; or it cannot be told any more.
 */
export function traceAccepted({ key, outputFile }: Attempt): number | 'never_started' | 'unknown' {
  if (process.platform !== 'linux') return 'unknown';
  const pid = findGroupByKey(key);
  if (pid !== null) return pid;
  // The output file is made just before the start: without it nothing has run.
  return existsSync(outputFile) ? 'unknown' : 'never_started';
}

export const neverStarted = 'The launcher was ended before it started the command.';
