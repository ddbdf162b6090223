// `parse-once.js <which>`: parses one of the texts once, in a process that has not done it before. Prints the
// milliseconds that it took.
import { parseSprint } from '../../cli/dist/lib/sprint/parse-sprint.js';
import { texts } from '../lib/sprint-text.js';

const text = texts[process.argv[2]]();
const startedAt = performance.now();
parseSprint(text, 'sprint.md');
const tookMs = performance.now() - startedAt;
// Node makes the stream when it is first asked for.
process.stdout.write(`${tookMs}\n`);
