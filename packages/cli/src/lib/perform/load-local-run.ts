import type { Failure, OrchestratorCheckpoint } from '@ginkoai/contract';
import { generations, type Generation } from './checkpoint-generations.js';
import { replayJournals, type Replay } from './replay-journals.js';
import type { StateFile } from './state-file.js';

/** What this working copy knows of a run: a checkpoint, and what happened after it. */
export type LocalRun =
  | {
      readonly kind: 'found';
      /** `undefined`: none is usable, but the journals go back to the run's start, where the events begin. */
      readonly checkpoint: OrchestratorCheckpoint | undefined;
      readonly generation: Generation | undefined;
      readonly replay: Replay;
      /** Of both, for people. */
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'none'; readonly replay: Replay; readonly warnings: readonly string[] }
  /** `newer_version`, `file_unreadable`, `bad_configuration` (the state of another graph): nothing was touched. */
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface LoadLocalRunOptions {
  readonly stateFile: StateFile;
  /** Nothing is copied into quarantine; the state file has a setting of its own. */
  readonly readOnly?: boolean;
}

/**
 * The newest usable checkpoint that the journals go on from. One that holds events which a later epoch left behind
 * (its orchestrator woke up late and saved once more) is passed over for an older one.
 */
export async function loadLocalRun({ stateFile, readOnly = false }: LoadLocalRunOptions): Promise<LocalRun> {
  const warnings: string[] = [];
  for (let from = 0; from < generations.length;) {
    const loaded = await stateFile.load({ from });
    if ('failure' in loaded) return { kind: 'failed', failure: loaded.failure };
    warnings.push(...loaded.warnings);
    if (loaded.kind === 'none') break;
    const { checkpoint, generation, file } = loaded;
    const replay = await replayJournals({ directory: stateFile.directory, after: checkpoint, readOnly });
    if (!replay.ok) return { kind: 'failed', failure: replay.failure };
    const { divergedAt, startsRun } = replay.value;
    if (divergedAt === undefined) {
      warnings.push(...replay.value.warnings);
      // The state of an earlier run is no base for a later one.
      const base = startsRun ? { checkpoint: undefined, generation: undefined } : { checkpoint, generation };
      return { kind: 'found', ...base, replay: replay.value, warnings };
    }
    warnings.push(
      `${file} holds events after ${divergedAt.sequence} that were written when another orchestrator had taken over; ` +
        'an older generation is used.',
    );
    from = generation + 1;
  }
  return fromJournalsAlone({ directory: stateFile.directory, readOnly, warnings });
}

interface JournalsAlone {
  readonly directory: string;
  readonly readOnly: boolean;
  /** So far. */
  readonly warnings: readonly string[];
}

async function fromJournalsAlone({ directory, readOnly, warnings }: JournalsAlone): Promise<LocalRun> {
  const replay = await replayJournals({ directory, after: { epoch: 0, sequence: 0 }, readOnly });
  if (!replay.ok) return { kind: 'failed', failure: replay.failure };
  const all = [...warnings, ...replay.value.warnings];
  if (!replay.value.startsRun) return { kind: 'none', replay: replay.value, warnings: all };
  return { kind: 'found', checkpoint: undefined, generation: undefined, replay: replay.value, warnings: all };
}
