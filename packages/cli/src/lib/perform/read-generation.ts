import { join } from 'node:path';
import type { EpicId, Failure, GraphId, OrchestratorCheckpoint } from '@ginkoai/contract';
import { generationFile, type Generation } from './checkpoint-generations.js';
import { decodeCheckpoint, maxCheckpointBytes } from './decode-checkpoint.js';
import { readLimited } from './read-limited.js';

export type GenerationReading =
  | { readonly kind: 'usable'; readonly checkpoint: OrchestratorCheckpoint }
  | { readonly kind: 'absent' }
  /** `bad_state` (damaged or foreign), `newer_version`, or `file_unreadable`. */
  | { readonly kind: 'unusable'; readonly failure: Failure };

export interface ReadGenerationOptions {
  readonly directory: string;
  readonly generation: Generation;
  readonly epicId: EpicId;
  /** Absent: any graph's checkpoint is taken. */
  readonly graphId?: GraphId | undefined;
}

/** Reads one generation and judges it. Changes nothing. */
export async function readGeneration(options: ReadGenerationOptions): Promise<GenerationReading> {
  const name = generationFile(options.generation);
  const path = join(options.directory, name);
  const bytes = await readLimited({ path, what: 'The checkpoint', maxBytes: maxCheckpointBytes });
  if (!bytes.ok) return { kind: 'unusable', failure: bytes.failure };
  if (bytes.value === undefined) return { kind: 'absent' };
  const checkpoint = decodeCheckpoint({ bytes: bytes.value, name, epicId: options.epicId });
  if (!checkpoint.ok) return { kind: 'unusable', failure: checkpoint.failure };
  const foreign = foreignness(checkpoint.value, options);
  if (foreign === undefined) return { kind: 'usable', checkpoint: checkpoint.value };
  return { kind: 'unusable', failure: { code: 'bad_state', message: `${name} ${foreign}.` } };
}

function foreignness(
  checkpoint: OrchestratorCheckpoint,
  { epicId, graphId }: ReadGenerationOptions,
): string | undefined {
  if (checkpoint.epicId !== epicId) return `belongs to the epic "${checkpoint.epicId}" and not to "${epicId}"`;
  if (graphId === undefined || checkpoint.graphId === graphId) return undefined;
  return `belongs to the graph "${checkpoint.graphId}" and not to "${graphId}"`;
}
