// `recover-once.js ours|limit <root> <count>`: recovers once, in a process that has not done it before. Prints the
// milliseconds that it took.
import { recoveries } from '../lib/recovery.js';

const [who, root, count] = process.argv.slice(2);
const recover = recoveries(root, Number(count))[who];
const startedAt = performance.now();
await recover();
const tookMs = performance.now() - startedAt;
// Node makes the stream when it is first asked for.
process.stdout.write(`${tookMs}\n`);
