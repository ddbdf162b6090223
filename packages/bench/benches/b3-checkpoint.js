import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Checkpointer } from '../../cli/dist/lib/perform/checkpointer.js';
import { systemClock } from '../../cli/dist/lib/perform/clock.js';
import { createStateFile } from '../../cli/dist/lib/perform/state-file.js';
import { checkpointWays, epicId, savedFiveTimes } from '../lib/checkpoint-ways.js';
import { checkpointIn, halfDone } from '../lib/checkpoints.js';
import { run } from '../lib/command.js';
import { interleave, often } from '../lib/measure.js';
import { inFolder } from '../lib/project.js';
import { row } from '../lib/row.js';

const checkpointOnce = fileURLToPath(new URL('../limits/checkpoint-once.js', import.meta.url));
/** Rounds, and how often each round saves and loads: loads wait for no disk, and are in a row for longer. */
const sizes = [
  { count: 1_000, rounds: 11, saves: 50, loads: 100 },
  { count: 10_000, rounds: 11, saves: 10, loads: 10 },
  { count: 100_000, rounds: 11, saves: 1, loads: 1 },
];
const firstRounds = 5;
const blockedRounds = 11;
const saveAtMost = { ratioAtMost: 1.25 };
const loadAtMost = { ratioAtMost: 1.5 };
const compiled = 'Both compiled before it counts.';
const encodes = 'The limit is JSON.stringify and the same system calls.';
const parses = 'The limit reads, parses and checks the checksum.';
const firstTime = 'Both once, in a fresh process: nothing of either has been compiled before.';

/** The local checkpoint: save, load, and how long the loop stands still meanwhile. */
export async function b3Checkpoint() {
  const rows = [];
  for (const size of sizes) rows.push(...(await inFolder((root) => saveAndLoad(root, size))));
  rows.push(await inFolder((root) => blockedLoop(root, 100_000)));
  return rows;
}

async function saveAndLoad(root, { count, rounds, saves, loads }) {
  const checkpoint = checkpointIn(halfDone(count));
  await savedFiveTimes(root, checkpoint);
  const ways = checkpointWays(root, checkpoint);
  const warm = await interleave(rounds, {
    save: await often(ways.save, saves),
    write: await often(ways.write, saves),
    load: await often(ways.load, loads),
    bareLoad: await often(ways.bareLoad, loads),
    bareSave: await often(ways.bareSave, saves),
    bareEncodeAndSave: await often(ways.bareEncodeAndSave, saves),
  });
  const once = (way) => async () => Number((await run(process.execPath, [checkpointOnce, way, root])).text);
  const names = ['save', 'bareEncodeAndSave', 'load', 'bareLoad'];
  const first = await interleave(firstRounds, Object.fromEntries(names.map((way) => [way, once(way)])));
  const size = `${count.toLocaleString('en')} tasks, ${(statSync(join(root, 'checkpoint.json')).size / 1e6).toFixed(1)} MB`;
  const line = (name, { figures, quiet }, [ours, limit], rest) =>
    row({ name: `B3 ${name}`, unit: 'ms', ours: figures[ours], limit: figures[limit], quiet, ...rest });
  const [save, load] = [`save, ${size}`, `load with validation, ${size}`];
  return [
    line(save, warm, ['save', 'bareEncodeAndSave'], { target: saveAtMost, note: `${encodes} ${compiled}` }),
    line(`${save}, the first time`, first, ['save', 'bareEncodeAndSave'], { note: firstTime }),
    line(`write of bytes that are ready, ${size}`, warm, ['write', 'bareSave'], {
      target: saveAtMost,
      note: 'The limit is the same system calls.',
    }),
    line(`save beside the system calls alone, ${size}`, warm, ['save', 'bareSave'], {
      note: 'Ours encodes, the limit has the bytes.',
    }),
    line(load, warm, ['load', 'bareLoad'], { target: loadAtMost, note: `${parses} ${compiled}` }),
    line(`${load}, the first time`, first, ['load', 'bareLoad'], { note: firstTime }),
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
  const { figures, quiet } = await interleave(blockedRounds, {
    ours: async () => {
      globalThis.gc();
      await setTimeout(20);
      return longestPause(() => checkpointer.save());
    },
  });
  const longest = [Math.max(...figures.ours)];
  const name = `B3 longest time the loop is blocked by a save, ${count.toLocaleString('en')} tasks`;
  const note = `The longest of all ${blockedRounds} saves.`;
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
