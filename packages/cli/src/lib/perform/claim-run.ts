import {
  ok,
  type AcquireLeaseResponse,
  type Config,
  type Epoch,
  type EpicId,
  type Failure,
  type GraphId,
  type Holder,
  type Millis,
  type OrchestratorId,
  type Result,
} from '@ginkoai/contract';
import { acquireLease } from './acquire-lease.js';
import type { LauncherConnection, LauncherEvent } from './agents/launcher-client.js';
import { wakeLauncher } from './agents/launcher-reach.js';
import { claimLaunchers } from './claim-launchers.js';
import { connectGraph, type GraphConnection } from './connect-graph.js';
import type { EmbeddedGraphThread } from './embedded-graph-thread.js';
import { loadLocalState, type LocalState } from './local-state.js';
import { acquireLock, type Lock } from './lock.js';
import { keepGraphId, placeOf } from './project.js';
import { newHolder } from './run-identity.js';
import { openStateDirectory } from './state-directory.js';
import { createStateFile, type StateFile } from './state-file.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ClaimOptions {
  readonly root: string;
  readonly epicId: EpicId;
  readonly config: Config;
  readonly env: Environment;
  readonly isOffline: boolean;
  readonly isTakeover: boolean;
  readonly leaseTtlMs: Millis;
  readonly now: number;
  readonly onLauncher: (event: LauncherEvent) => void;
  /** Hears of errors inside the embedded graph. */
  readonly onGraphError: (error: Error) => void;
  /** Of the embedded graph, started ahead; absent: it is started when it is needed. */
  readonly thread?: Result<EmbeddedGraphThread> | undefined;
}

/** Everything an orchestrator must have in its hands before it opens a run. */
export interface Claim {
  readonly place: string;
  readonly holder: Holder;
  readonly graphId: GraphId;
  readonly directory: string;
  readonly lock: Lock;
  readonly stateFile: StateFile;
  readonly local: LocalState;
  /** `why`: there is none to talk to. */
  readonly graph: GraphConnection | { readonly why: string };
  /** The graph to ask at the start; a graph that has just failed to answer is not asked again, but kept for later. */
  readonly askable: GraphConnection | { readonly why: string };
  /** null: the graph did not answer; the run goes on under the last epoch that is known. */
  readonly lease: AcquireLeaseResponse | null;
  readonly epoch: Epoch;
  /** The last epoch that this working copy knew, and who held it; epoch 0: none. */
  readonly lastKnown: { readonly epoch: Epoch; readonly orchestratorId: OrchestratorId };
  /** Why the lease could not be asked for; it is among the warnings. */
  readonly graphTrouble: Failure | null;
  readonly launcher: LauncherConnection;
  readonly warnings: readonly Failure[];
  /** Gives back what is not needed any more; the lease is given back by the run's end. */
  release(): Promise<void>;
  /** Gives back everything: the run did not begin after all, and its lease would only keep others waiting. */
  abandon(): Promise<void>;
}

/**
 * Takes the local lock, the graph's lease and the launchers, in this order. Failures: `local_lock_held`, `lease_held`,
 * `newer_version`, and those of the disk.
 */
