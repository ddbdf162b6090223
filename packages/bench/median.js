/** Runs the candidates in turn, `rounds` times, and gives each one's median time in milliseconds. */
export function interleave(rounds, candidates) {
  const times = candidates.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    candidates.forEach((candidate, index) => {
      const startedAt = performance.now();
      candidate();
      times[index].push(performance.now() - startedAt);
    });
  }
  return times.map((each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)]);
}
