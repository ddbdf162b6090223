import { relative } from 'node:path';
import {
  ok,
  type Failure,
  type LeaseView,
  type Millis,
  type OrchestratorCheckpoint,
  type Result,
  type RunEvent,
  type TaskId,
  type TaskWord,
} from '@ginkoai/contract';
import { judgeHolder, type OrchestratorSight } from '../decide/judge-holder.js';
import { restoreState } from '../decide/restore-state.js';
import { emptyRunState, type RunState } from '../decide/run-state.js';
import { attemptFiles } from './agents/attempt-files.js';
import { currentBootId, isSameProcess, type ProcessIdentity } from './agents/process-identity.js';
import type { RunLook } from '../report/run-look.js';
import { applySprintToLook } from './apply-sprint-to-look.js';
import type { GraphConnection } from './connect-graph.js';
import { lookAtLocalRun, type SeenRun } from './look-at-local-run.js';
import { readLockHolder } from './lock-holder.js';
import { loadMarksFile } from './marks-file.js';
import { outputTail } from './output-tail.js';
import { knownPlaceOf } from './project.js';
import type { RunPlace } from './run-place.js';
import { openStateDirectory } from './state-directory.js';

export interface LookAtRunOptions {
  readonly place: RunPlace;
  /** null: there is no graph to ask. */
  readonly graph: GraphConnection | null;
  /** The graph hears of events a moment after they happened: `newest` is for what must not miss one. */
  readonly prefers: 'graph' | 'newest';
}

const quickly = { timeoutMs: 3_000, totalTimeoutMs: 3_000, retries: 0 } as const;

/**
 * The run from the graph, else from this working copy; from the latter also when it is clearly ahead. A graph that
 * does not answer is a reason, not a failure. Failures: `newer_version`, `file_unreadable`.
 */
export async function lookAtRun({ place, graph, prefers }: LookAtRunOptions): Promise<Result<RunLook>> {
  const directory = await openStateDirectory({ workingCopy: place.root, epicId: place.epicId, readOnly: true });
  if (!directory.ok) return directory;
  const [remote, local, lock, marks] = await Promise.all([
    askGraph(graph, place.epicId),
    lookAtLocalRun({ directory: directory.value, epicId: place.epicId }),
    readLockHolder(directory.value),
    loadMarksFile({ directory: directory.value, readOnly: true }),
  ]);
  if (remote.failure?.code === 'newer_version') return { ok: false, failure: remote.failure };
  if (!local.ok) return local;
  if (!marks.ok) return marks;
  const { source, seen, reason } = choose(remote, local.value, prefers);
  const isHeldHere = lock !== null && isSameProcess(lock);
  const state = seen?.state ?? emptyRunState('');
  state.epicId = place.epicId;
  const { marksFile } = marks.value;
  const lastSeen = place.sprint === null ? undefined : marksFile.marksOf(relative(place.root, place.sprint.file));
  applySprintToLook(state, place.sprint?.sprint ?? null, lastSeen);
  const end = seen === null ? null : endOf(seen);
  const read = Number(seen?.checkpoint?.eventCursor ?? 0);
  return ok({
    source,
    reason,
    graphUrl: graph?.url ?? null,
    state,
    asOf: seen?.state.lastEventAt ?? null,
    persistedAt: remote.persistedAt ?? local.value.seen?.checkpoint?.persistedAt ?? null,
    savedAt: (source === 'graph' ? remote.persistedAt : seen?.checkpoint?.savedAt) ?? null,
    lastEvent: seen?.lastEvent ?? null,
    end: isHeldHere ? null : end,
    orchestrator: orchestratorOf({ state, lock, lease: remote.lease, hasEnded: end !== null }),
    lastLines: await lastLinesOf(state, place),
    unreadWords: remote.words.filter(({ revision }) => revision > read),
    // A line that is being written looks like one that a crash cut off.
    warnings: source === 'local' && !isHeldHere ? local.value.warnings : [],
  });
}

/** Of the attempts of this working copy. */
async function lastLinesOf({ open }: RunState, place: RunPlace): Promise<ReadonlyMap<TaskId, string>> {
  const here = await knownPlaceOf(place.root);
  const lines = new Map<TaskId, string>();
  for (const { id: taskId, generation, attempt, assignment } of open) {
    if (here === null || assignment?.place !== here) continue;
    const lastLine = outputTail(attemptFiles(place, { taskId, generation, attempt }).outputFile)?.lastLine;
    if (lastLine !== undefined) lines.set(taskId, lastLine);
  }
  return lines;
}

