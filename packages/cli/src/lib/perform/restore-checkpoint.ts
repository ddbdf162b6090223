import {
  failed,
  holderSchema,
  ok,
  type EpicId,
  type Epoch,
  type EpochMillis,
  type Failure,
  type Holder,
  type OrchestratorCheckpoint,
  type Result,
  type TaskId,
} from '@ginkoai/contract';
import { seenMark, type Mark } from '../decide/judge-world.js';
import { acquireLease } from './acquire-lease.js';
import type { Generation } from './checkpoint-generations.js';
import { commandHolder, lockForCommand } from './command-lock.js';
import type { GraphConnection } from './connect-graph.js';
import { loadMarksFile } from './marks-file.js';
import { createStateFile, type StateFile } from './state-file.js';

export interface RestoreCheckpoint {
  readonly directory: string;
  readonly epicId: string;
  readonly generation: Generation;
  /** The greatest epoch that this working copy knows. */
  readonly newestEpoch: Epoch;
  /** null: there is none. */
  readonly graph: GraphConnection | null;
  /** The marks that the sprint file shows of the tasks whose completion is undone; null: the file is not known. */
  readonly marks: { readonly sprintFile: string; readonly undone: ReadonlyMap<TaskId, Mark> } | null;
  readonly now: EpochMillis;
}

export interface RestoredCheckpoint {
  readonly checkpoint: OrchestratorCheckpoint;
  /** Where everything later was moved to. */
  readonly quarantined: readonly string[];
  /** What went wrong beside it, for people. */
  readonly warnings: readonly string[];
  readonly graph:
    | { readonly kind: 'told' }
    | { readonly kind: 'none' }
    /** It still has the later state, which a resume would choose. */
    | { readonly kind: 'not_told'; readonly failure: Failure };
}

/**
 * Goes back to a generation here, and in the graph by persisting it under a new epoch, which makes it the newest state
 * of the run. Failures: `local_lock_held` and `lease_held` (somebody orchestrates), those of files.
 */
export async function restoreCheckpoint(options: RestoreCheckpoint): Promise<Result<RestoredCheckpoint>> {
  const { directory, now } = options;
  const holder = commandHolder('checkpoint-restore');
  const lock = await lockForCommand({ directory, holder, now });
  if (!lock.ok) return lock;
  try {
    return await restoreUnderLock(options, holder);
  } finally {
    lock.value.release();
  }
}

async function restoreUnderLock(options: RestoreCheckpoint, holder: Holder): Promise<Result<RestoredCheckpoint>> {
  const { directory, epicId, generation, newestEpoch, graph } = options;
  const lease =
    graph === null
      ? null
      : await acquireLease({ client: graph.client, epicId, holder, atLeastEpoch: newestEpoch, isTakeover: false });
  if (lease?.ok === false && lease.failure.code === 'lease_held') return failedAsHeld(lease.failure);
  const stateFile = createStateFile({ directory, epicId });
  const restored = await stateFile.restore(generation);
  if (!restored.ok) {
    if (graph !== null && lease?.ok === true) await giveBack(graph, { epicId, holder, epoch: lease.value.epoch });
    return restored;
  }
  const warnings = await rememberMarks(options);
  const { checkpoint, quarantined } = restored.value;
  const here = { checkpoint, quarantined, warnings };
  if (graph === null || lease === null) return ok({ ...here, graph: { kind: 'none' } });
  if (!lease.ok) return ok({ ...here, graph: { kind: 'not_told', failure: lease.failure } });
  const { epoch } = lease.value;
  const told = await tellGraph({ ...checkpoint, epoch }, { ...options, graph, stateFile, holder });
  return told.ok ? ok({ ...here, ...told.value }) : told;
}

/** Their ticks are what the file had before, not a person's new word: without this a resume could believe them again. */
async function rememberMarks({ directory, marks }: RestoreCheckpoint): Promise<string[]> {
  if (marks === null || marks.undone.size === 0) return [];
  const loaded = await loadMarksFile({ directory });
  if (!loaded.ok) return [loaded.failure.message];
  const { marksFile, warnings } = loaded.value;
  const seen = new Map(marksFile.marksOf(marks.sprintFile));
  for (const [id, mark] of marks.undone) seen.set(id, seenMark(mark, { isComplete: false }));
  const saved = await marksFile.save(marks.sprintFile, seen);
  return saved.ok ? [...warnings] : [...warnings, saved.failure.message];
}

interface Telling extends RestoreCheckpoint {
  readonly graph: GraphConnection;
  readonly stateFile: StateFile;
  readonly holder: Holder;
}

/** Under its new epoch the state is the newest one, here and in the graph. Gives the lease back. */
async function tellGraph(
  checkpoint: OrchestratorCheckpoint,
  { epicId, graph, stateFile, holder, now }: Telling,
): Promise<Result<Pick<RestoredCheckpoint, 'checkpoint' | 'graph'>>> {
  const { orchestratorId } = holder;
  const { epoch } = checkpoint;
  const state: OrchestratorCheckpoint = { ...checkpoint, persistedAt: new Date(now).toISOString() };
  const saved = await stateFile.save(state);
  const told = saved.ok ? await graph.client.persistState({ orchestratorId, epicId, epoch, state }) : saved;
  const released = await giveBack(graph, { epicId, holder, epoch });
  if (!saved.ok) return saved;
  const failure = told.ok ? (released.ok ? null : released.failure) : told.failure;
  return ok({ checkpoint: state, graph: failure === null ? { kind: 'told' } : { kind: 'not_told', failure } });
}

function giveBack(
  { client }: GraphConnection,
  { epicId, holder, epoch }: { readonly epicId: EpicId; readonly holder: Holder; readonly epoch: Epoch },
): Promise<Result<unknown>> {
  return client.releaseLease({ epicId, orchestratorId: holder.orchestratorId, epoch });
}

function failedAsHeld({ message, details }: Failure): Result<never> {
  const holder = holderSchema.safeParse(details?.['holder']);
  if (!holder.success) return failed('lease_held', message);
  const { orchestratorId, pid, host } = holder.data;
  return failed(
    'lease_held',
    `${orchestratorId} (process ${pid} on ${host}) is orchestrating this epic, so nothing was changed. ` +
      'Stop it, then restore again.',
    { holder: holder.data },
  );
}
