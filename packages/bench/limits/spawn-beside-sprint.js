// `spawn-beside-sprint.js launcher|spawn <count> <root>`: loads a sprint of so many tasks as an orchestrator does, then
// starts processes one after another. Prints the median milliseconds from a start to its end.
import { spawn } from 'node:child_process';
import { parseSprint } from '../../cli/dist/lib/sprint/parse-sprint.js';
import { median } from '../lib/measure.js';
import { begin, definitionsOf } from '../lib/memory-run.js';
import { launcherIn } from '../lib/launcher.js';
import { sprintText } from '../lib/sprint-text.js';

const starts = 100;
const [how, counted, root] = process.argv.slice(2);
const text = sprintText(Number(counted));
const loaded = { text, sprint: parseSprint(text, 'sprint.md'), state: begin(definitionsOf(Number(counted)), 2) };
const launcher = how === 'launcher' ? await launcherIn(root) : null;
const times = [];
for (let turn = 0; turn < starts; turn += 1) {
  const startedAt = performance.now();
  await new Promise((resolve, reject) => {
    if (launcher !== null) return launcher.start(String(turn), resolve);
    spawn('/bin/true', { stdio: 'ignore' }).on('error', reject).on('exit', resolve);
  });
  times.push(performance.now() - startedAt);
}
await launcher?.close();
if (loaded.sprint.tasks.length !== loaded.state.tasks.size) throw new Error('The sprint was not loaded as a whole.');
process.stdout.write(`${median(times)}\n`);
