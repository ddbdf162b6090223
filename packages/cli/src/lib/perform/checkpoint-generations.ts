import { lstatSync, renameSync } from 'node:fs';
import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type Epoch, type Result } from '@ginkoai/contract';
import { errorCode } from './agents/error-code.js';
import { peekEpoch } from './encode-checkpoint.js';
import { journalName } from './journal.js';
import { firstJournalNeeded, journalEpochs } from './replay-journals.js';
import { isTemporaryOf } from './write-atomically.js';

/** 0 is the newest, in `checkpoint.json`; 1 to 4 are older ones, in `checkpoint.json.1` to `.4`. */
export type Generation = number;

export const generations: readonly Generation[] = [0, 1, 2, 3, 4];
const newest = 'checkpoint.json';
const oldestKept = generations.length - 1;

export function generationFile(generation: Generation): string {
  return generation === 0 ? newest : `${newest}.${generation}`;
}

/**
 * Makes room for a new `checkpoint.json`. Oldest first: at every instant each generation is whole under one name, and
 * the order of the names is the order of their age. A gap that a crash or a quarantine left is filled, so that
 * nothing is dropped for it.
 */
export function rotateGenerations(directory: string): void {
  const gap = generations.find((generation) => !exists(join(directory, generationFile(generation))));
  for (let to = gap ?? oldestKept; to > 0; to -= 1) {
    renameSync(join(directory, generationFile(to - 1)), join(directory, generationFile(to)));
  }
}

/** Moves every generation up into the gaps before it. */
export function closeGaps(directory: string): void {
  const present = generations.filter((generation) => exists(join(directory, generationFile(generation))));
  present.forEach((from, to) => {
    if (from !== to) renameSync(join(directory, generationFile(from)), join(directory, generationFile(to)));
  });
}

/**
 * Removes the journals that no kept generation needs: those of epochs before the oldest one's. Only with all
 * generations there: where some are missing, the journals may be all there is. Gives how many of earlier epochs are
 * left, for a later call.
 */
export async function pruneJournals(directory: string, current: Epoch): Promise<Result<number>> {
  const journals = journalEpochs(directory);
  if (!journals.ok) return journals;
  const earlier = journals.value.filter((epoch) => epoch < current);
  if (earlier.length === 0) return ok(0);
  const epochs = await Promise.all(
    generations.map((generation) => epochIn(join(directory, generationFile(generation)))),
  );
  // A file that does not tell its epoch, or is not there, counts as one that needs every journal.
  const needed = firstJournalNeeded(journals.value, Math.min(...epochs.map((epoch) => epoch ?? 0)));
  const removed = journals.value.filter((epoch) => epoch < needed);
  for (const epoch of removed) await unlink(join(directory, journalName(epoch)));
  return ok(earlier.filter((epoch) => epoch >= needed).length);
}

/** Removes what saves left that a crash ended. Only for the holder of the lock: nobody else is saving then. */
export async function removeTemporaries(directory: string): Promise<void> {
  for (const entry of await readdir(directory)) {
    if (isTemporaryOf(entry, newest)) await unlink(join(directory, entry));
  }
}

async function epochIn(path: string): Promise<Epoch | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0);
      return peekEpoch(buffer.toString('latin1', 0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
