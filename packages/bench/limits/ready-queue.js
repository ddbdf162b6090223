// A ready queue over the tasks of the benchmark, two at a time, and nothing else: no capabilities, no record, no file.
// `ready-queue.js spawn <count>` starts each task's process itself; `ready-queue.js launcher <count> <root>` has the
// launcher of the product start it. Prints the milliseconds from the first start to the last end.
import { spawn } from 'node:child_process';
import { dependenciesOf, taskId } from '../lib/dag.js';

const inFlight = 2;
const program = '/bin/true';
const [how, counted, root] = process.argv.slice(2);
const count = Number(counted);

function drain(start) {
  const unmet = new Map();
  const dependants = new Map();
  const ready = [];
  for (let place = 0; place < count; place += 1) {
    const needed = dependenciesOf(place);
    unmet.set(place, needed.length);
    for (const other of needed) dependants.set(other, [...(dependants.get(other) ?? []), place]);
    if (needed.length === 0) ready.push(place);
  }
  return new Promise((resolve) => {
    let next = 0;
    let running = 0;
    let done = 0;
    const fill = () => {
      for (; running < inFlight && next < ready.length; next += 1) {
        running += 1;
        start(ready[next], end);
      }
    };
    const end = (place) => {
      running -= 1;
      done += 1;
      if (done === count) return resolve();
      for (const dependant of dependants.get(place) ?? []) {
        unmet.set(dependant, unmet.get(dependant) - 1);
        if (unmet.get(dependant) === 0) ready.push(dependant);
      }
      fill();
    };
    fill();
  });
}

function spawnSelf(place, onEnd) {
  const child = spawn(program, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  child.stderr.resume();
  child.on('close', () => onEnd(place));
}

async function throughLauncher() {
  const { launcherIn } = await import('../lib/launcher.js');
  const { start, close } = await launcherIn(root);
  return { start: (place, onEnd) => start(taskId(place), () => onEnd(place)), close };
}

const { start, close } = how === 'spawn' ? { start: spawnSelf, close: () => undefined } : await throughLauncher();
const startedAt = performance.now();
await drain(start);
const tookMs = performance.now() - startedAt;
// Node makes the stream when it is first asked for.
process.stdout.write(`${tookMs}\n`);
await close();
