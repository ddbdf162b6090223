import { fileURLToPath } from 'node:url';
import { parseSprint } from '../../cli/dist/lib/sprint/parse-sprint.js';
import { run } from '../lib/command.js';
import { interleave, often } from '../lib/measure.js';
import { row } from '../lib/row.js';
import { texts } from '../lib/sprint-text.js';

const parseOnce = fileURLToPath(new URL('../limits/parse-once.js', import.meta.url));
const rounds = 11;
const times = 3;
const leastMbPerSecond = 40;

/** Markdown to tasks, in memory. The limit only splits the text into lines and looks which of them are headings. */
export async function parse() {
  const rows = [];
  for (const [what, textOf] of Object.entries(texts)) {
    const text = textOf();
    const speeds = speedsOf(text);
    const compiled = await measured({
      ours: speeds(await often(() => parseSprint(text, 'sprint.md'), times)),
      limit: speeds(await often(() => headingsOf(text), times)),
    });
    const first = await measured({ ours: speeds(() => firstParse(what)) });
    rows.push(
      row({ name: `parse ${what}`, ...compiled, target: { atLeast: leastMbPerSecond } }),
      row({
        name: `parse ${what}, the first time`,
        ...first,
        note: 'Once, in a fresh process: nothing has been compiled before.',
      }),
    );
  }
  return rows;
}

async function measured(candidates) {
  const { figures, quiet } = await interleave(rounds, candidates);
  return { unit: 'MB/s', ours: figures.ours, limit: figures.limit ?? null, quiet };
}

/** Milliseconds of one time become megabytes a second. */
function speedsOf(text) {
  const megabytes = Buffer.byteLength(text) / 1e6;
  return (once) => async () => megabytes / ((await once()) / 1_000);
}

async function firstParse(what) {
  return Number((await run(process.execPath, [parseOnce, what])).text);
}

function headingsOf(text) {
  const headings = text.split('\n').filter((line) => /^#{2,4} /.test(line));
  if (headings.length === 0) throw new Error('The text has no headings.');
  return headings;
}
