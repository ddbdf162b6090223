import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { EpochMillis } from '@ginkoai/contract';
import { readFlags } from './read-limited.js';

const tailBytes = 1024;

export interface OutputTail {
  /** The last line that is not blank; absent: none. */
  readonly lastLine?: string;
  readonly grewAt: EpochMillis;
}

/** The end of a growing output file; null: it cannot be read (yet). */
export function outputTail(path: string): OutputTail | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, readFlags);
  } catch {
    return null;
  }
  try {
    const stats = fstatSync(descriptor);
    // An agent may put anything in its place.
    if (!stats.isFile()) return null;
    const { size, mtimeMs } = stats;
    const length = Math.min(size, tailBytes);
    const buffer = Buffer.alloc(length);
    readSync(descriptor, buffer, 0, length, size - length);
    const lastLine = buffer
      .toString('utf8')
      .split('\n')
      .findLast((line) => line.trim() !== '');
    return lastLine === undefined ? { grewAt: mtimeMs } : { lastLine, grewAt: mtimeMs };
  } finally {
    closeSync(descriptor);
  }
}