interface AskedGraph {
  readonly seen: SeenRun | null;
  readonly persistedAt: string | null;
  readonly lease: LeaseView | null;
  readonly words: readonly TaskWord[];
  /** Why it could not be asked; null: it answered, or there is none. */
  readonly failure: Failure | null;
  readonly isThere: boolean;
}

async function askGraph(graph: GraphConnection | null, epicId: string): Promise<AskedGraph> {
  const nothing = { seen: null, persistedAt: null, lease: null, words: [] };
  if (graph === null) return { ...nothing, failure: null, isThere: false };
  const { client } = graph;
  const [state, lease, news] = await Promise.all([
    client.readState({ epicId }, quickly),
    client.readLease({ epicId }, quickly),
    client.taskNews({ epicId, since: 0 }, quickly),
  ]);
  if (!state.ok) return { ...nothing, failure: state.failure, isThere: true };
  const { state: checkpoint, events, persistedAt } = state.value;
  return {
    seen: checkpoint === null ? null : seenFrom(checkpoint, events),
    persistedAt: persistedAt ?? null,
    lease: lease.ok ? lease.value.lease : null,
    words: news.ok ? news.value.tasks : [],
    failure: null,
    isThere: true,
  };
}

function seenFrom(checkpoint: OrchestratorCheckpoint, events: readonly RunEvent[]): SeenRun {
  return { checkpoint, state: restoreState(checkpoint, events, ''), lastEvent: events.at(-1) ?? null };
}

/** More than the mirror can be late while it works. */
const clearlyAheadMs: Millis = 10_000;

function choose(
  remote: AskedGraph,
  local: { readonly seen: SeenRun | null },
  prefers: LookAtRunOptions['prefers'],
): Pick<RunLook, 'source' | 'reason'> & { readonly seen: SeenRun | null } {
  const here = local.seen;
  const there = remote.seen;
  if (here === null && there === null) return { source: 'none', seen: null, reason: whyNotGraph(remote) };
  if (there === null) return { source: 'local', seen: here, reason: whyNotGraph(remote) };
  const toleratedMs = prefers === 'graph' ? clearlyAheadMs : -Infinity;
  if (here === null || !isAhead(here.state, there.state, toleratedMs))
    return { source: 'graph', seen: there, reason: null };
  const ahead = here.state.sequence - there.state.sequence;
  return {
    source: 'local',
    seen: here,
    reason: `newer than the graph by ${ahead} ${ahead === 1 ? 'event' : 'events'}`,
  };
}

function isAhead(here: RunState, there: RunState, toleratedMs: Millis): boolean {
  const aheadMs = Date.parse(here.lastEventAt) - Date.parse(there.lastEventAt);
  const isLater = here.epoch >= there.epoch && here.sequence > there.sequence;
  return here.runId === there.runId && isLater && aheadMs > toleratedMs;
}

function whyNotGraph({ failure, isThere }: AskedGraph): string {
  if (failure !== null) return `graph unavailable: ${failure.message}`;
  return isThere ? 'graph has no state' : 'no graph is configured or being served';
}

function endOf({ lastEvent, checkpoint }: SeenRun): RunLook['end'] {
  if (lastEvent?.kind === 'run_stopped') return { stopReason: lastEvent.stopReason, exitCode: lastEvent.exitCode };
  if (lastEvent !== null || checkpoint?.exitReason === undefined) return null;
  return { stopReason: checkpoint.exitReason, exitCode: checkpoint.exitCode ?? null };
}

function orchestratorOf(known: {
  readonly state: RunState;
  readonly lock: Awaited<ReturnType<typeof readLockHolder>>;
  readonly lease: LeaseView | null;
  readonly hasEnded: boolean;
}): OrchestratorSight | null {
  const { state, lock, lease, hasEnded } = known;
  const recorded = [...state.holders.values()].find(({ orchestratorId }) => orchestratorId === state.orchestratorId);
  // A lock that is still held is the present orchestrator's; else the lease names the last one, here or elsewhere.
  const holder = (lock !== null && isSameProcess(lock) ? lock : (lease?.holder ?? recorded)) ?? lock;
  if (holder === null) return null;
  const { orchestratorId, host, pid } = holder;
  const epoch = lease?.holder.orchestratorId === orchestratorId ? lease.epoch : state.epoch;
  return judgeHolder({ holder: { orchestratorId, host, pid, isAlive: isAlive(holder) }, epoch, lease, hasEnded });
}

/** null: its process cannot be looked for from here. */
function isAlive(holder: ProcessIdentity): boolean | null {
  return holder.bootId === currentBootId() ? isSameProcess(holder) : null;
}
