import { inTurns } from '../../src/lib/perform/in-turns.js';

/** Steps of work that keep the processor busy for so long each. */
function* steps(count: number, stepMs: number, onStep: () => void): Generator<undefined, string> {
  for (let step = 0; step < count; step += 1) {
    const until = performance.now() + stepMs;
    while (performance.now() < until);
    onStep();
    yield;
  }
  return 'done';
}

/** How many turns of the event loop there were. */
function countTurns(): { stop: () => number } {
  let turns = 0;
  let isOver = false;
  const next = (): void => {
    turns += 1;
    if (!isOver) setImmediate(next);
  };
  setImmediate(next);
  return {
    stop() {
      isOver = true;
      return turns;
    },
  };
}

describe('work in turns', () => {
  it('lets others in at its first pause', async () => {
    const order: string[] = [];
    setImmediate(() => order.push('other'));
    const work = inTurns(steps(2, 0, () => order.push('step')));
    expect(await work).toBe('done');
    expect(order).toEqual(['step', 'other', 'step']);
  });

  it('lets others in between long steps, and takes short ones together', async () => {
    const long = countTurns();
    await inTurns(steps(10, 6, () => undefined));
    expect(long.stop()).toBeGreaterThanOrEqual(9);
    let done = 0;
    const short = countTurns();
    await inTurns(steps(1_000, 0, () => (done += 1)));
    expect(done).toBe(1_000);
    expect(short.stop()).toBeLessThan(500);
  });

  it('throws what the work throws', async () => {
    const failing = inTurns(
      (function* (): Generator<undefined, never> {
        yield;
        throw new Error('a bug');
      })(),
    );
    await expect(failing).rejects.toThrow('a bug');
  });
});
