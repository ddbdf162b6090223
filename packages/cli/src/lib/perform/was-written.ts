import { statSync } from 'node:fs';
import type { EpochMillis, Millis } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';

export interface RecentWrite {
  readonly path: string;
  readonly withinMs: Millis;
  readonly now: EpochMillis;
}

/** Whether somebody wrote to the file so short a time ago: it may be in the middle of being saved. */
export function wasWritten({ path, withinMs, now }: RecentWrite): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    // A time ahead of our clock says nothing.
    return found !== undefined && Math.abs(now - found.mtimeMs) < withinMs;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
