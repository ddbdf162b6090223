import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  launcherLine,
  launcherRecordSchema,
  ok,
  type EpochMillis,
  type LauncherRecord,
  type Result,
} from '@ginkoai/contract';
import { checksumOf } from '../checksum.js';
import { parseJsonSafely } from '../parse-json.js';
import { quarantineRest } from '../quarantine.js';
import { readLimited } from '../read-limited.js';
import { isTemporaryOf, syncDirectory } from '../write-atomically.js';
import { applyRecord, emptyState, needsVerify, type LauncherState } from './launcher-state.js';

/** Far more than a journal grows to before it is written anew. */
export const maxJournalBytes = 256 * 1024 * 1024;
const maxLineBytes = 4 * 1024 * 1024;
const lineFeed = '\n'.charCodeAt(0);
const recordKinds = new Set<unknown>(launcherRecordSchema.options.map((option) => option.shape.t.value));

export interface ReplayOptions {
  readonly directory: string;
  readonly bootId: string;
  readonly now: EpochMillis;
}

export interface Replay {
  readonly state: LauncherState;
  /** The journals that were read; they can go once the state stands in a new one. */
  readonly journals: readonly string[];
  /** What was found damaged, for people. */
  readonly warnings: readonly string[];
}

/** What the launchers before this one knew, all of which have ended. */
export async function replayJournals({ directory, bootId, now }: ReplayOptions): Promise<Result<Replay>> {
  const state = emptyState();
  const warnings: string[] = [];
  const journals = journalNames(directory);
  for (const name of journals) {
    const bytes = await readLimited({
      path: join(directory, name),
      what: "A launcher's journal",
      maxBytes: maxJournalBytes,
    });
    if (!bytes.ok) return bytes;
    const reading = readRecords(bytes.value ?? Buffer.alloc(0));
    const damage = await keepDamage({ directory, name, reading });
    if (!damage.ok) return damage;
    if (damage.value !== undefined) warnings.push(damage.value);
    for (const record of reading.records) applyRecord(state, record);
    if (bootOf(reading.records) !== bootId) loseProcesses(state, now);
  }
  return ok({ state, journals, warnings });
}

/** Removes journals whose content stands in a newer one, and drafts that a crash left behind. */
export async function removeJournals(directory: string, journals: readonly string[]): Promise<void> {
  const drafts = readdirSync(directory).filter((entry) => journals.some((name) => isTemporaryOf(entry, name)));
  for (const name of [...drafts, ...journals]) rmSync(join(directory, name), { force: true });
  await syncDirectory(directory);
}

export interface Reading {
  readonly records: readonly LauncherRecord[];
  readonly bytes: number;
  /** Where the intact lines end. */
  readonly intactBytes: number;
  /** 1-based number of the first damaged line; `undefined`: all lines are intact. */
  readonly damagedLine: number | undefined;
  /** It is the last of the file: the write that a crash cut off, of which nobody was told. */
  readonly torn: boolean;
}

/** Reads up to the first damaged line: what stands behind it may rest on what it said. */
export function readRecords(bytes: Buffer): Reading {
  const records: LauncherRecord[] = [];
  let start = 0;
  for (let line = 1; start < bytes.length; line += 1) {
    const end = bytes.indexOf(lineFeed, start);
    const record = end === -1 ? 'damaged' : decodeRecord(bytes.subarray(start, end));
    if (record === 'damaged') {
      const torn = end === -1 || end === bytes.length - 1;
      return { records, bytes: bytes.length, intactBytes: start, damagedLine: line, torn };
    }
    if (record !== 'later_version') records.push(record);
    start = end + 1;
  }
  return { records, bytes: bytes.length, intactBytes: bytes.length, damagedLine: undefined, torn: false };
}

function decodeRecord(line: Buffer): LauncherRecord | 'damaged' | 'later_version' {
  const parts = launcherLine.locate(line);
  if (parts === undefined) return 'damaged';
  const text = line.subarray(parts.start, parts.end);
  if (checksumOf(text) !== parts.checksum) return 'damaged';
  const value = parseJsonSafely(text, { maxBytes: maxLineBytes });
  if (!value.ok) return 'damaged';
  const record = launcherRecordSchema.safeParse(value.value);
  if (record.success) return record.data;
  return isUnknownKind(value.value) ? 'later_version' : 'damaged';
}

function isUnknownKind(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 't' in value && !recordKinds.has(value.t);
}

interface DamagedJournal {
  readonly directory: string;
  readonly name: string;
  readonly reading: Reading;
}

async function keepDamage({ directory, name, reading }: DamagedJournal): Promise<Result<string | undefined>> {
  const { damagedLine: line, intactBytes: from, bytes: size } = reading;
  if (line === undefined || reading.torn) return ok(undefined);
  const kept = await quarantineRest({ directory, name, from, line, size });
  if (!kept.ok) return kept;
  return ok(`The launcher's journal ${name} is damaged from line ${line} on; that part was kept as ${kept.value}.`);
}

/** In the order in which their launchers lived. */
function journalNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => /^\d{1,15}\.ndjson$/.test(name))
    .sort((a, b) => Number.parseInt(a) - Number.parseInt(b));
}

/** `undefined`: the journal does not say. */
export function bootOf(records: readonly LauncherRecord[]): string | undefined {
  const first = records[0];
  return first?.t === 'launcher' ? first.boot : undefined;
}

/** After a reboot no process is left. Only a verify command can still be made up for. */
export function loseProcesses(state: LauncherState, at: EpochMillis): void {
  for (const { key: k, phase, verify } of [...state.attempts.values()]) {
    if (phase.state === 'accepted' || phase.state === 'running') {
      applyRecord(state, { t: 'finished', k, exit: { kind: 'unknown' }, at });
    } else if (phase.state === 'exited' && !needsVerify(phase.end, verify)) {
      applyRecord(state, { t: 'finished', k, exit: phase.end.exit, at });
    }
  }
}
