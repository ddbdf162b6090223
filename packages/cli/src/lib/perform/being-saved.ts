import { statSync } from 'node:fs';
import type { EpochMillis, Millis } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';

/** A file that was written to so short a time ago is most likely being saved at this moment. */
export const savingPauseMs: Millis = 50;
/** How often one is read that is saved again and again. */
export const maxReads = 5;

/** Whether somebody wrote to it just now. */
export function isBeingSaved(path: string, now: EpochMillis): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    // A time ahead of our clock says nothing.
    return found !== undefined && Math.abs(now - found.mtimeMs) < savingPauseMs;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
