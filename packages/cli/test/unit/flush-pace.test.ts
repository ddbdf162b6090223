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
    await pace.flush(flushTaking(0));
    expect(where).toEqual(['in turn', 'in turn']);
  });

  it('takes no disk for slow that was slow once', async () => {
    for (const tookMs of [10, 1, 10, 1, 10, 1]) await pace.flush(flushTaking(tookMs));
    expect(where).toEqual(Array(6).fill('in turn'));
  });

  it('leaves a slow disk to another thread, for fifty times as long as it held up the loop', async () => {
    await pace.flush(flushTaking(10));
    await pace.flush(flushTaking(30));
    now += 1_999;
    await pace.flush(flushTaking(10));
    now += 1;
    await pace.flush(flushTaking(0.1));
    await pace.flush(flushTaking(0.1));
    expect(where).toEqual(['in turn', 'in turn', 'on thread', 'in turn', 'in turn']);
  });

  it('holds up the loop for 2 % of the time, however often a slow disk is flushed', async () => {
    const until = now + 60_000;
    while (now < until) {
      await pace.flush({ ...flushTaking(20), onThread: async () => void (now += await Promise.resolve(20)) });
    }
    const heldUpMs = 20 * where.length;
    expect(heldUpMs).toBeGreaterThan(1_000);
    expect(heldUpMs / 60_000).toBeLessThan(0.021);
  });

  it('throws on what a flush threw, and takes a slow failure for a slow disk', async () => {
    const broken: Flush = {
      inTurn: () => {
        now += 10;
        throw new Error('EIO in turn');
      },
      onThread: () => Promise.reject(new Error('EIO on thread')),
    };
    await expect(pace.flush(broken)).rejects.toThrow('EIO in turn');
    await expect(pace.flush(broken)).rejects.toThrow('EIO in turn');
    await expect(pace.flush(broken)).rejects.toThrow('EIO on thread');
  });
});
