import { sampleQuiet } from './quiet.js';

/**
 * Runs the candidates in turn, `rounds` times, every second round backwards. A candidate that gives no
 * figure of its own is timed as a whole, in milliseconds. Returns the figures of each by name, and how quiet the machine was meanwhile.
 */
export async function interleave(rounds, candidates) {
  const names = Object.keys(candidates);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  const quiet = [await sampleQuiet()];
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const startedAt = performance.now();
      const figure = await candidates[name]();
      figures[name].push(typeof figure === 'number' ? figure : performance.now() - startedAt);
    }
    quiet.push(await sampleQuiet());
  }
  return { figures, quiet };
}

/**
 * A candidate that is compiled before it counts, and does its work so many times in a row that what is collected as
 * garbage falls to its own side. What others left in the young generation is collected before: V8 would do so while a
 * candidate waits, and at the cost of those that do. A full collection would also throw compiled code away, because
 * there is nothing left of the kinds of objects that it is made for. Its figure is the milliseconds of one time.
 */
export async function often(once, times) {
  const inARow = async () => {
    globalThis.gc({ type: 'minor' });
    const startedAt = performance.now();
    for (let time = 0; time < times; time += 1) await once();
    return (performance.now() - startedAt) / times;
  };
  await inARow();
  await inARow();
  return inARow;
}

export function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Each round's figure beside the same round's other: what disturbs both alike cancels out. */
export function ratios(figures, others) {
  return figures.map((figure, round) => figure / others[round]);
}

/** How the cost grows: 1 is linear. `small` and `large` are total costs, a round each. */
export function exponents({ small, large, factor }) {
  return ratios(large, small).map((ratio) => Math.log(ratio) / Math.log(factor));
}
