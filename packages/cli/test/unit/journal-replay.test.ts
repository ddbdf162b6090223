import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { journalLine, type RunEvent } from '@ginkoai/contract';
import { checksumOf } from '../../src/lib/perform/checksum.js';
import { journalName, openJournal } from '../../src/lib/perform/journal.js';
import { replayJournals, type HistoryPosition, type Replay } from '../../src/lib/perform/replay-journals.js';
import {
  recovered,
  runStarted,
  sequencesOf,
  taskAdded,
  tasksAdded,
  useTemporaryDirectory,
  valueOf,
} from '../support/history.js';

const beginning = { epoch: 0, sequence: 0 };

describe('a replay of journals', () => {
  const directory = useTemporaryDirectory();
  const quarantine = (): string => join(directory(), 'quarantine');
  const pathOf = (epoch: number): string => join(directory(), journalName(epoch));

  const write = async (epoch: number, events: readonly RunEvent[]): Promise<void> => {
    const journal = valueOf(await openJournal({ directory: directory(), epoch }));
    valueOf(await journal.append(events));
    valueOf(await journal.close());
  };
  const replay = async (after: HistoryPosition = beginning, readOnly = false): Promise<Replay> =>
    valueOf(await replayJournals({ directory: directory(), after, readOnly }));
  const lineOf = (event: object): string => {
    const text = JSON.stringify(event);
    return `${journalLine.head(checksumOf(text))}${text}${journalLine.tail}\n`;
  };

  it('gives the history of a run from its start', async () => {
    const events = [runStarted(), ...tasksAdded(2, 10)];
    await write(1, events);
    expect(await replay()).toEqual({
      events,
      startsRun: true,
      strays: [],
      detached: [],
      divergedAt: undefined,
      warnings: [],
      bytes: readFileSync(pathOf(1)).length,
    });
  });

  it('gives only what follows the position', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 10)]);
    const { events, startsRun } = await replay({ epoch: 1, sequence: 7, runId: 'run-1' });
    expect(sequencesOf(events)).toEqual([8, 9, 10]);
    expect(startsRun).toBe(false);
    expect((await replay({ epoch: 1, sequence: 10 })).events).toEqual([]);
  });

  it('finds nothing where nothing is', async () => {
    expect(await replay()).toMatchObject({ events: [], startsRun: false, warnings: [], bytes: 0 });
    expect(valueOf(await replayJournals({ directory: join(directory(), 'gone'), after: beginning })).events).toEqual(
      [],
    );
  });

  it('goes on through the journals of later epochs', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 5)]);
    await write(2, [recovered(2, { epoch: 1, sequence: 5 }), ...tasksAdded(7, 8)]);
    await write(10, [recovered(10, { epoch: 2, sequence: 8 }), ...tasksAdded(10, 11)]);
    const { events, strays, warnings } = await replay({ epoch: 1, sequence: 3 });
    expect(sequencesOf(events)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(strays).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('tells apart what an orchestrator wrote after another had gone on without it', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    await write(2, [recovered(2, { epoch: 1, sequence: 4 }), taskAdded(6)]);
    const { events, strays } = await replay({ epoch: 1, sequence: 2 });
    expect(events.map((event) => `${event.sequence} ${event.kind}`)).toEqual([
      '3 task_added',
      '4 task_added',
      '5 recovered',
      '6 task_added',
    ]);
    expect(sequencesOf(strays)).toEqual([5, 6]);
  });

  it('says so when the position lies beyond the place that a later epoch went on from', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    await write(2, [recovered(2, { epoch: 1, sequence: 4 }), ...tasksAdded(6, 9)]);
    expect(await replay({ epoch: 1, sequence: 6 })).toMatchObject({
      divergedAt: { epoch: 1, sequence: 4 },
      events: [],
    });
  });

  it('goes on in the journal that was begun before the lease was granted', async () => {
    const granted: RunEvent = { kind: 'lease_granted', sequence: 3, at: '2026-01-05T10:00:00Z', epoch: 2 };
    await write(1, [runStarted(), taskAdded(2), granted, ...tasksAdded(4, 6)]);
    await write(3, [recovered(3, { epoch: 2, sequence: 6 })]);
    expect(sequencesOf((await replay({ epoch: 2, sequence: 4 })).events)).toEqual([5, 6, 7]);
    expect(sequencesOf((await replay({ epoch: 1, sequence: 2 })).events)).toEqual([3, 4, 5, 6, 7]);
  });

  it('goes on in the journal that a lease granted in the middle begins', async () => {
    const granted: RunEvent = { kind: 'lease_granted', sequence: 3, at: '2026-01-05T10:00:00Z', epoch: 2 };
    await write(1, [runStarted(), taskAdded(2)]);
    await write(2, [granted, ...tasksAdded(4, 5)]);
    expect(sequencesOf((await replay()).events)).toEqual([1, 2, 3, 4, 5]);
    expect(sequencesOf((await replay({ epoch: 2, sequence: 3 })).events)).toEqual([4, 5]);
  });

  it('leaves out lines of an epoch before the position', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    const { events, strays } = await replay({ epoch: 4, sequence: 5 });
    expect([...events, ...strays]).toEqual([]);
    const ofAnotherRun = await replay({ epoch: 4, sequence: 5, runId: 'run-7' });
    expect(ofAnotherRun).toMatchObject({ events: [], strays: [], startsRun: false });
  });

  it('starts again with a later run, and forgets the one before', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    await write(2, [runStarted({ runId: 'run-2', epoch: 2 }), ...tasksAdded(2, 3)]);
    const fromFirst = await replay({ epoch: 1, sequence: 4, runId: 'run-1' });
    expect(fromFirst.startsRun).toBe(true);
    expect(sequencesOf(fromFirst.events)).toEqual([1, 2, 3]);
    const fromSecond = await replay({ epoch: 2, sequence: 2, runId: 'run-2' });
    expect(fromSecond.startsRun).toBe(false);
    expect(sequencesOf(fromSecond.events)).toEqual([3]);
  });

  it('tells two runs apart that share an epoch and so a journal', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    await write(1, [runStarted({ runId: 'run-2' }), ...tasksAdded(2, 4)]);
    const { events, startsRun } = await replay({ epoch: 1, sequence: 3, runId: 'run-2' });
    expect(sequencesOf(events)).toEqual([4]);
    expect(startsRun).toBe(false);
  });

  it('keeps apart what follows a hole: facts without a place', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 4)]);
    await write(3, [recovered(3, { epoch: 2, sequence: 20 }), ...tasksAdded(22, 23)]);
    const { events, detached, warnings } = await replay({ epoch: 1, sequence: 1 });
    expect(sequencesOf(events)).toEqual([2, 3, 4]);
    expect(sequencesOf(detached)).toEqual([21, 22, 23]);
    expect(warnings).toEqual([expect.stringContaining('5 to 20')]);
    // The graph knows what is missing here, and from its state the rest follows.
    expect(sequencesOf((await replay({ epoch: 2, sequence: 20 })).events)).toEqual([21, 22, 23]);
  });

  it('leaves out a torn last line, and says so, but keeps no copy of it', async () => {
    await write(1, [runStarted(), taskAdded(2)]);
    const whole = readFileSync(pathOf(1));
    appendFileSync(pathOf(1), lineOf(taskAdded(3)).slice(0, -1));
    const { events, warnings } = await replay();
    expect(sequencesOf(events)).toEqual([1, 2]);
    expect(warnings).toEqual([expect.stringContaining('was cut off')]);
    expect(existsSync(quarantine())).toBe(false);
    expect(readFileSync(pathOf(1)).length).toBeGreaterThan(whole.length);
  });

  it('gives a prefix of the history wherever a crash cut the file', async () => {
    const events = [runStarted(), ...tasksAdded(2, 6)];
    await write(1, events);
    const whole = readFileSync(pathOf(1));
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(pathOf(1), whole.subarray(0, length));
      const lines = whole.subarray(0, length).toString().split('\n').length - 1;
      expect((await replay()).events).toEqual(events.slice(0, lines));
    }
  });

  it('ends the history at a damaged line in the middle, and copies the rest into quarantine once', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    const damaged = readFileSync(pathOf(1), 'utf8').replace('TASK-3', 'TASK-8');
    writeFileSync(pathOf(1), damaged);
    const { events, detached, warnings } = await replay();
    expect(sequencesOf(events)).toEqual([1, 2]);
    expect(sequencesOf(detached)).toEqual([4, 5, 6]);
    expect(warnings).toEqual([expect.stringContaining('damaged at line 3')]);
    expect((await replay()).warnings).toEqual(warnings);
    const copies = readdirSync(quarantine());
    expect(copies).toHaveLength(1);
    expect(readFileSync(join(quarantine(), copies[0] ?? ''), 'utf8')).toBe(damaged.split('\n').slice(2).join('\n'));
    expect(readFileSync(pathOf(1), 'utf8')).toBe(damaged);
  });

  it('changes nothing when it may only read', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 4)]);
    writeFileSync(pathOf(1), readFileSync(pathOf(1), 'utf8').replace('TASK-3', 'TASK-8'));
    const { warnings } = await replay(beginning, true);
    expect(warnings).toEqual([expect.stringContaining('damaged at line 3')]);
    expect(existsSync(quarantine())).toBe(false);
  });

  it('goes on from the damage when the next epoch did', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    writeFileSync(pathOf(1), readFileSync(pathOf(1), 'utf8').replace('TASK-4', 'TASK-8'));
    await write(2, [recovered(2, { epoch: 1, sequence: 3 }), taskAdded(5)]);
    const { events } = await replay();
    expect(events.map((event) => `${event.sequence} ${event.kind}`)).toEqual([
      '1 run_started',
      '2 task_added',
      '3 task_added',
      '4 recovered',
      '5 task_added',
    ]);
  });

  it.each([
    ['a sequence is missing', () => lineOf(taskAdded(4))],
    ['an event lacks a field', () => lineOf({ ...taskAdded(3), taskId: undefined })],
    ['a line is not what its checksum says', () => lineOf(taskAdded(3)).replace('TASK-3', 'TASK-4')],
    ['a line is empty', () => '\n'],
    ['a line is binary', () => '\u0000\u0001\uffff\n'],
    ['a key could reach a prototype', () => lineOf(JSON.parse('{"__proto__":{"kind":"task_added"}}') as object)],
  ])('counts it as damage when %s', async (_, damage) => {
    await write(1, [runStarted(), taskAdded(2)]);
    appendFileSync(pathOf(1), damage() + lineOf(taskAdded(5)));
    const { events, warnings } = await replay();
    expect(sequencesOf(events)).toEqual([1, 2]);
    expect(warnings).toEqual([expect.stringContaining('damaged at line 3')]);
  });

  it('takes a repeated sequence for the line of a late writer', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 4)]);
    appendFileSync(pathOf(1), lineOf(taskAdded(3)) + lineOf(taskAdded(5)));
    const { events, strays, warnings } = await replay();
    expect(sequencesOf(events)).toEqual([1, 2, 3, 4, 5]);
    expect(sequencesOf(strays)).toEqual([3]);
    expect(warnings).toEqual([]);
  });

  it('refuses an intact event of a kind that only a later version knows, and leaves the file alone', async () => {
    await write(1, [runStarted()]);
    appendFileSync(pathOf(1), lineOf({ kind: 'task_teleported', sequence: 2, at: '2026-01-05T10:00:00Z' }));
    const before = readFileSync(pathOf(1));
    const result = await replayJournals({ directory: directory(), after: beginning });
    expect(result).toMatchObject({
      ok: false,
      failure: { code: 'newer_version', message: expect.stringContaining('upgrade ginko') as string },
    });
    expect(await openJournal({ directory: directory(), epoch: 1 })).toMatchObject({
      ok: false,
      failure: { code: 'newer_version' },
    });
    expect(readFileSync(pathOf(1))).toEqual(before);
  });

  it('reads lines that are longer than what is read at once', async () => {
    const long = { ...taskAdded(2), taskId: 'T'.repeat(1_000_000) };
    await write(1, [runStarted(), long, { ...long, sequence: 3 }, ...tasksAdded(4, 5)]);
    const { events, warnings } = await replay();
    expect(sequencesOf(events)).toEqual([1, 2, 3, 4, 5]);
    expect(warnings).toEqual([]);
  });

  it('never throws, whatever bytes a file holds, and never invents an event', async () => {
    await write(1, [runStarted(), ...tasksAdded(2, 6)]);
    const whole = readFileSync(pathOf(1));
    const flip = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
        const changed = Buffer.from(whole);
        for (const { at, to } of flips) changed[at] = to;
        writeFileSync(pathOf(1), changed);
        const { events } = await replay(beginning, true);
        expect(events).toEqual([runStarted(), ...tasksAdded(2, 6)].slice(0, events.length));
      }),
      { numRuns: 200 },
    );
  });
});
