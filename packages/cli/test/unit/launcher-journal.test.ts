import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LauncherRecord } from '@ginkoai/contract';
import { encodeRecord, LauncherJournal } from '../../src/lib/perform/agents/launcher-journal.js';
import { readRecords } from '../../src/lib/perform/agents/launcher-replay.js';
import { WatchedFlushes } from '../support/watched-flushes.js';

let folder: string;
let path: string;
let journal: LauncherJournal;
/** Everything appended; a journal written anew holds the first of it only, to tell the two apart. */
let records: LauncherRecord[];
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ginko-test-'));
  path = join(folder, '1.ndjson');
  records = [];
  lines = [];
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

const forgotten = (key: string): LauncherRecord => ({ t: 'forgotten', keys: [key] });
const create = async (compactAtBytes?: number): Promise<void> => {
  journal = await LauncherJournal.create({
    path,
    snapshot: () => records,
    log: (line) => lines.push(line),
    ...(compactAtBytes !== undefined && { compactAtBytes }),
  });
};
const append = (key: string): Promise<boolean> => {
  records.push(forgotten(key));
  return journal.append(forgotten(key));
};
const onDisk = (): readonly LauncherRecord[] => readRecords(readFileSync(path)).records;

describe("the launcher's journal", () => {
  it('has a record on disk when it says so, in the order of the calls', async () => {
    await create();
    expect(await Promise.all(['a', 'b', 'c'].map(append))).toEqual([true, true, true]);
    expect(await append('d')).toBe(true);
    expect(onDisk()).toEqual(['a', 'b', 'c', 'd'].map(forgotten));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('has a record in its file as soon as it is written, without waiting for the disk', async () => {
    await create();
    let isWritten = false;
    void journal.write(forgotten('a')).then(() => (isWritten = true));
    expect(onDisk()).toEqual([forgotten('a')]);
    await Promise.resolve();
    expect(isWritten).toBe(true);
    expect(await journal.flushed()).toBe(true);
  });

  it('flushes what was appended before it closes, and takes nothing afterwards', async () => {
    await create();
    const appended = append('a');
    await journal.close();
    expect(await appended).toBe(true);
    expect(await journal.append(forgotten('b'))).toBe(false);
    expect(onDisk()).toEqual([forgotten('a')]);
  });

  it('is written anew once it has grown, and loses nothing meanwhile', async () => {
    await create(2_000);
    for (let index = 0; index < 200; index += 1) {
      if (index % 10 === 0) records = [];
      void append(`k${index}`);
      if (index % 7 === 0) await append(`w${index}`);
    }
    await append('last');
    expect(statSync(path).size).toBeLessThan(9_000);
    expect(onDisk().slice(-3)).toEqual(records.slice(-3));
    expect(readdirSync(folder)).toEqual(['1.ndjson']);
  });

  it('flushes also what came while it was written anew', async () => {
    const flushes = await WatchedFlushes.begin();
    let during: Promise<boolean> | undefined;
    let snapshots = 0;
    journal = await LauncherJournal.create({
      path,
      compactAtBytes: 100,
      log: (line) => lines.push(line),
      snapshot: () => {
        snapshots += 1;
        if (snapshots === 2) process.nextTick(() => (during = journal.write(forgotten('during'))));
        return [];
      },
    });
    await journal.append(forgotten('a'.repeat(200)));
    expect(await during).toBe(true);
    const deadline = Date.now() + 60_000;
    while (flushes.count === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    flushes.end();
    expect([snapshots, flushes.count, onDisk()]).toEqual([2, 1, [forgotten('during')]]);
  });

  it('refuses records while it cannot be written, and holds all of the state afterwards', async () => {
    await create(10);
    await append('a'.repeat(100));
    renameSync(folder, `${folder}-away`);
    expect(await append('b'.repeat(250))).toBe(false);
    expect(journal.isFailing).toBe(true);
    expect(await append('c')).toBe(false);
    expect(lines.join('\n')).toMatch(/could not be written \(ENOENT.*tried again every second/s);
    const recovered = journal.recovered();
    renameSync(`${folder}-away`, folder);
    await recovered;
    expect(journal.isFailing).toBe(false);
    expect(onDisk()).toEqual(records);
    expect(await append('d')).toBe(true);
    expect(onDisk()).toEqual(records);
  });
});

describe('reading a journal', () => {
  const text = ['a', 'b', 'c'].map((key) => encodeRecord(forgotten(key)));
  beforeEach(() => create());

  it('cuts off a last line wherever it was torn', () => {
    const whole = Buffer.from(text.join(''));
    const intact = Buffer.from(text.slice(0, 2).join('')).length;
    for (let length = intact + 1; length < whole.length; length += 1) {
      const reading = readRecords(whole.subarray(0, length));
      expect(reading).toMatchObject({ records: [forgotten('a'), forgotten('b')], intactBytes: intact, torn: true });
    }
  });

  it('ends at a line in the middle that was changed anywhere', () => {
    const [first, second = '', third] = text;
    for (let index = 0; index < second.length - 1; index += 1) {
      const changed = second.slice(0, index) + (second[index] === 'x' ? 'y' : 'x') + second.slice(index + 1);
      const reading = readRecords(Buffer.from(`${first}${changed}${third}`));
      expect(reading).toMatchObject({ records: [forgotten('a')], damagedLine: 2, torn: false });
    }
  });

  it('passes over a record of a kind that only a later version knows', () => {
    const later = encodeRecord({ t: 'paused', k: 'a' } as unknown as LauncherRecord);
    expect(readRecords(Buffer.from(later + text.join('')))).toMatchObject({
      records: { length: 3 },
      damagedLine: undefined,
    });
  });
});
