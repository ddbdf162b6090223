import { fileURLToPath } from 'node:url';
import { ginko, jsonLines, run } from '../lib/command.js';
import { exponents, interleave, median } from '../lib/measure.js';
import { findPeers } from '../lib/peers.js';
import { peerProjects } from '../lib/peer-projects.js';
import { inFolder, inProject } from '../lib/project.js';
import { missingRow, row } from '../lib/row.js';
import { sprintText } from '../lib/sprint-text.js';

const readyQueue = fileURLToPath(new URL('../limits/ready-queue.js', import.meta.url));
const rounds = 5;
const sizes = [200, 1_000, 5_000];
/** With more tasks nx takes a minute or more: once is enough, and the five rounds would take longer than all else. */
const nxRoundsUpTo = 1_000;

/** Real processes: a run of `/bin/true` for each task, two at a time, with everything on that a run has. */
export async function b1Processes({ sizes: wanted = sizes } = {}) {
  const peers = await findPeers();
  const rows = [];
  const own = new Map();
  for (const count of wanted) {
    const { figures, quiet, startAndEnd, peakMemoryMb, wholes } = await measureSize(count, peers);
    own.set(count, figures.ours);
    rows.push(...rowsOfSize({ count, figures, quiet, startAndEnd, wholes, peers }));
    if (count === 5_000) {
      const target = { atMost: 120 };
      rows.push(
        row({ name: 'B1 peak memory of the orchestrator, 5,000 tasks', unit: 'MB', ours: peakMemoryMb, target, quiet }),
      );
    }
  }
  const [small, large] = [own.get(200), own.get(5_000)];
  if (small !== undefined && large !== undefined) {
    const ours = exponents({ small, large, factor: 25 });
    const name = 'B1 exponent of the cost, 200 to 5,000 tasks';
    rows.push(row({ name, unit: '', ours, target: { atMost: 1.05 }, quiet: [] }));
  }
  return rows;
}

async function measureSize(count, peers) {
  const text = sprintText(count);
  const startAndEnd = [];
  const wholes = [];
  const peakMemoryMb = [];
  const candidates = {
    ours: () =>
      inProject(text, async (root) => {
        const ran = await orchestrate(root, count);
        startAndEnd.push(ran.tookMs - ran.drainMs);
        wholes.push(ran.tookMs);
        peakMemoryMb.push(ran.peakMemoryMb);
        return ran.drainMs;
      }),
    launcher: () => inFolder((root) => readyQueueMs(['launcher', String(count), root])),
    spawn: () => readyQueueMs(['spawn', String(count)]),
  };
  if (peers.c.missing === undefined) candidates.c = async () => Number((await run(peers.c.path, [String(count)])).text);
  const once = {};
  for (const [name, project] of Object.entries(peerProjects)) {
    if (peers[name].missing !== undefined) continue;
    const isLong = name === 'nx' && count > nxRoundsUpTo;
    (isLong ? once : candidates)[name] = () =>
      inFolder((root) => {
        project.prepare(root, count, peers[name]);
        return project.run(root, peers[name]);
      });
  }
  const measured = await interleave(rounds, candidates);
  const long = await interleave(1, once);
  const figures = { ...measured.figures, ...long.figures };
  return { figures, quiet: measured.quiet, startAndEnd, wholes, peakMemoryMb };
}

async function readyQueueMs(args) {
  return Number((await run(process.execPath, [readyQueue, ...args])).text);
}

/** From the first assignment to the last completion, as the run's own events tell it. */
async function orchestrate(root, count) {
  const args = [ginko, 'orchestrate', '--exec', '/bin/true', '--agents', '2', '--json'];
  const { tookMs, text, peakMemoryMb } = await run(process.execPath, args, { cwd: root, isWatched: true });
  const events = jsonLines(text);
  const completed = events.filter(({ kind }) => kind === 'task_completed');
  if (completed.length !== count) throw new Error(`${completed.length} of ${count} tasks were completed.`);
  const first = events.find(({ kind }) => kind === 'task_assigned');
  return { tookMs, peakMemoryMb, drainMs: Date.parse(completed.at(-1).at) - Date.parse(first.at) };
}

function rowsOfSize({ count, figures, quiet, startAndEnd, wholes, peers }) {
  const size = `B1 ${count.toLocaleString('en')} processes`;
  const seconds = (times) => times.map((time) => time / 1_000);
  const ours = seconds(figures.ours);
  const beside = (name, rest) => row({ name: `${size}, beside ${name}`, unit: 's', ours, quiet, ...rest });
  const rows = [
    beside('a Node ready queue with the same launcher', {
      limit: seconds(figures.launcher),
      target: { ratioAtMost: 1.4 },
      note: 'Ours from the first assignment to the last completion; the queue has no journal of its own.',
    }),
    beside('a Node ready queue that spawns by itself', { limit: seconds(figures.spawn) }),
    row({
      name: `${size}, start and end of the command`,
      unit: 's',
      ours: seconds(startAndEnd),
      quiet,
      note: 'Before the first assignment and after the last completion: not part of the other figures of this size.',
    }),
  ];
  rows.push(
    figures.c === undefined
      ? missingRow({ name: `${size}, beside posix_spawn in C`, note: peers.c.missing })
      : beside('posix_spawn in C', { limit: seconds(figures.c) }),
  );
  for (const name of Object.keys(peerProjects)) {
    const target = name === 'wireit' ? { ratioAtMost: 0.5 } : null;
    if (figures[name] === undefined) {
      rows.push(missingRow({ name: `${size}, beside ${name}`, peer: name, target, note: peers[name].missing }));
    } else if (figures[name].length === 1) {
      const peer = { name, figures: seconds(figures[name]) };
      rows.push(beside(name, { ours: [median(ours)], peer, target, note: `${name} once, after the others.` }));
    } else {
      rows.push(beside(name, { peer: { name, figures: seconds(figures[name]) }, target }));
    }
  }
  if (figures.wireit !== undefined) {
    rows.push(
      row({
        name: `${size}, whole commands beside wireit`,
        unit: 's',
        ours: seconds(wholes),
        peer: { name: 'wireit', figures: seconds(figures.wireit) },
        quiet,
        note: 'Both from process start to process end.',
      }),
    );
  }
  return rows;
}
