// `drain-once.js ours|bare <count>`: builds and drains a sprint in memory, once, as a run does it: in a process that
// has not done it before. Prints the milliseconds that it took.
import { begin, definitionsOf, drain } from '../lib/memory-run.js';
import { buildBare, drainBare } from './bare-ready-queue.js';

const agents = 50;
const [who, count] = process.argv.slice(2);
const definitions = definitionsOf(Number(count));
const { build, empty } = {
  ours: { build: () => begin(definitions, agents), empty: drain },
  bare: { build: () => buildBare(definitions), empty: (queue) => drainBare(queue, agents) },
}[who];
globalThis.gc();
const startedAt = performance.now();
empty(build());
const tookMs = performance.now() - startedAt;
// Node makes the stream when it is first asked for.
process.stdout.write(`${tookMs}\n`);
