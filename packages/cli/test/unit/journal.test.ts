import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EpochJournal } from '../../src/lib/perform/epoch-journal.js';
import type { Pace } from '../../src/lib/perform/flush-pace.js';
import { openJournal, type Journal } from '../../src/lib/perform/journal.js';
import { readJournal } from '../../src/lib/perform/read-journal.js';
import { flushPaces } from '../support/flush-paces.js';
import { runStarted, sequencesOf, taskAdded, tasksAdded, useTemporaryDirectory, valueOf } from '../support/history.js';

describe('a journal', () => {
  const directory = useTemporaryDirectory();
  const path = (): string => join(directory(), 'journal-3.ndjson');
  const open = async (): Promise<Journal> => valueOf(await openJournal({ directory: directory(), epoch: 3 }));

  const writtenSequences = (): number[] => {
    const sequences: number[] = [];
    valueOf(readJournal({ path: path(), onEvent: (event) => sequences.push(event.sequence) }));
    return sequences;
  };

  it('has an event on disk once it was acknowledged, as one checked line', async () => {
    const journal = await open();
    valueOf(await journal.append([runStarted()]));
    const line = readFileSync(path(), 'utf8');
    expect(line).toMatch(/^\{"crc":"[0-9a-f]{8}","event":\{.*\}\}\n$/);
    expect(JSON.parse(line)).toMatchObject({ event: { kind: 'run_started', sequence: 1 } });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(journal.bytes).toBe(line.length);
    valueOf(await journal.close());
  });

  it('keeps the order of events from many callers, and answers each', async () => {
    const journal = await open();
    const events = tasksAdded(1, 12_000);
    const answers = await Promise.all(events.map((event) => journal.append([event])));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    valueOf(await journal.close());
    expect(writtenSequences()).toEqual(sequencesOf(events));
  });

  it('answers nobody before what was asked for is written, however much goes out before it', async () => {
    const journal = await open();
    const early = journal.append(tasksAdded(1, 6_000)).then(() => journal.bytes);
    valueOf(await journal.append([taskAdded(6_001)]));
    valueOf(await journal.close());
    const lines = readFileSync(path(), 'utf8').split('\n');
    expect(lines).toHaveLength(6_002);
    expect(await early).toBeGreaterThanOrEqual(lines.slice(0, 6_000).join('\n').length);
  });

  it('takes events from whoever was just answered', async () => {
    const journal = await open();
    for (const event of tasksAdded(1, 50)) valueOf(await journal.append([event]));
    valueOf(await journal.close());
    expect(writtenSequences()).toHaveLength(50);
  });

  it('has events in the file as soon as they are written, and says when they are on disk', async () => {
    const journal = await open();
    valueOf(journal.write([taskAdded(1)]));
    valueOf(journal.write([taskAdded(2)]));
    expect(writtenSequences()).toEqual([1, 2]);
    expect([journal.hasUnflushed, journal.bytes]).toEqual([true, 0]);
    valueOf(await journal.flush());
    expect([journal.hasUnflushed, journal.bytes]).toEqual([false, statSync(path()).size]);
    valueOf(await journal.close());
  });

  it('answers an append without events once everything before is durable', async () => {
    const journal = await open();
    valueOf(journal.write([taskAdded(1)]));
    valueOf(await journal.append([]));
    expect(journal.hasUnflushed).toBe(false);
    valueOf(await journal.append([]));
    valueOf(await journal.close());
  });

  it('flushes what was written when it is closed, and takes nothing afterwards', async () => {
    const journal = await open();
    valueOf(journal.write(tasksAdded(1, 3)));
    valueOf(await journal.close());
    valueOf(await journal.close());
    expect(journal.hasUnflushed).toBe(false);
    expect(writtenSequences()).toEqual([1, 2, 3]);
    expect(() => journal.write([taskAdded(4)])).toThrow('is closed');
  });

  it('goes on behind the last whole line when it is opened again, and cuts off a torn one', async () => {
    const first = await open();
    valueOf(await first.append(tasksAdded(1, 2)));
    valueOf(await first.close());
    appendFileSync(path(), '{"crc":"01234567","event":{"kind":"task_ad');
    const second = await open();
    expect(second.warnings).toEqual([]);
    expect(second.bytes).toBe(first.bytes);
    valueOf(await second.append([taskAdded(3)]));
    valueOf(await second.close());
    expect(writtenSequences()).toEqual([1, 2, 3]);
  });

  it('is cut at a damaged line when it is opened again; the rest goes to quarantine', async () => {
    const first = await open();
    valueOf(await first.append(tasksAdded(1, 4)));
    valueOf(await first.close());
    const damaged = readFileSync(path(), 'utf8').replace('TASK-2', 'TASK-9');
    writeFileSync(path(), damaged);
    const second = await open();
    valueOf(await second.append([taskAdded(2)]));
    valueOf(await second.close());
    expect(writtenSequences()).toEqual([1, 2]);
    const [kept] = readdirSync(join(directory(), 'quarantine'));
    expect(second.warnings).toEqual([expect.stringContaining(`quarantine/${kept}`)]);
    expect(readFileSync(join(directory(), 'quarantine', kept ?? ''), 'utf8')).toBe(
      damaged.split('\n').slice(1).join('\n'),
    );
  });

  it.each([
    ['a symbolic link', (target: string) => symlinkSync('/dev/null', target)],
    ['a folder', (target: string) => mkdirSync(target)],
  ])('is not opened through %s', async (_, make) => {
    make(path());
    const opened = await openJournal({ directory: directory(), epoch: 3 });
    expect(opened).toMatchObject({ ok: false, failure: { code: 'file_unwritable' } });
  });

  it('is not opened where there is no folder', async () => {
    const opened = await openJournal({ directory: join(directory(), 'gone'), epoch: 3 });
    expect(opened).toMatchObject({ ok: false, failure: { code: 'file_unwritable' } });
  });
});

