import { historyOf } from './orchestrate-rig-history.js';
import type { WorkingCopy } from './orchestrate-rig.js';
import type { GraphProcess } from './processes.js';

export interface Known {
  readonly copy: WorkingCopy;
  /** How many attempts have started. */
  readonly starts: number;
}

/** Whether the run of this copy is so far, and the graph was told all that it recorded. */
export async function graphKnowsAll(graph: GraphProcess, { copy, starts }: Known): Promise<boolean> {
  const history = historyOf(copy);
  const read = await graph.client().readState({ epicId: 'EPIC-1' });
  if (!read.ok || read.value.state === null) return false;
  const known = read.value.state.sequence + read.value.events.length;
  return history.filter(({ kind }) => kind === 'task_started').length === starts && known === history.at(-1)?.sequence;
}
