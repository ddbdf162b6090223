import { ginko, run } from '../lib/command.js';
import { interleave } from '../lib/measure.js';
import { inProject } from '../lib/project.js';
import { row } from '../lib/row.js';
import { sprintText } from '../lib/sprint-text.js';

const rounds = 5;
const tasks = 10_000;
const mostSeconds = 0.6;

/** Commands that only look, over a sprint of 10,000 tasks, from process start to process end. */
export function dryRun() {
  return inProject(sprintText(tasks), async (root) => {
    const seconds = (args) => async () => (await run(process.execPath, args, { cwd: root })).tookMs / 1_000;
    const commands = {
      'orchestrate --dry-run': [ginko, 'orchestrate', '--dry-run', '--exec', '/bin/true'],
      'sprint deps': [ginko, 'sprint', 'deps'],
    };
    const candidates = { node: seconds(['-e', '0']) };
    for (const [name, args] of Object.entries(commands)) candidates[name] = seconds(args);
    const { figures, quiet } = await interleave(rounds, candidates);
    return Object.keys(commands).map((name) =>
      row({
        name: `ginko ${name}, ${tasks.toLocaleString('en')} tasks`,
        unit: 's',
        ours: figures[name],
        limit: figures.node,
        target: { atMost: mostSeconds },
        note: 'The limit is node -e 0.',
        quiet,
      }),
    );
  });
}
