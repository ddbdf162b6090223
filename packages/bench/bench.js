// `npm run bench -- <name>`: core, start. Rounds are interleaved, medians and ratios are printed; trust the ratios.
import { core } from './core.js';
import { start } from './start.js';

const benches = { core, start };
const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  for (const { what, ours, limit, target } of await bench()) {
    const ratio = ours / limit;
    const verdict = ratio <= target ? 'reached' : 'MISSED';
    console.log(
      `  ${what}: ${ours.toFixed(1)} ms, limit ${limit.toFixed(1)} ms, ratio ${ratio.toFixed(2)} (target ${target}: ${verdict})`,
    );
  }
}
