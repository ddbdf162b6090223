import { crc32 } from 'node:zlib';
import { checkpointFile, failed, forbiddenKeys, ok, type OrchestratorCheckpoint, type Result } from '@ginkoai/contract';
import { checksumText } from './checksum.js';

/** Entries that are turned into text at once: at most some milliseconds, even if each has long texts. */
const sliceEntries = 1_000;
const pauseCharacters = 64 << 10;
/** So few entries are one piece, of some 5 ms: to cut them costs a fifth more (measured). */
const wholeEntries = 8_000;
/**
 * After so few events, with no more tasks in its lists, the whole state is one piece, of some 10 ms at most: each task in
 * it took at least one, and mostly two; in one of version 1, which has no events, each stands in a list. To count its
 * entries, and to put the pieces together, took a fifth of the time (measured).
 */
const wholeEvents = 2 * wholeEntries;

/**
 * Builds the content of a checkpoint file. It pauses after every slice, so that a caller can let other work in: as one
 * piece, the text of 100,000 tasks holds the loop up for 50 to 150 ms (measured). The checkpoint must not change
 * meanwhile. Failure: `bad_state`.
 */
export function* encodeCheckpoint(checkpoint: OrchestratorCheckpoint): Generator<undefined, Result<EncodedText>> {
  const refused = forbiddenKeys.find((key) => keyedByTask(checkpoint).some((record) => Object.hasOwn(record, key)));
  if (refused !== undefined) {
    return failed(
      'bad_state',
      `No task can have the id "${refused}", since its state could not be read back. Rename it.`,
    );
  }
  const body: Uint8Array[] = [];
  let crc = 0;
  for (const text of checkpointText(checkpoint)) {
    const bytes = Buffer.from(text);
    crc = crc32(bytes, crc);
    body.push(bytes);
    yield;
  }
  const head = Buffer.from(checkpointFile.head(checksumText(crc)));
  return ok([head, ...body, Buffer.from(`${checkpointFile.tail}\n`)]);
}

/** The bytes of the file, in slices. */
export type EncodedText = readonly Uint8Array[];

function keyedByTask(checkpoint: OrchestratorCheckpoint): readonly object[] {
  return [checkpoint.inProgressTasks, checkpoint.taskState];
}

/** The epoch in the first bytes of a file that `encodeCheckpoint` wrote; `undefined`: not written so. */
export function peekEpoch(beginning: string): number | undefined {
  const digits = /^\{"checksum":"[0-9a-f]{8}","checkpoint":\{"version":2,"epoch":(\d+),/.exec(beginning)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function* checkpointText({ version, epoch, ...rest }: OrchestratorCheckpoint): Generator<string> {
  // These two stand first, for `peekEpoch`.
  if (isSmall(rest)) {
    yield JSON.stringify({ version, epoch, ...rest });
    return;
  }
  let text = `{"version":${version},"epoch":${epoch}`;
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    text += `,${JSON.stringify(key)}:`;
    for (const slice of slicesOf(value)) {
      text += slice;
      if (text.length < pauseCharacters) continue;
      yield text;
      text = '';
    }
  }
  yield `${text}}`;
}

function isSmall({ sequence, completedTasks, blockedTasks, assignmentHistory }: Lists): boolean {
  return (
    sequence <= wholeEvents && completedTasks.length + blockedTasks.length + assignmentHistory.length <= wholeEvents
  );
}

type Lists = Pick<OrchestratorCheckpoint, 'sequence' | 'completedTasks' | 'blockedTasks' | 'assignmentHistory'>;

function* slicesOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) {
    yield JSON.stringify(value);
    return;
  }
  if (Array.isArray(value)) {
    const members: readonly unknown[] = value;
    if (members.length <= wholeEntries) {
      yield JSON.stringify(members);
      return;
    }
    yield* joined({
      from: '[',
      to: ']',
      count: members.length,
      textOf: (start, end) => JSON.stringify(members.slice(start, end)),
    });
    return;
  }
  const keys = Object.keys(value);
  if (keys.length <= wholeEntries) {
    yield JSON.stringify(value);
    return;
  }
  yield* joined({
    from: '{',
    to: '}',
    count: keys.length,
    textOf: (start, end) => {
      // One object of a slice costs two thirds of a text for each of its members; without a prototype, which makes it a
      // table from its first key on, a twentieth less than with one (measured).
      const slice: Record<string, unknown> = { __proto__: null };
      for (const key of keys.slice(start, end)) slice[key] = Reflect.get(value, key);
      return JSON.stringify(slice);
    },
  });
}

interface Slices {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** The JSON text of the members from `start` to before `end`, with its brackets. */
  readonly textOf: (start: number, end: number) => string;
}

function* joined({ from, to, count, textOf }: Slices): Generator<string> {
  let separator = from;
  for (let start = 0; start < count; start += sliceEntries) {
    const members = textOf(start, start + sliceEntries).slice(1, -1);
    if (members === '') continue; // only fields without a value
    yield separator + members;
    separator = ',';
  }
  yield separator === from ? from + to : to;
}
