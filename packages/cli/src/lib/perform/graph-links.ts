import {
  longestTitle,
  staleEpochDetailsSchema,
  unwrap,
  type Failure,
  type OrchestratorCheckpoint,
  type Result,
  type RunEvent,
  type SyncTasksRequest,
} from '@ginkoai/contract';
import type { RunState } from '../decide/run-state.js';
import type { Lease, Mirror, RunInput } from '../ports.js';
import { acquireLease } from './acquire-lease.js';
import { createGraphMirror } from './graph-mirror.js';
import { createLeaseKeeper } from './lease-keeper.js';
import type { RunSessionParts } from './run-session.js';

export interface GraphLinks {
  readonly mirror: Mirror;
  readonly lease: Lease;
}

export interface GraphLinksHooks {
  readonly checkpoint: () => OrchestratorCheckpoint;
  /** Resolves when everything in the state is on disk: only that may be told to others. A failure: it never will be. */
  readonly settled: () => Promise<Result<void>>;
  /** How far people's words in the graph are in the journal. */
  readonly revision: () => number;
  readonly onPersisted: (checkpoint: OrchestratorCheckpoint) => void;
  /** Aborted when the process is about to end: no call may hold it up. */
  readonly signal: AbortSignal;
}

/** The end of a run does not wait long to give its lease back: nobody needs it to, a dead holder loses it too. */
const releaseTimeoutMs = 2_000;

/** What binds a run to its graph: the mirror of its state and the lease. Both do nothing where there is no graph. */
export function graphLinks(parts: RunSessionParts, hooks: GraphLinksHooks): GraphLinks {
  const { claim, opened, clock, chance, options, reporter, inbox } = parts;
  const { graph } = claim;
  if ('why' in graph) return { mirror: silentMirror(graph.why), lease: noLease };
  const { client } = graph;
  // Not retried inside the client: mirror and keeper have a back-off of their own.
  const once = { retries: 0, signal: hooks.signal };
  const { state } = opened;
  const { epicId } = state;
  const { orchestratorId } = claim.holder;
  const lost = (failure: Failure): void => inbox.push(takenOver(failure));
  const mirror = createGraphMirror({
    clock,
    chance,
    intervalMs: options.persistIntervalMs,
    requester: { request: (method, path, body) => client.request(method as 'GET' | 'POST', path, body, once) },
    appendEvents: (events: readonly RunEvent[]) =>
      client.appendEvents(
        { epicId, runId: state.runId, orchestratorId, epoch: state.epoch, events: [...events] },
        once,
      ),
    syncTasks: async () => {
      const settled = await hooks.settled();
      if (!settled.ok) return settled;
      const { epoch } = state;
      const told = { epicId, orchestratorId, epoch, readRevision: hooks.revision(), tasks: tasksOf(state) };
      return client.syncTasks(told, once);
    },
    checkpoint: async () => {
      unwrap(await hooks.settled());
      return hooks.checkpoint();
    },
    reporter,
    onPersisted: hooks.onPersisted,
    trouble: claim.graphTrouble,
    onStale: lost,
  });
  const lease = createLeaseKeeper({
    clock,
    chance,
    isStrict: options.isStrictLease,
    renewMs: options.lease.renewMs,
    deadlineMs: options.lease.deadlineMs,
    granted: claim.lease,
    renew: (epoch) => client.renewLease({ epicId, orchestratorId, epoch }, once),
    reclaim: () =>
      acquireLease({
        client,
        epicId,
        holder: claim.holder,
        atLeastEpoch: state.epoch,
        // As long as no lease was granted to this process it goes on from the one that it found.
        lastKnown: state.epoch === claim.lastKnown.epoch ? claim.lastKnown : { epoch: state.epoch, orchestratorId },
        isTakeover: false,
        ttlMs: options.lease.ttlMs,
        call: once,
      }),
    release: (epoch) =>
      client.releaseLease({ epicId, orchestratorId, epoch }, { retries: 0, timeoutMs: releaseTimeoutMs }),
    onGranted: (epoch) => inbox.push({ kind: 'lease_granted', epoch }),
    onLost: lost,
  });
  return { mirror, lease };
}

function tasksOf({ tasks }: RunState): SyncTasksRequest['tasks'] {
  return [...tasks.values()].flatMap(({ id, status, definition }) =>
    definition === null
      ? []
      : [{ id, title: definition.title.slice(0, longestTitle), status, dependsOn: [...definition.dependsOn] }],
  );
}

function takenOver(failure: Failure): RunInput {
  const details = staleEpochDetailsSchema.safeParse(failure.details);
  if (!details.success) return { kind: 'taken_over', message: failure.message };
  const { orchestratorId, host, epoch } = details.data;
  const where = host === null ? '' : ` on ${host}`;
  const message = `${orchestratorId}${where} took over (epoch ${epoch}). This orchestrator writes nothing more; its files are kept.`;
  return { kind: 'taken_over', message, orchestratorId, ...(host === null ? {} : { host }) };
}

function silentMirror(why: string): Mirror {
  return {
    offer: () => undefined,
    unacknowledged: () => [],
    finish: () => Promise.resolve(),
    trouble: () => why,
    stop: () => undefined,
  };
}

const noLease: Lease = {
  confirm: () => Promise.resolve(),
  mayAssign: () => true,
  release: () => Promise.resolve(),
  stop: () => undefined,
};
