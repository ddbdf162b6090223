import { failed, ok, runEventSchema, type Result, type RunEvent, type Sequence } from '@ginkoai/contract';
import { readFailure } from './file-failure.js';
import { maxLineBytes, readJournalLines } from './journal-lines.js';
import { parseJsonSafely } from './parse-json.js';

export interface JournalReading {
  readonly path: string;
  readonly onEvent: (event: RunEvent, place: JournalPlace) => void;
}

export interface JournalPlace {
  /** 1-based. */
  readonly line: number;
  /** Of the line's first byte. */
  readonly offset: number;
  /** No damaged line stands before it. Otherwise what led to the event is unknown. */
  readonly intact: boolean;
}

export interface JournalEnd {
  /** Bytes of the whole file. */
  readonly bytes: number;
  /** Where the intact lines end. */
  readonly intactBytes: number;
  readonly damage: JournalDamage | undefined;
}

export interface JournalDamage {
  /** 1-based number of the damaged line. */
  readonly line: number;
  /** It is the last of the file: the write that a crash cut off, which nobody was told of. */
  readonly torn: boolean;
}

const knownKinds = new Set<string>(runEventSchema.options.map((option) => option.shape.kind.value));

/**
 * Reads one journal: every line's checksum, schema and place. A line that does not follow its predecessor is damage,
 * unless it starts a run or a recovery, or repeats a sequence (a late writer's line, for the caller to judge).
 * Failures: `file_unreadable`; `newer_version` for an intact line of a kind that only a later ginko knows.
 */
export function readJournal({ path, onEvent }: JournalReading): Result<JournalEnd> {
  let last: Sequence | undefined;
  let damaged: { line: number; offset: number } | undefined;
  let lines = 0;
  /** The first line that only a later ginko understands. */
  let newer: number | undefined;
  try {
    const bytes = readJournalLines(path, ({ line, offset, eventText }) => {
      lines = line;
      const event = eventText === undefined ? undefined : eventOf(eventText);
      if (event === 'newer') {
        newer ??= line;
        return;
      }
      if (event === undefined || (damaged === undefined && !follows(event, last))) {
        damaged ??= { line, offset };
        return;
      }
      last = startsHistory(event) ? event.sequence : Math.max(event.sequence, last ?? 0);
      onEvent(event, { line, offset, intact: damaged === undefined });
    });
    if (newer !== undefined) return newerVersion(path, newer);
    return ok({
      bytes,
      intactBytes: damaged?.offset ?? bytes,
      damage: damaged === undefined ? undefined : { line: damaged.line, torn: damaged.line === lines },
    });
  } catch (error) {
    return { ok: false, failure: readFailure({ error, path, what: 'The journal' }) };
  }
}

function follows(event: RunEvent, last: Sequence | undefined): boolean {
  return last === undefined || event.sequence <= last + 1 || startsHistory(event);
}

function startsHistory(event: RunEvent): boolean {
  return event.kind === 'run_started' || event.kind === 'recovered';
}

/** `undefined`: whatever the checksum says, it is no event. */
function eventOf(text: string): RunEvent | 'newer' | undefined {
  const value = parseJsonSafely(text, { maxBytes: maxLineBytes });
  if (!value.ok) return undefined;
  const event = runEventSchema.safeParse(value.value);
  if (event.success) return event.data;
  const kind = kindOf(value.value);
  return kind === undefined || knownKinds.has(kind) ? undefined : 'newer';
}

function kindOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  return typeof value.kind === 'string' ? value.kind : undefined;
}

function newerVersion(path: string, line: number): Result<never> {
  return failed(
    'newer_version',
    `Line ${line} of the journal ${path} is an event of a kind that this ginko does not know. ` +
      'Nothing was changed: upgrade ginko and try again.',
    { path, line },
  );
}
