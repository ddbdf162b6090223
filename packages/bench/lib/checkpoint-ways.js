import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rotateGenerations } from '../../cli/dist/lib/perform/checkpoint-generations.js';
import { createStateFile } from '../../cli/dist/lib/perform/state-file.js';
import { writeAtomically } from '../../cli/dist/lib/perform/write-atomically.js';
import { loadBare, saveBare } from '../limits/bare-file.js';

export const epicId = 'epic';

/** The same checkpoint for each way, with all five generations of its file. */
export async function savedFiveTimes(root, checkpoint) {
  const stateFile = createStateFile({ directory: root, epicId });
  for (let generation = 0; generation < 5; generation += 1) await saved(stateFile.save(checkpoint));
  mkdirSync(dirname(placesIn(root).plain));
  const { write, bareSave } = checkpointWays(root, checkpoint);
  for (let generation = 0; generation < 5; generation += 1) {
    await write();
    bareSave();
  }
}

/** Ours and the limit's ways to save a checkpoint, and to load the one that lies in `root`. */
export function checkpointWays(root, checkpoint) {
  const { path, bare, plain } = placesIn(root);
  const stateFile = createStateFile({ directory: root, epicId });
  const bytes = readFileSync(path);
  const beforeRename = () => rotateGenerations(dirname(plain));
  return {
    save: () => saved(stateFile.save(checkpoint)),
    bareEncodeAndSave: () => saveBare(bare, Buffer.from(JSON.stringify(checkpoint))),
    write: () => saved(writeAtomically({ path: plain, chunks: [bytes], what: 'The file', beforeRename })),
    bareSave: () => saveBare(bare, bytes),
    load: () => found(stateFile.load()),
    bareLoad: () => void loadBare(path),
  };
}

function placesIn(root) {
  return {
    path: join(root, 'checkpoint.json'),
    bare: join(root, 'bare.json'),
    plain: join(root, 'plain', 'checkpoint.json'),
  };
}

async function saved(saving) {
  const result = await saving;
  if (!result.ok) throw new Error(result.failure.message);
}

async function found(loading) {
  const result = await loading;
  if (result.kind !== 'found') throw new Error(`The checkpoint was not found: ${result.kind}.`);
}
