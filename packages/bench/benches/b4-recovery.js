import { fileURLToPath } from 'node:url';
import { interleave, median, often } from '../lib/measure.js';
import { endLaunchers, inFolder, inProject } from '../lib/project.js';
import { crashed, recoveries } from '../lib/recovery.js';
import { row } from '../lib/row.js';
import { resumeMs, startAndKill } from '../lib/resume.js';
import { run } from '../lib/command.js';
import { sprintText } from '../lib/sprint-text.js';

const recoverOnce = fileURLToPath(new URL('../limits/recover-once.js', import.meta.url));
const rounds = 9;
const sizes = [1_000, 10_000, 100_000];

/** From what a crash left on disk to the plan of a resume; and a whole resume, from process start on. */
export async function b4Recovery() {
  const rows = [];
  for (const count of sizes) rows.push(...(await inFolder((root) => recovery(root, count))));
  return [...rows, ...(await resume())];
}

async function recovery(root, count) {
  await crashed(root, count);
  const { ours, limit } = recoveries(root, count);
  const name = `B4 recover and reconcile, ${count.toLocaleString('en')} tasks`;
  const times = Math.max(...sizes) / count;
  const compiled = await measured({ ours: await often(ours, times), limit: await often(limit, times) });
  const first = await measured({ ours: firstTime('ours', root, count), limit: firstTime('limit', root, count) });
  return [
    row({
      name,
      ...compiled,
      target: { ratioAtMost: 2 },
      note: 'The limit reads and parses the same files and corrects the lists of a checkpoint in one plain pass. Both compiled before it counts.',
    }),
    row({
      name: `${name}, the first time`,
      ...first,
      note: 'Both once, in a fresh process: nothing of either has been compiled before.',
    }),
  ];
}

async function measured(candidates) {
  const { figures, quiet } = await interleave(rounds, candidates);
  return { unit: 'ms', ours: figures.ours, limit: figures.limit, quiet };
}

function firstTime(who, root, count) {
  return async () => Number((await run(process.execPath, [recoverOnce, who, root, String(count)])).text);
}

async function resume() {
  const count = 1_000;
  return inProject(sprintText(count), async (root) => {
    await startAndKill(root, 50);
    const { figures, quiet } = await interleave(5, {
      node: async () => (await run(process.execPath, ['-e', '0'])).tookMs,
      cold: async () => {
        await endLaunchers(root);
        return resumeMs(root);
      },
      warm: () => resumeMs(root),
    });
    const node = median(figures.node);
    const more = (times) => times.map((time) => (time - node) / 1_000);
    const target = { atMost: 0.35 };
    const name = 'B4 --resume of 1,000 tasks, process start to first assignment';
    const note = 'More than node -e 0 takes.';
    return [
      row({ name: `${name}, launcher alive`, unit: 's', ours: more(figures.warm), target, note, quiet }),
      row({ name: `${name}, launcher gone`, unit: 's', ours: more(figures.cold), target, note, quiet }),
    ];
  });
}
