import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { journalLine } from '@ginkoai/contract';
import { checksumOf } from './checksum.js';

export interface JournalText {
  /** 1-based. */
  readonly line: number;
  readonly offset: number;
  /** The event's JSON text; `undefined`: the line is damaged (cut off, changed, or too long). */
  readonly eventText: string | undefined;
}

const chunkBytes = 1 << 20;
/** Longer lines are never written. */
export const maxLineBytes = 4 << 20;
const lineFeed = '\n'.charCodeAt(0);

/**
 * Reads a journal's lines and judges each by its checksum; gives the size of the file. At once, as a checkpoint is read:
 * before a run goes on there is nothing else to do.
 */
export function readJournalLines(path: string, onLine: (text: JournalText) => void): number {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readLines(descriptor, onLine);
  } finally {
    closeSync(descriptor);
  }
}

function readLines(descriptor: number, onLine: (text: JournalText) => void): number {
  let line = 1;
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const bytesRead = readSync(descriptor, chunk, 0, chunkBytes, offset + rest.length);
    if (bytesRead === 0) break;
    const bytes =
      rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      onLine({ line, offset: offset + start, eventText: eventTextOf(bytes.subarray(start, end)) });
      line += 1;
      start = end + 1;
    }
    offset += start;
    rest = bytes.subarray(start);
    if (rest.length > maxLineBytes) {
      onLine({ line, offset, eventText: undefined });
      return fstatSync(descriptor).size;
    }
  }
  // Without its line feed even a line that looks whole was not acknowledged.
  if (rest.length > 0) onLine({ line, offset, eventText: undefined });
  return offset + rest.length;
}

function eventTextOf(bytes: Buffer): string | undefined {
  const parts = journalLine.locate(bytes);
  if (parts === undefined) return undefined;
  if (checksumOf(bytes.subarray(parts.start, parts.end)) !== parts.checksum) return undefined;
  return bytes.toString('utf8', parts.start, parts.end);
}
