import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ginko, run } from '../lib/command.js';
import { interleave } from '../lib/measure.js';
import { findPeers } from '../lib/peers.js';
import { peerProjects } from '../lib/peer-projects.js';
import { inProject } from '../lib/project.js';
import { row } from '../lib/row.js';
import { sprintText } from '../lib/sprint-text.js';

const rounds = 15;
/** Loaded before a program: tells the greatest memory it had resident, in kilobytes, when it ends. */
const reportMemory = `const { writeFileSync } = require('node:fs');
process.on('exit', () => writeFileSync(process.env.GINKO_BENCH_MEMORY_FILE, String(process.resourceUsage().maxRSS)));
`;
const commands = [
  { name: 'ginko --version', args: [ginko, '--version'], timeAtMost: 1.3 },
  { name: 'ginko orchestrate --help', args: [ginko, 'orchestrate', '--help'], timeAtMost: 1.6 },
];
const memoryAtMost = 1.6;
const empty = ['-e', '0'];

/** From the start of a process to its end, beside a Node that does nothing. */
export async function start() {
  const { wireit, nx } = await findPeers();
  return inProject(sprintText(3), async (root) => {
    const node = (args, env) => run(process.execPath, args, { cwd: root, env });
    const time = (args) => async () => (await node(args)).tookMs;
    const file = join(root, 'memory');
    const preload = join(root, 'report-memory.cjs');
    writeFileSync(preload, reportMemory);
    const memory = (args) => async () => {
      await node(['--require', preload, ...args], { GINKO_BENCH_MEMORY_FILE: file });
      return Number(readFileSync(file, 'utf8')) / 1024;
    };
    const peers = {};
    if (nx.missing === undefined) peers.nx = time([join(nx.path, 'dist', 'bin', 'nx.js'), '--version']);
    if (wireit.missing === undefined) {
      // It has no --version: the least it does is one script.
      peerProjects.wireit.prepare(root, 1);
      peers.wireit = () => peerProjects.wireit.run(root, wireit);
    }
    const named = (measure) => Object.fromEntries(commands.map(({ name, args }) => [name, measure(args)]));
    const times = await interleave(rounds, { node: time(empty), ...named(time), ...peers });
    const memories = await interleave(5, { node: memory(empty), ...named(memory) });
    return rowsOf({ times, memories });
  });
}

function rowsOf({ times, memories }) {
  const rows = commands.map(({ name, timeAtMost }) =>
    row({
      name: `${name} beside node -e 0`,
      unit: 'ms',
      ours: times.figures[name],
      limit: times.figures.node,
      target: { ratioAtMost: timeAtMost },
      quiet: times.quiet,
    }),
  );
  for (const { name } of commands) {
    const ours = memories.figures[name];
    const target = { ratioAtMost: memoryAtMost };
    rows.push(
      row({
        name: `${name}, greatest memory`,
        unit: 'MB',
        ours,
        limit: memories.figures.node,
        target,
        quiet: memories.quiet,
      }),
    );
  }
  const ours = times.figures['ginko --version'];
  for (const name of ['nx', 'wireit']) {
    if (times.figures[name] === undefined) continue;
    const what = name === 'nx' ? 'nx --version' : 'wireit with one script';
    rows.push(
      row({
        name: `ginko --version beside ${what}`,
        unit: 'ms',
        ours,
        peer: { name, figures: times.figures[name] },
        quiet: times.quiet,
      }),
    );
  }
  return rows;
}