export async function claimRun(options: ClaimOptions): Promise<Result<Claim>> {
  const { root, epicId, config, env, isOffline } = options;
  const undo: (() => unknown)[] = [];
  const release = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  const refuse = async (failure: Failure): Promise<Result<never>> => {
    await release();
    return { ok: false, failure };
  };
  const { thread } = options;
  if (thread?.ok === true) undo.push(() => thread.value.close());
  const directory = await openStateDirectory({ workingCopy: root, epicId });
  if (!directory.ok) return refuse(directory.failure);
  const [place, graphId] = await Promise.all([placeOf(root), keepGraphId({ root, env, config })]);
  if (!place.ok) return refuse(place.failure);
  if (!graphId.ok) return refuse(graphId.failure);
  const holder = newHolder(options.now, place.value);
  const lock = await acquireLock({
    directory: directory.value,
    holder: { ...holder, epoch: 0, startedAt: new Date(options.now).toISOString() },
    force: options.isTakeover,
  });
  if (!lock.ok) return refuse(lock.failure);
  undo.push(() => lock.value.release());
  const woken = wakeLauncher({ root });
  if (!woken.ok) return refuse(woken.failure);
  const stateFile = createStateFile({
    directory: directory.value,
    epicId,
    graphId: graphId.value,
    isStillOurs: () => lock.value.isStillOurs(),
  });
  const [local, connected] = await Promise.all([
    loadLocalState({ stateFile, place: place.value, readOnly: false }),
    connectGraph({
      root,
      config,
      env,
      isOffline,
      purpose: 'serve',
      thread,
      onGraphError: options.onGraphError,
    }),
  ]);
  if (connected.ok) undo.push(() => connected.value.close());
  if (!local.ok) return refuse(local.failure);
  const lastEpoch = local.value.kind === 'found' ? local.value.state.epoch : 0;
  // The state is one and the same object later on, with this process's id in it.
  const lastHolder = local.value.kind === 'found' ? local.value.state.orchestratorId : holder.orchestratorId;
  // Several that take over at the same time would each get a part, and none would have it all.
  if (!lock.value.isStillOurs()) return refuse(lockLost(lock.value));
  let graphTrouble: Failure | null = null;
  let lease: AcquireLeaseResponse | null = null;
  if (connected.ok) {
    const asked = await acquireLease({
      client: connected.value.client,
      epicId,
      holder,
      atLeastEpoch: lastEpoch,
      isTakeover: options.isTakeover,
      ttlMs: options.leaseTtlMs,
    });
    if (!asked.ok && asked.failure.code === 'lease_held') return refuse(asked.failure);
    if (asked.ok) lease = asked.value;
    else graphTrouble = asked.failure;
  } else {
    graphTrouble = connected.failure;
  }
  if (!lock.value.isStillOurs()) {
    if (lease !== null && connected.ok) await giveBack(connected.value, { epicId, holder, epoch: lease.epoch });
    return refuse(lockLost(lock.value));
  }
  const isSilent = graphTrouble?.code === 'graph_timeout' || graphTrouble?.code === 'graph_unreachable';
  const claimed = await claimLaunchers({
    launchers: {
      root,
      scope: `${graphId.value}/${epicId}`,
      orchestratorId: holder.orchestratorId,
      env: agentEnvironment(env, config),
      onMessage: options.onLauncher,
      woken: woken.value,
    },
    client: connected.ok ? connected.value.client : null,
    epicId,
    holder,
    lease,
    lastKnown: { epoch: lastEpoch, orchestratorId: lastHolder },
    isTakeover: options.isTakeover,
    leaseTtlMs: options.leaseTtlMs,
  });
  if (!claimed.ok) {
    // Agents of a holder that died may be at work, and without the launchers nobody knows: then its lease runs out first.
    if (lease !== null && lease.previous?.released !== false && connected.ok)
      await giveBack(connected.value, { epicId, holder, epoch: lease.epoch });
    return refuse(claimed.failure);
  }
  const { launcher } = claimed.value;
  undo.push(() => launcher.close());
  const abandon = async (): Promise<void> => {
    const granted = claimed.value.lease;
    if (granted !== null && connected.ok && !mayHaveAgents(granted, launcher))
      await giveBack(connected.value, { epicId, holder, epoch: granted.epoch });
    await release();
  };
  return ok({
    place: place.value,
    holder,
    graphId: graphId.value,
    directory: directory.value,
    lock: lock.value,
    stateFile,
    local: local.value,
    graph: connected.ok ? connected.value : { why: connected.failure.message },
    askable: connected.ok && !isSilent ? connected.value : { why: graphTrouble?.message ?? '' },
    ...claimed.value,
    graphTrouble,
    warnings: [...launcher.warnings, ...(graphTrouble === null ? [] : [withoutGraph(graphTrouble)])],
    release,
    abandon,
  });
}

/** Agents of an earlier orchestrator that are still at work here: nobody else is to be given their tasks meanwhile. */
function mayHaveAgents({ previous }: AcquireLeaseResponse, { attempts }: LauncherConnection): boolean {
  return previous?.released === false && attempts.some(({ state }) => state !== 'finished');
}

function lockLost(lock: Lock): Failure {
  const other = lock.takenBy();
  const who = other === undefined ? 'Another orchestrator' : `${other.orchestratorId} (process ${other.pid})`;
  return {
    code: 'local_lock_held',
    message: `${who} took over this working copy at the same time. Leave the run to it, or end it and start again.`,
  };
}

/** Best effort: whoever comes next takes the lease of a process that is gone anyway. */
async function giveBack(
  { client }: GraphConnection,
  { epicId, holder, epoch }: { readonly epicId: EpicId; readonly holder: Holder; readonly epoch: Epoch },
): Promise<void> {
  await client.releaseLease({ epicId, orchestratorId: holder.orchestratorId, epoch }, { retries: 0 });
}

function withoutGraph({ code, message }: Failure): Failure {
  const consequence = 'The run goes on with the state of this working copy; other machines do not see it meanwhile.';
  return { code, message: `${message.replace(/([^.])$/, '$1.')} ${consequence}` };
}

const ownVariables: ReadonlySet<string> = new Set(['GINKO_GRAPH_TOKEN', 'GINKO_CALLED_AS']);

/** What agents may see of the environment: the names of the configuration, or all but ginko's own secrets. */
function agentEnvironment(env: Environment, config: Config): Environment {
  if (config.environment !== undefined) return Object.fromEntries(config.environment.map((name) => [name, env[name]]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ownVariables.has(name)));
}
