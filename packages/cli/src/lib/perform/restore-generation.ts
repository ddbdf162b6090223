import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, type OrchestratorCheckpoint, type Result } from '@ginkoai/contract';
import { closeGaps, generationFile, generations, type Generation } from './checkpoint-generations.js';
import { writeFailure } from './file-failure.js';
import { journalName } from './journal.js';
import { quarantineFile, quarantineRest } from './quarantine.js';
import { firstJournalNeeded, journalEpochs } from './replay-journals.js';
import { readJournal, type JournalPlace } from './read-journal.js';
import type { RestoredState } from './state-file.js';
import { syncDirectory } from './write-atomically.js';

export interface GenerationToRestore {
  readonly directory: string;
  readonly generation: Generation;
  readonly checkpoint: OrchestratorCheckpoint;
}

/**
 * Makes this directory what it was when the generation was saved: newer generations and every later journal line go
 * to `quarantine/`. Generations first: if this is cut off, what is left still leads to the latest state.
 * For the holder of the lock only. A graph that knows the later history still has it.
 */
export async function restoreGeneration(target: GenerationToRestore): Promise<Result<RestoredState>> {
  const { directory, checkpoint } = target;
  const quarantined: string[] = [];
  const moveAway = async (name: string): Promise<Result<void>> => {
    const moved = await quarantineFile(directory, name);
    if (!moved.ok) return moved;
    quarantined.push(moved.value);
    return ok(undefined);
  };
  for (const newer of generations.slice(0, target.generation)) {
    const moved = await moveAway(generationFile(newer));
    if (!moved.ok && moved.failure.details?.['code'] !== 'ENOENT') return moved;
  }
  const epochs = journalEpochs(directory);
  if (!epochs.ok) return epochs;
  for (const epoch of epochs.value.filter((candidate) => candidate > checkpoint.epoch)) {
    const moved = await moveAway(journalName(epoch));
    if (!moved.ok) return moved;
  }
  const last = firstJournalNeeded(epochs.value, checkpoint.epoch);
  const cut = epochs.value.includes(last) ? await cutJournal(target, journalName(last)) : ok(undefined);
  if (!cut.ok) return cut;
  if (cut.value !== undefined) quarantined.push(cut.value);
  try {
    closeGaps(directory);
    await syncDirectory(directory);
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path: directory, what: 'The checkpoints in' }) };
  }
  return ok({ checkpoint, quarantined });
}

/** Cuts the journal behind the last line that the checkpoint has folded; gives where the rest went. */
async function cutJournal(
  { directory, checkpoint }: GenerationToRestore,
  name: string,
): Promise<Result<string | undefined>> {
  const path = join(directory, name);
  let cutAt: JournalPlace | undefined;
  // A journal that several runs share says whose its lines are where each starts.
  let isOurs = true;
  const end = readJournal({
    path,
    onEvent: (event, place) => {
      if (event.kind === 'run_started') isOurs = event.runId === checkpoint.runId;
      if (isOurs && event.sequence <= checkpoint.sequence) cutAt = undefined;
      else cutAt ??= place;
    },
  });
  if (!end.ok || cutAt === undefined) return end.ok ? ok(undefined) : end;
  const rest = await quarantineRest({ directory, name, from: cutAt.offset, line: cutAt.line, size: end.value.bytes });
  if (!rest.ok) return rest;
  try {
    const handle = await open(path, 'r+');
    try {
      await handle.truncate(cutAt.offset);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return rest;
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path, what: 'The journal' }) };
  }
}
