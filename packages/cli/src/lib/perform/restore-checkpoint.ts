import {
  holderSchema,
  ok,
  type Epoch,
  type EpochMillis,
  type Failure,
  type OrchestratorCheckpoint,
  type Result,
} from '@ginkoai/contract';
import { acquireLease } from './acquire-lease.js';
import type { Generation } from './checkpoint-generations.js';
import { commandHolder, lockForCommand } from './command-lock.js';
import type { GraphConnection } from './connect-graph.js';
import { createStateFile } from './state-file.js';

export interface RestoreCheckpoint {
  readonly directory: string;
  readonly epicId: string;
  readonly generation: Generation;
  /** The greatest epoch that this working copy knows. */
  readonly newestEpoch: Epoch;
  /** null: there is none. */
  readonly graph: GraphConnection | null;
  readonly now: EpochMillis;
}

export interface RestoredCheckpoint {
  readonly checkpoint: OrchestratorCheckpoint;
  /** Where everything later was moved to. */
  readonly quarantined: readonly string[];
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

async function restoreUnderLock(
  { directory, epicId, generation, newestEpoch, graph, now }: RestoreCheckpoint,
  holder: ReturnType<typeof commandHolder>,
): Promise<Result<RestoredCheckpoint>> {
  const lease =
    graph === null
      ? null
      : await acquireLease({ client: graph.client, epicId, holder, atLeastEpoch: newestEpoch, isTakeover: false });
  if (lease?.ok === false && lease.failure.code === 'lease_held')
    return { ok: false, failure: heldFailure(lease.failure) };
  const stateFile = createStateFile({ directory, epicId });
  const restored = await stateFile.restore(generation);
  if (!restored.ok) return restored;
  const { checkpoint, quarantined } = restored.value;
  if (graph === null || lease === null) return ok({ checkpoint, quarantined, graph: { kind: 'none' } });
  if (!lease.ok) return ok({ checkpoint, quarantined, graph: { kind: 'not_told', failure: lease.failure } });
  const { epoch } = lease.value;
  const { orchestratorId } = holder;
  const anew: OrchestratorCheckpoint = { ...checkpoint, epoch, persistedAt: new Date(now).toISOString() };
  const saved = await stateFile.save(anew);
  const told = saved.ok ? await graph.client.persistState({ orchestratorId, epicId, epoch, state: anew }) : saved;
  const released = await graph.client.releaseLease({ epicId, orchestratorId, epoch });
  if (!saved.ok) return saved;
  const failure = told.ok ? (released.ok ? null : released.failure) : told.failure;
  return ok({
    checkpoint: anew,
    quarantined,
    graph: failure === null ? { kind: 'told' } : { kind: 'not_told', failure },
  });
}

function heldFailure({ message, details }: Failure): Failure {
  const holder = holderSchema.safeParse(details?.['holder']);
  if (!holder.success) return { code: 'lease_held', message };
  const { orchestratorId, pid, host } = holder.data;
  return {
    code: 'lease_held',
    message:
      `${orchestratorId} (process ${pid} on ${host}) is orchestrating this epic, so nothing was changed. ` +
      'Stop it, then restore again.',
    details: { holder: holder.data },
  };
}
