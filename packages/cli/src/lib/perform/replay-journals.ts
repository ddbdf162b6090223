import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Epoch, type Result, type RunEvent, type RunId, type Sequence } from '@ginkoai/contract';
import { readFailure } from './file-failure.js';
import { epochOfJournal, journalName } from './journal.js';
import { quarantineRest } from './quarantine.js';
import { readJournal, type JournalDamage } from './read-journal.js';
import { ReplayedHistory } from './replayed-history.js';

/** A place in the history: the last event a checkpoint has folded. Nothing yet: epoch 0, sequence 0. */
export interface HistoryPosition {
  readonly epoch: Epoch;
  readonly sequence: Sequence;
  /** Tells a run from an earlier or later one in the same directory; absent: not known. */
  readonly runId?: RunId;
}

export interface Replay {
  /** What happened after the position, in order: fold these. */
  readonly events: readonly RunEvent[];
  /** The events begin a later run: they are folded into an empty state and not into the one at the position. */
  readonly startsRun: boolean;
  /** Journalled by an orchestrator after another had taken over: no part of the history. */
  readonly strays: readonly RunEvent[];
  /** Intact, but what led to them is missing here (damage, or a recovery from the graph): facts without a place. */
  readonly detached: readonly RunEvent[];
  /**
   * A later epoch went on from this earlier place, so the state at the position holds events that are no part of the
   * history: an older generation must be used. Then `events` is empty.
   */
  readonly divergedAt: HistoryPosition | undefined;
  readonly warnings: readonly string[];
  /** Bytes of the journals read. */
  readonly bytes: number;
}

export interface ReplayOptions {
  /** The directory of the epic's state. */
  readonly directory: string;
  readonly after: HistoryPosition;
  /** Nothing is copied into quarantine: for a dry run, or beside an orchestrator at work. */
  readonly readOnly?: boolean;
}

/** The history after a position, from this working copy's journals. Failures: `file_unreadable`, `newer_version`. */
export async function replayJournals({ directory, after, readOnly = false }: ReplayOptions): Promise<Result<Replay>> {
  const epochs = journalEpochs(directory);
  if (!epochs.ok) return epochs;
  const history = new ReplayedHistory(after);
  const warnings: string[] = [];
  let bytes = 0;
  const first = firstJournalNeeded(epochs.value, after.epoch);
  for (const epoch of epochs.value.filter((candidate) => candidate >= first)) {
    history.beginJournal(epoch);
    const name = journalName(epoch);
    const end = readJournal({
      path: join(directory, name),
      onEvent: (event, { intact }) => history.add(event, intact),
    });
    if (!end.ok) return end;
    bytes += end.value.bytes;
    if (end.value.damage !== undefined) {
      const { damage, intactBytes: from } = end.value;
      warnings.push(await reportDamage({ directory, name, damage, from, size: end.value.bytes, readOnly }));
    }
  }
  return ok({ ...history.result(), warnings: [...warnings, ...history.warnings()], bytes });
}

/**
 * The journal that holds what follows a checkpoint of this epoch: an orchestrator that is granted a lease in the
 * middle may go on in the journal it began.
 */
export function firstJournalNeeded(journals: readonly Epoch[], epoch: Epoch): Epoch {
  return journals.findLast((journal) => journal <= epoch) ?? epoch;
}

/** The epochs that have a journal here, ascending. No directory: none. */
export function journalEpochs(directory: string): Result<readonly Epoch[]> {
  try {
    const epochs = readdirSync(directory)
      .map(epochOfJournal)
      .filter((epoch) => epoch !== undefined);
    return ok(epochs.sort((one, other) => one - other));
  } catch (error) {
    const failure = readFailure({ error, path: directory, what: 'The folder' });
    return failure.details?.['code'] === 'ENOENT' ? ok([]) : { ok: false, failure };
  }
}

interface DamagedJournal {
  readonly directory: string;
  readonly name: string;
  readonly damage: JournalDamage;
  readonly from: number;
  readonly size: number;
  readonly readOnly: boolean;
}

async function reportDamage({ directory, name, damage, from, size, readOnly }: DamagedJournal): Promise<string> {
  if (damage.torn) {
    return `The last line of ${name} was cut off by a crash before anybody was told of it; it is left out.`;
  }
  const found = `${name} is damaged at line ${damage.line}; the history ends there`;
  if (readOnly) return `${found}.`;
  const rest = await quarantineRest({ directory, name, from, line: damage.line, size });
  return rest.ok ? `${found}, and the rest was copied to ${rest.value}.` : `${found}. ${rest.failure.message}`;
}
