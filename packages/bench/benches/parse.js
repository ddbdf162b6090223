import { parseSprint } from '../../cli/dist/lib/sprint/parse-sprint.js';
import { interleave } from '../lib/measure.js';
import { row } from '../lib/row.js';
import { realisticBody, sprintText } from '../lib/sprint-text.js';

const rounds = 11;
const leastMbPerSecond = 40;

/** Markdown to tasks, in memory. The limit only splits the text into lines and looks which of them are headings. */
export async function parse() {
  const texts = {
    'tasks with prose, lists and code': sprintText(4_000, { body: realisticBody }),
    'bare tasks, a heading and two fields each': sprintText(20_000),
  };
  const rows = [];
  for (const [what, text] of Object.entries(texts)) {
    const megabytes = Buffer.byteLength(text) / 1e6;
    const speed = (work) => () => {
      const startedAt = performance.now();
      work();
      return megabytes / ((performance.now() - startedAt) / 1_000);
    };
    const candidates = { ours: speed(() => parseSprint(text, 'sprint.md')), limit: speed(() => headingsOf(text)) };
    const { figures, quiet } = await interleave(rounds, candidates);
    rows.push(
      row({
        name: `parse ${what}`,
        unit: 'MB/s',
        ours: figures.ours,
        limit: figures.limit,
        target: { atLeast: leastMbPerSecond },
        quiet,
      }),
    );
  }
  return rows;
}

function headingsOf(text) {
  const headings = text.split('\n').filter((line) => /^#{2,4} /.test(line));
  if (headings.length === 0) throw new Error('The text has no headings.');
  return headings;
}
