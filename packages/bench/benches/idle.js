import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ginko } from '../lib/command.js';
import { sampleQuiet } from '../lib/quiet.js';
import { inProject } from '../lib/project.js';
import { row } from '../lib/row.js';
import { sprintText } from '../lib/sprint-text.js';

const agents = 50;
const watchedS = 20;
/** Far shorter than by default: a state that has not changed has every opportunity to be persisted again. */
const persistEvery = '2s';
const settleMs = 6_000;
const ticksPerSecond = 100;
/** Sectors and pages of a few lease renewals; everything else would be more. */
const isLeaseStore = (name) => name.startsWith('graph.db');

/** An orchestrator whose agents are all at work, with nothing to do until one of them ends. */
export function idle() {
  return inProject(sprintText(agents, { dependsOn: () => [] }), async (root) => {
    const args = ['orchestrate', '--exec', `sleep ${watchedS * 3}`, '--agents', String(agents), '--json'];
    const child = spawn(process.execPath, [ginko, ...args, '--persist-interval', persistEvery], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    try {
      await allStarted(child);
      await setTimeout(settleMs);
      return await watch(child.pid, root);
    } finally {
      // The second interrupt of a person ends the agents too; within a second it would count as the first.
      child.kill('SIGINT');
      await setTimeout(1_500);
      child.kill('SIGINT');
      await ended;
    }
  });
}

function allStarted(child) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.split('"kind":"task_started"').length > agents) resolve();
    });
    child.on('close', (code) => reject(new Error(`ginko orchestrate ended with ${code}: ${text.slice(-2_000)}`)));
  });
}

async function watch(pid, root) {
  const quiet = [await sampleQuiet()];
  const before = { cpu: cpuSeconds(pid), bytes: bytesWritten(pid), files: filesOf(root) };
  const startedAt = performance.now();
  await setTimeout(watchedS * 1_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuSeconds(pid) - before.cpu;
  const bytes = bytesWritten(pid) - before.bytes;
  const changed = filesOf(root).filter((file) => !before.files.includes(file));
  quiet.push(await sampleQuiet());
  const others = changed.filter((file) => !isLeaseStore(file.split('/').at(-1)));
  const name = `idle with ${agents} busy agents`;
  return [
    row({ name: `${name}, share of a core`, unit: '%', ours: [(100 * cpu) / seconds], target: { atMost: 1 }, quiet }),
    row({
      name: `${name}, files changed besides the lease's database`,
      unit: '',
      ours: [others.length],
      target: { atMost: 0 },
      note: others.length === 0 ? null : `Changed: ${others.map((file) => file.split(' ')[0]).join(', ')}.`,
      quiet,
    }),
    row({
      name: `${name}, bytes a second to disk`,
      unit: 'bytes/s',
      ours: [bytes / seconds],
      note: 'Lease renewals: one about every 10 s.',
      quiet,
    }),
  ];
}

/** User and system time of all threads; see proc(5). */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function bytesWritten(pid) {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))[1]);
}

/** Everything below `.ginko` and the sprint, with size and time of change: what is written to shows. */
function filesOf(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      const { size, mtimeMs } = statSync(path);
      return `${path.slice(root.length + 1)} ${size} ${mtimeMs}`;
    });
}
