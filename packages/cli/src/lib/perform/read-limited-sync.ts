import { closeSync, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { ok, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { limitFailure, readFlags, refusedReading, type LimitedReading } from './read-limited.js';

/** The same as `readLimited`, at once: for files that are small and mostly not there, and for what nothing else runs beside. */
export function readLimitedSync(reading: LimitedReading): Result<Buffer | undefined> {
  let descriptor: number;
  try {
    // Asked first: an error for what is not there costs five times as much (measured).
    if (lstatSync(reading.path, { throwIfNoEntry: false }) === undefined) return ok(undefined);
    descriptor = openSync(reading.path, readFlags);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok(undefined) : refusedReading(reading, error);
  }
  try {
    const failure = limitFailure(reading, fstatSync(descriptor));
    return failure === undefined ? ok(readFileSync(descriptor)) : { ok: false, failure };
  } catch (error) {
    return refusedReading(reading, error);
  } finally {
    closeSync(descriptor);
  }
}
