import { FlushPace, type Flush } from '../../src/lib/perform/flush-pace.js';

describe('the pace of flushes', () => {
  let now: number;
  let where: string[];
  let pace: FlushPace;

  /** On a disk that takes so many milliseconds. */
  const flushTaking = (tookMs: number): Flush => ({
    inTurn: () => {
      now += tookMs;
      where.push('in turn');
    },
    onThread: async () => {
      await Promise.resolve();
      where.push('on thread');
    },
  });

  beforeEach(() => {
    now = 1_000;
    where = [];
    pace = new FlushPace(() => now);
  });

  it('flushes before the turn is over while the disk is quick', async () => {
    const flushed = pace.flush(flushTaking(4));
    expect(where).toEqual(['in turn']);
    await flushed;
    for (let count = 0; count < 99; count += 1) await pace.flush(flushTaking(4));
    expect(where).toEqual(Array(100).fill('in turn'));
  });

  it('takes no disk for slow that is slow now and then', async () => {
    for (let seconds = 0; seconds < 10; seconds += 1) {
      await pace.flush(flushTaking(19));
      now += 1_000;
    }
    expect(where).toEqual(Array(10).fill('in turn'));
  });

  it('leaves a slow disk to another thread until the loop was held up for 2 % of the time', async () => {
    await pace.flush(flushTaking(120));
    now += 4_900;
    await pace.flush(flushTaking(120));
    now += 200;
    await pace.flush(flushTaking(0.1));
    expect(where).toEqual(['in turn', 'on thread', 'in turn']);
  });

  it.each([
    ['all flushes take 20 ms', [20]],
    ['every second one takes 500 ms', [500, 1]],
    ['some take 5 ms', [5, 0.1, 0.1]],
  ])('holds up the loop for 2 %% of the time, also where %s', async (_, takes) => {
    const [from, until] = [now, now + 600_000];
    let heldUpMs = 0;
    for (let count = 0; now < until; count += 1) {
      const tookMs = takes[count % takes.length] ?? 0;
      await pace.flush({
        inTurn: () => {
          now += tookMs;
          if (tookMs > 4) heldUpMs += tookMs;
        },
        onThread: async () => void (now += await Promise.resolve(tookMs)),
      });
    }
    expect(heldUpMs).toBeGreaterThan(100);
    // What is had in advance, and the flush that goes beyond it.
    expect(heldUpMs).toBeLessThanOrEqual(0.02 * (now - from) + 20 + 500);
  });

  it('throws on what a flush threw, and takes a slow failure for a slow disk', async () => {
    const broken: Flush = {
      inTurn: () => {
        now += 21;
        throw new Error('EIO in turn');
      },
      onThread: () => Promise.reject(new Error('EIO on thread')),
    };
    await expect(pace.flush(broken)).rejects.toThrow('EIO in turn');
    await expect(pace.flush(broken)).rejects.toThrow('EIO on thread');
  });
});
