// `npm run bench` measures everything and writes results.json and RESULTS.md; `npm run bench -- <name> ...` measures
// some and only prints them.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { writeResults } from './lib/report.js';
import { finish, printRow } from './lib/results.js';

const benches = [
  'start',
  'parse',
  'dry-run',
  'b2-scheduling',
  'b3-checkpoint',
  'b3-journal',
  'b4-recovery',
  'idle',
  'b1-spawn',
  'b1-processes',
];
const one = fileURLToPath(new URL('./run-one.js', import.meta.url));

/** Each in a process of its own: no bench works in the memory that another one has filled. */
function measure(name) {
  return new Promise((resolve, reject) => {
    const child = fork(one, [name], { execArgv: ['--expose-gc'] });
    let rows;
    child.on('message', (message) => (rows = message));
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      rows === undefined ? reject(new Error(`The bench ${name} ended with ${code ?? signal}.`)) : resolve(rows),
    );
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !benches.some((bench) => bench.startsWith(name)));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}. There are: ${benches.join(', ')}.\n`);
  process.exitCode = 1;
} else {
  const wanted = asked.length === 0 ? benches : benches.filter((bench) => asked.some((name) => bench.startsWith(name)));
  const startedAt = performance.now();
  const rows = [];
  for (const name of wanted) {
    process.stdout.write(`\n${name}\n`);
    const measured = await measure(name);
    for (const row of measured) printRow(row);
    rows.push(...measured.map((row) => ({ bench: name, ...row })));
  }
  const tookS = (performance.now() - startedAt) / 1_000;
  process.stdout.write(`\n${tookS.toFixed(0)} s in all\n`);
  if (asked.length === 0) await writeResults({ rows: finish(rows), tookS });
}