describe.each(Object.entries(flushPaces))('a journal that is flushed %s', (_, pace) => {
  const directory = useTemporaryDirectory();
  let count: number;
  let isDiskBroken: boolean;

  beforeEach(() => {
    count = 0;
    isDiskBroken = false;
  });

  const watched: Pace = {
    flush: async (flush) => {
      count += 1;
      if (isDiskBroken) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
      return pace.flush(flush);
    },
  };
  /** Only the flushes of lines are counted, not that of the folder. */
  const openEpoch = async (epoch: number): ReturnType<typeof openJournal> => {
    const before = count;
    const opened = await openJournal({ directory: directory(), epoch, pace: watched });
    count = before;
    return opened;
  };

  it('is flushed once for all who ask while it is, and once more for those', async () => {
    const journal = valueOf(await openEpoch(1));
    const answers = await Promise.all(tasksAdded(1, 50).map((event) => journal.append([event])));
    expect(answers.every((answer) => answer.ok)).toBe(true);
    expect([count, journal.hasUnflushed]).toEqual([2, false]);
    valueOf(await journal.close());
  });

  it('is at rest again after each flush', async () => {
    const journal = valueOf(await openEpoch(1));
    for (const event of tasksAdded(1, 5)) valueOf(await journal.append([event]));
    expect([count, journal.bytes]).toEqual([5, statSync(journal.path).size]);
    valueOf(await journal.close());
  });

  it('tells of the failed flush for good, is not flushed again, and begins no new epoch', async () => {
    const journal = new EpochJournal(valueOf(await openEpoch(1)), openEpoch);
    valueOf(await journal.append([runStarted()]));
    isDiskBroken = true;
    valueOf(journal.write([taskAdded(2)]));
    const refused = { ok: false, failure: { code: 'file_unwritable' } };
    expect(await journal.flush()).toMatchObject(refused);
    isDiskBroken = false;
    const flushed = count;
    expect(await journal.append([{ kind: 'lease_granted', epoch: 2, sequence: 3, at: '' }])).toMatchObject(refused);
    expect(journal.write([taskAdded(3)])).toMatchObject(refused);
    expect(await journal.append([taskAdded(3)])).toMatchObject(refused);
    expect([journal.hasUnflushed, count]).toEqual([true, flushed]);
    valueOf(await journal.close());
  });
});
