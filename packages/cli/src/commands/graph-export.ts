import { exitCodes, failed, unwrap, type ExitCode } from '@ginkoai/contract';
import { checkEnvironment } from '../lib/options/environment.js';
import { graphToLookAt } from '../lib/perform/graph-to-look-at.js';
import { findRunPlace } from '../lib/perform/run-place.js';
import { cleanText } from '../lib/report/clean-text.js';
import type { CommandContext } from '../program.js';

/** Prints what the graph has of an epic as one JSON document: the newest state, the later events, the history. */
export async function graphExport(
  { epic }: { readonly epic: string | undefined },
  { cwd, env, output }: CommandContext,
): Promise<ExitCode> {
  unwrap(checkEnvironment(env));
  const { root, config, epicId, warnings } = unwrap(await findRunPlace({ cwd, epic, naming: 'epic' }));
  for (const warning of warnings) output.error(cleanText(warning));
  const graph = unwrap(await graphToLookAt({ root, config, env, unserved: 'open' }));
  const none = (): never => unwrap(failed('not_found', `The graph has no state of the epic ${epicId}.`));
  if (graph === null) return none();
  try {
    const { client, graphId } = graph;
    const { state, events } = unwrap(await client.readState({ epicId }));
    if (state === null) return none();
    const { states } = unwrap(await client.stateHistory({ epicId }));
    output.json({ graphId, epicId, state, events, history: states });
    return exitCodes.ok;
  } finally {
    await graph.close();
  }
}
