import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { rotateGenerations } from '../../cli/dist/lib/perform/checkpoint-generations.js';
import { Checkpointer } from '../../cli/dist/lib/perform/checkpointer.js';
import { systemClock } from '../../cli/dist/lib/perform/clock.js';
import { createStateFile } from '../../cli/dist/lib/perform/state-file.js';
import { writeAtomically } from '../../cli/dist/lib/perform/write-atomically.js';
import { loadBare, saveBare } from '../limits/bare-file.js';
import { checkpointIn, halfDone } from '../lib/checkpoints.js';
import { interleave } from '../lib/measure.js';
import { inFolder } from '../lib/project.js';
import { row } from '../lib/row.js';

const rounds = 11;
const sizes = [1_000, 10_000, 100_000];
const saveAtMost = { ratioAtMost: 1.25 };
const loadAtMost = { ratioAtMost: 1.5 };
const epicId = 'epic';

/** The local checkpoint: save, load, and how long the loop stands still meanwhile. */
export async function b3Checkpoint() {
  const rows = [];
  for (const count of sizes) rows.push(...(await inFolder((root) => saveAndLoad(root, count))));
  rows.push(await inFolder((root) => blockedLoop(root, 100_000)));
  return rows;
}

async function saveAndLoad(root, count) {
  const checkpoint = checkpointIn(halfDone(count));
  const stateFile = createStateFile({ directory: root, epicId });
  const path = join(root, 'checkpoint.json');
  // All five generations are there before it counts.
  for (let generation = 0; generation < 5; generation += 1) await saved(stateFile.save(checkpoint));
  const bytes = readFileSync(path);
  const [bare, plain] = [join(root, 'bare.json'), join(root, 'plain', 'checkpoint.json')];
  mkdirSync(dirname(plain));
  const rotate = () => rotateGenerations(dirname(plain));
  for (let generation = 0; generation < 5; generation += 1) {
    saveBare(bare, bytes);
    await saved(writeAtomically({ path: plain, chunks: [bytes], what: 'The file', beforeRename: rotate }));
  }
  const { figures, quiet } = await interleave(rounds, {
    save: () => saved(stateFile.save(checkpoint)),
    write: () => saved(writeAtomically({ path: plain, chunks: [bytes], what: 'The file', beforeRename: rotate })),
    bareSave: () => void saveBare(bare, bytes),
    bareEncodeAndSave: () => void saveBare(bare, Buffer.from(JSON.stringify(checkpoint))),
    load: () => found(stateFile.load()),
    bareLoad: () => void loadBare(path),
  });
  const size = `${count.toLocaleString('en')} tasks, ${(statSync(path).size / 1e6).toFixed(1)} MB`;
  const line = (name, ours, limit, rest) =>
    row({ name: `B3 ${name}, ${size}`, unit: 'ms', ours: figures[ours], limit: figures[limit], quiet, ...rest });
  return [
    line('save', 'save', 'bareEncodeAndSave', {
      target: saveAtMost,
      note: 'The limit is JSON.stringify and the same system calls.',
    }),
    line('write of bytes that are ready', 'write', 'bareSave', {
      target: saveAtMost,
      note: 'The limit is the same system calls.',
    }),
    line('save beside the system calls alone', 'save', 'bareSave', { note: 'Ours encodes, the limit has the bytes.' }),
    line('load with validation', 'load', 'bareLoad', {
      target: loadAtMost,
      note: 'The limit reads, parses and checks the checksum.',
    }),
  ];
}

/** As the loop saves: the state is turned into a checkpoint, encoded and written, while a timer wants to run. */
async function blockedLoop(root, count) {
  const state = halfDone(count);
  const stateFile = createStateFile({ directory: root, epicId });
  const checkpointer = new Checkpointer({
    file: stateFile,
    journal: { bytes: 0 },
    clock: systemClock,
    intervalMs: 30_000,
    reporter: { event: () => undefined },
    checkpoint: () => checkpointIn(state),
  });
  const { figures, quiet } = await interleave(rounds, {
    ours: async () => {
      globalThis.gc();
      await setTimeout(20);
      return longestPause(() => checkpointer.save());
    },
  });
  const longest = [Math.max(...figures.ours)];
  const name = `B3 longest time the loop is blocked by a save, ${count.toLocaleString('en')} tasks`;
  const note = `The longest of all ${rounds} saves.`;
  return row({ name, unit: 'ms', ours: longest, target: { atMost: 50 }, note, quiet });
}

async function longestPause(work) {
  let isOver = false;
  let longest = 0;
  let last = performance.now();
  const over = work().finally(() => (isOver = true));
  while (!isOver) {
    await setImmediate();
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  const failure = await over;
  if (failure !== null) throw new Error(failure.message);
  return longest;
}

async function saved(saving) {
  const result = await saving;
  if (!result.ok) throw new Error(result.failure.message);
}

async function found(loading) {
  const result = await loading;
  if (result.kind !== 'found') throw new Error(`The checkpoint was not found: ${result.kind}.`);
}
