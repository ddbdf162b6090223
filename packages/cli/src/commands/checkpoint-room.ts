import { relative } from 'node:path';
import { failed, ok, unwrap, type Result } from '@ginkoai/contract';
import { checkpointOf } from '../lib/decide/checkpoint-of.js';
import { checkEnvironment } from '../lib/options/environment.js';
import type { NamedCheckpoint } from '../lib/perform/checkpoint-reference.js';
import type { GraphConnection } from '../lib/perform/connect-graph.js';
import { graphToLookAt } from '../lib/perform/graph-to-look-at.js';
import { lookAtLocalRun } from '../lib/perform/look-at-local-run.js';
import { epicsWithState, findRunPlace, type RunPlace } from '../lib/perform/run-place.js';
import { openStateDirectory } from '../lib/perform/state-directory.js';
import { createStateFile, type StateFile } from '../lib/perform/state-file.js';
import { cleanText } from '../lib/report/clean-text.js';
import type { CommandContext } from '../program.js';

/** The checkpoints of one epic in this working copy. */
export interface Checkpoints {
  readonly place: RunPlace;
  readonly directory: string;
  readonly stateFile: StateFile;
}

/** Finds them; nothing is made or changed. Throws its failures, as all of this command does. */
export async function openCheckpoints(
  epic: string | undefined,
  { cwd, env, output }: CommandContext,
): Promise<Checkpoints> {
  unwrap(checkEnvironment(env));
  const place = unwrap(await findRunPlace({ cwd, epic, naming: 'epic' }));
  for (const warning of place.warnings) output.error(cleanText(warning));
  const epics = unwrap(await epicsWithState(place.root));
  if (!epics.includes(place.epicId) && epics.length > 0 && epic === undefined) {
    unwrap(
      failed(
        'not_found',
        `The epic ${place.epicId} has no state here yet. Others have: ${epics.join(', ')}. Name one with --epic.`,
      ),
    );
  }
  const directory = unwrap(await openStateDirectory({ workingCopy: place.root, epicId: place.epicId, readOnly: true }));
  const stateFile = createStateFile({ directory, epicId: place.epicId, readOnly: true });
  return { place, directory, stateFile };
}

/** Runs `work` with the graph, where it is wanted and there is one. */
export async function withGraph<T>(
  { place }: Checkpoints,
  { env }: CommandContext,
  isWanted: boolean,
  work: (graph: GraphConnection | null) => Promise<T>,
): Promise<T> {
  if (!isWanted) return work(null);
  const graph = unwrap(await graphToLookAt({ root: place.root, config: place.config, env, unserved: 'open' }));
  try {
    return await work(graph);
  } finally {
    await graph?.close();
  }
}

/** The newest state of this working copy, with what the journals add. */
export async function asItStands({ directory, place }: Checkpoints): Promise<Result<NamedCheckpoint>> {
  const look = await lookAtLocalRun({ directory, epicId: place.epicId });
  if (!look.ok) return look;
  const { seen } = look.value;
  if (seen === null) return failed('not_found', `There is no state of the epic ${place.epicId} in ${directory}.`);
  const checkpoint = checkpointOf(seen.state, { savedAt: seen.state.lastEventAt });
  return ok({ name: 'the state as it stands', generation: null, checkpoint });
}

/** The folder as people read it. */
export function shownDirectory({ directory, place }: Checkpoints): string {
  return relative(place.root, directory);
}
