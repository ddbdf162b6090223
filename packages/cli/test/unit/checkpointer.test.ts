import { failed, ok, type Result } from '@ginkoai/contract';
import { Checkpointer } from '../../src/lib/perform/checkpointer.js';
import type { ReportedEvent } from '../../src/lib/report/reporter.js';
import { aCheckpoint } from '../support/history.js';

const intervalMs = 30_000;
const farAhead = 5 * 1024 * 1024;

describe('saving the checkpoint while the run goes on', () => {
  let time = 0;
  let saves = 0;
  let answer: Result<unknown>;
  let told: ReportedEvent[];
  let journalBytes = 0;
  let checkpointer: Checkpointer;

  beforeEach(() => {
    [time, saves, journalBytes, answer, told] = [0, 0, 0, ok(undefined), []];
    checkpointer = new Checkpointer({
      file: {
        save: () => {
          saves += 1;
          return Promise.resolve(answer);
        },
        saveSync: () => answer,
      },
      journal: {
        get bytes() {
          return journalBytes;
        },
      },
      clock: { now: () => time, monotonic: () => time, after: () => () => undefined },
      intervalMs,
      reporter: { event: (event) => told.push(event) },
      checkpoint: () => aCheckpoint({ sequence: 5 }),
    });
  });

  /** One turn of the loop, and whatever it set off. */
  const cycle = async (sequence: number): Promise<number> => {
    checkpointer.saveIfDue(sequence);
    await new Promise((resolve) => setImmediate(resolve));
    return saves;
  };

  it('saves after its interval, and at once where the journal is far ahead', async () => {
    expect(await cycle(6)).toBe(0);
    time += intervalMs;
    expect(await cycle(6)).toBe(1);
    journalBytes += farAhead;
    expect(await cycle(7)).toBe(2);
  });

  it('waits for its interval after a save that failed, however far ahead the journal is', async () => {
    answer = failed('disk_full', 'The checkpoint could not be written.');
    journalBytes = farAhead;
    expect(await cycle(6)).toBe(1);
    expect(await cycle(7)).toBe(1);
    expect(await cycle(8)).toBe(1);
    time += intervalMs;
    expect(await cycle(9)).toBe(2);
    expect(told).toMatchObject([{ kind: 'warning', code: 'disk_full' }]);
  });

  it('is quick again once a save has succeeded', async () => {
    answer = failed('disk_full', 'The checkpoint could not be written.');
    journalBytes = farAhead;
    await cycle(6);
    answer = ok(undefined);
    time += intervalMs;
    expect(await cycle(7)).toBe(2);
    journalBytes += farAhead;
    expect(await cycle(8)).toBe(3);
  });
});
