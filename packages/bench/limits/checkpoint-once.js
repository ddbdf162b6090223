// `checkpoint-once.js save|bareEncodeAndSave|load|bareLoad <root>`: saves or loads the checkpoint in `root` once, in a
// process that has not done it before. Prints the milliseconds that it took.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointWays } from '../lib/checkpoint-ways.js';

const [way, root] = process.argv.slice(2);
const isLoad = way.toLowerCase().endsWith('load');
const checkpoint = isLoad ? undefined : JSON.parse(readFileSync(join(root, 'checkpoint.json'), 'utf8')).checkpoint;
const once = checkpointWays(root, checkpoint)[way];
const startedAt = performance.now();
await once();
const tookMs = performance.now() - startedAt;
// Node makes the stream when it is first asked for.
process.stdout.write(`${tookMs}\n`);
