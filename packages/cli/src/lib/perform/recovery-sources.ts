import { FailureError, ok, type Result } from '@ginkoai/contract';
import type { GraphAnswer } from '../decide/recover.js';
import { restoreState } from '../decide/restore-state.js';
import { recoverStateFromGraph } from '../orchestrator-state.js';
import type { GraphConnection } from './connect-graph.js';
import type { LocalState } from './local-state.js';

/** Everything that is known of the epic's last run, before anything is decided. */
export interface RecoverySources {
  readonly local: LocalState;
  readonly graph: GraphAnswer;
  /** When the graph's state was persisted; null: it has none, or nobody could ask. */
  readonly persistedAt: string | null;
  /** How far the graph's words about tasks had been read. */
  readonly graphRevision: number;
}

export interface GatherOptions {
  /** As `loadLocalState` gave it. */
  readonly local: LocalState;
  readonly place: string;
  readonly epicId: string;
  /** `why`: there is no connection. */
  readonly graph: GraphConnection | { readonly why: string };
}

/** Asks the graph, then this working copy. A graph that fails is `unavailable`, never "none". */
export async function gatherSources(options: GatherOptions): Promise<Result<RecoverySources>> {
  const { local, place, epicId, graph } = options;
  const asked = await askGraph(graph, epicId, place);
  if (!asked.ok) return asked;
  const known = local.kind === 'found' ? local : { graphRevision: 0, persistedAt: null };
  return ok({
    local,
    graph: asked.value.answer,
    persistedAt: asked.value.persistedAt ?? known.persistedAt,
    graphRevision: Math.max(known.graphRevision, asked.value.revision),
  });
}

interface AskedGraph {
  readonly answer: GraphAnswer;
  readonly persistedAt: string | null;
  readonly revision: number;
}

async function askGraph(graph: GatherOptions['graph'], epicId: string, place: string): Promise<Result<AskedGraph>> {
  const without = (answer: GraphAnswer): Result<AskedGraph> => ({
    ok: true,
    value: { answer, persistedAt: null, revision: 0 },
  });
  if ('why' in graph) return without({ kind: 'unavailable', why: graph.why });
  try {
    const checkpoint = await recoverStateFromGraph(graph.graphId, epicId, graph.client);
    if (checkpoint === null) return without({ kind: 'none' });
    const state = restoreState(checkpoint, [], place);
    const revision = Number(checkpoint.eventCursor ?? 0);
    return {
      ok: true,
      value: { answer: { kind: 'found', state }, persistedAt: checkpoint.persistedAt ?? null, revision },
    };
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    // A state that only a newer ginko can read must not be run over.
    if (error.failure.code === 'newer_version') return { ok: false, failure: error.failure };
    return without({ kind: 'unavailable', why: error.failure.message });
  }
}
