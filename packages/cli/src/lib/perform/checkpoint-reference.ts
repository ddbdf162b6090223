import { failed, ok, type OrchestratorCheckpoint, type Result } from '@ginkoai/contract';
import { withEvents } from '../orchestrator-state.js';
import { generations, type Generation } from './checkpoint-generations.js';
import type { GraphConnection } from './connect-graph.js';
import type { StateFile } from './state-file.js';

/** A checkpoint as a person names it: a generation (0 to 4), a sequence, or `graph`. */
export type CheckpointReference =
  | { readonly kind: 'generation'; readonly generation: Generation }
  | { readonly kind: 'sequence'; readonly sequence: number }
  | { readonly kind: 'graph' };

/** Failure: `bad_option`. */
export function parseCheckpointReference(text: string): Result<CheckpointReference> {
  if (text === 'graph') return ok({ kind: 'graph' });
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (generations.includes(number)) return ok({ kind: 'generation', generation: number });
  if (Number.isInteger(number)) return ok({ kind: 'sequence', sequence: number });
  return failed(
    'bad_option',
    `A checkpoint is named by its generation (0 to ${generations.length - 1}), its sequence, or "graph", got "${text}". ` +
      'See ginko checkpoint history.',
  );
}

export interface CheckpointSources {
  readonly stateFile: StateFile;
  readonly epicId: string;
  /** null: there is none to ask. */
  readonly graph: GraphConnection | null;
}

export interface NamedCheckpoint {
  /** For people: `generation 2`, `sequence 118 in the graph`. */
  readonly name: string;
  /** null: it is the graph's. */
  readonly generation: Generation | null;
  readonly checkpoint: OrchestratorCheckpoint;
}

/**
 * The checkpoint that is meant; a sequence is looked for here first, then in the graph. Failures: `not_found`, those of
 * a damaged generation, and those of the graph.
 */
export async function readNamedCheckpoint(
  reference: CheckpointReference,
  { stateFile, epicId, graph }: CheckpointSources,
): Promise<Result<NamedCheckpoint>> {
  switch (reference.kind) {
    case 'generation':
      return readGeneration(stateFile, reference.generation);
    case 'graph':
      return graph === null ? noGraph() : readNewestOfGraph(graph, epicId);
    case 'sequence': {
      const { sequence } = reference;
      const here = await generationWith(stateFile, sequence);
      if (here !== null) return readGeneration(stateFile, here);
      if (graph === null) return unknownSequence(sequence);
      const there = await graph.client.stateAt({ epicId, sequence });
      if (there.ok)
        return ok({ name: `sequence ${sequence} in the graph`, generation: null, checkpoint: there.value.state });
      return there.failure.code === 'not_found' ? unknownSequence(sequence) : there;
    }
  }
}

/** The newest generation with this sequence; null: none of them has it. */
export async function generationWith(stateFile: StateFile, sequence: number): Promise<Generation | null> {
  const entries = await stateFile.history();
  const found = entries.find((entry) => entry.kind === 'usable' && entry.sequence === sequence);
  return found?.generation ?? null;
}

async function readGeneration(stateFile: StateFile, generation: Generation): Promise<Result<NamedCheckpoint>> {
  const read = await stateFile.read(generation);
  return read.ok ? ok({ name: `generation ${generation}`, generation, checkpoint: read.value }) : read;
}

async function readNewestOfGraph({ client }: GraphConnection, epicId: string): Promise<Result<NamedCheckpoint>> {
  const answer = await client.readState({ epicId });
  if (!answer.ok) return answer;
  const { state, events } = answer.value;
  if (state === null) return failed('not_found', `The graph ${client.url} has no state of the epic ${epicId}.`);
  return ok({ name: 'the graph', generation: null, checkpoint: withEvents(state, events) });
}

function unknownSequence(sequence: number): Result<never> {
  return failed(
    'not_found',
    `No checkpoint has the sequence ${sequence}. See ginko checkpoint history --graph for those there are.`,
  );
}

function noGraph(): Result<never> {
  return failed(
    'not_found',
    'There is no graph to ask: none is configured, and this working copy has none of its own yet.',
  );
}
