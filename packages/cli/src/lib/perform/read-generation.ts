import { join } from 'node:path';
import type { EpicId, Failure, GraphId, OrchestratorCheckpoint } from '@ginkoai/contract';
import { generationFile, type Generation } from './checkpoint-generations.js';
import { decodeCheckpoint, maxCheckpointBytes } from './decode-checkpoint.js';
import { readLimitedSync } from './read-limited-sync.js';

export type GenerationReading =
  | { readonly kind: 'usable'; readonly checkpoint: OrchestratorCheckpoint }
  | { readonly kind: 'absent' }
  /** `bad_state` (damaged or foreign), `newer_version`, or `file_unreadable`. */
  | {
      readonly kind: 'unusable';
      readonly failure: Failure;
      /** It is whole, but another graph's. */
      readonly otherGraph?: GraphId;
    };

export interface ReadGenerationOptions {
  readonly directory: string;
  readonly generation: Generation;
  readonly epicId: EpicId;
  /** Absent: any graph's checkpoint is taken. */
  readonly graphId?: GraphId | undefined;
}

/**
 * Reads one generation and judges it. Changes nothing. At once: nothing goes on yet while a state is loaded, to parse it
 * takes ten times as long as to read it, and of a small one the turns of asynchronous reading took the most (measured).
 */
export function readGeneration(options: ReadGenerationOptions): GenerationReading {
  const name = generationFile(options.generation);
  const path = join(options.directory, name);
  const bytes = readLimitedSync({ path, what: 'The checkpoint', maxBytes: maxCheckpointBytes });
  if (!bytes.ok) return { kind: 'unusable', failure: bytes.failure };
  if (bytes.value === undefined) return { kind: 'absent' };
  const checkpoint = decodeCheckpoint({ bytes: bytes.value, name, epicId: options.epicId });
  if (!checkpoint.ok) return { kind: 'unusable', failure: checkpoint.failure };
  const { epicId, graphId } = checkpoint.value;
  if (epicId !== options.epicId)
    return { kind: 'unusable', failure: foreign(name, `the epic "${epicId}" and not to "${options.epicId}"`) };
  if (options.graphId === undefined || graphId === options.graphId)
    return { kind: 'usable', checkpoint: checkpoint.value };
  const failure = foreign(name, `the graph "${graphId}" and not to "${options.graphId}"`);
  return { kind: 'unusable', failure, otherGraph: graphId };
}

function foreign(name: string, owner: string): Failure {
  return { code: 'bad_state', message: `${name} belongs to ${owner}.` };
}
