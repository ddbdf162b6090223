import { fileURLToPath } from 'node:url';
import { run } from '../lib/command.js';
import { interleave } from '../lib/measure.js';
import { inFolder } from '../lib/project.js';
import { row } from '../lib/row.js';

const rounds = 5;
const large = 100_000;
const program = fileURLToPath(new URL('../limits/spawn-beside-sprint.js', import.meta.url));

/** What it costs to start a process when the one that wants it holds a large sprint in memory. */
export async function b1Spawn() {
  const cost = (how, count) => () =>
    inFolder(async (root) => Number((await run(process.execPath, [program, how, String(count), root])).text));
  const { figures, quiet } = await interleave(rounds, {
    small: cost('launcher', 50),
    large: cost('launcher', large),
    smallAlone: cost('spawn', 50),
    largeAlone: cost('spawn', large),
  });
  const size = `${large.toLocaleString('en')} tasks in memory`;
  return [
    row({
      name: `B1 start and end of a process, ${size}`,
      unit: 'ms',
      ours: figures.large,
      limit: figures.small,
      target: { ratioAtMost: 1.2 },
      note: 'The limit is the same with 50 tasks in memory.',
      quiet,
    }),
    row({
      name: `B1 the same without a launcher, ${size}`,
      unit: 'ms',
      ours: figures.largeAlone,
      limit: figures.smallAlone,
      note: 'What the launcher is there for: not a figure of the product.',
      quiet,
    }),
  ];
}
