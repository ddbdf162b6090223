import { ginko, run } from '../lib/command.js';
import { interleave } from '../lib/measure.js';
import { inProject } from '../lib/project.js';
import { row } from '../lib/row.js';
import { sprintText } from '../lib/sprint-text.js';

const rounds = 5;
const looking = {
  'orchestrate --dry-run': [ginko, 'orchestrate', '--dry-run', '--exec', '/bin/true'],
  'sprint deps': [ginko, 'sprint', 'deps'],
};

/** Commands that only look, from process start to process end. */
export async function dryRun() {
  return [...(await thousandTasks()), ...(await tenThousandTasks())];
}

/** What a person waits for longer than for node itself. */
function thousandTasks() {
  return measured(1_000, ({ figures, quiet }) => {
    const { node, ...ours } = figures;
    const beyond = ours['orchestrate --dry-run'].map((seconds, round) => seconds - node[round]);
    const name = 'ginko orchestrate --dry-run, 1,000 tasks, beyond node -e 0';
    return [row({ name, unit: 's', ours: beyond, target: { atMost: 0.5 }, quiet })];
  });
}

function tenThousandTasks() {
  return measured(10_000, ({ figures, quiet }) =>
    Object.keys(looking).map((name) =>
      row({
        name: `ginko ${name}, 10,000 tasks`,
        unit: 's',
        ours: figures[name],
        limit: figures.node,
        target: { atMost: 0.6 },
        note: 'The limit is node -e 0.',
        quiet,
      }),
    ),
  );
}

function measured(tasks, rowsOf) {
  return inProject(sprintText(tasks), async (root) => {
    const seconds = (args) => async () => (await run(process.execPath, args, { cwd: root })).tookMs / 1_000;
    const candidates = { node: seconds(['-e', '0']) };
    for (const [name, args] of Object.entries(looking)) candidates[name] = seconds(args);
    return rowsOf(await interleave(rounds, candidates));
  });
}
