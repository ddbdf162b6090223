import {
  checkpointId,
  FailureError,
  parseCheckpoint,
  runEventSchema,
  type EpicId,
  type EpochMillis,
  type GraphId,
  type OrchestratorCheckpoint,
  type RunEvent,
} from '@ginkoai/contract';
import type { ActualTask } from './decide/actual-task.js';
import type { ReconciledChange } from './decide/change.js';
import { checkpointOf } from './decide/checkpoint-of.js';
import { defaultLimits, type RunLimits } from './decide/limits.js';
import { reconcileState } from './decide/reconcile-state.js';
import { restoreState } from './decide/restore-state.js';
import type { RunState, TaskDefinition } from './decide/run-state.js';

export type { OrchestratorCheckpoint } from '@ginkoai/contract';
export type { ActualTask } from './decide/actual-task.js';
export type { ReconciledChange } from './decide/change.js';
export { stampEvent } from './decide/stamp-event.js';

/** The orchestrator's memory: the run, and how it stands with the graph. */
export interface OrchestratorState {
  readonly run: RunState;
  /** The last successful persist to the graph. */
  lastGraphPersist?: Date;
  /** The checkpoint this process went on from, `<runId>@<sequence>`. */
  recoveredFromCheckpointId?: string;
}

/**
 * The way to the graph. `request` resolves to the parsed JSON body of a 2xx answer and rejects with a `FailureError`
 * otherwise; `path` begins with `/api/v1`.
 */
export interface GraphRequester {
  request(method: string, path: string, body?: unknown): Promise<unknown>;
}

const statePath = '/api/v1/orchestrator/state';

/**
 * Stores the checkpoint in the graph, stamped with `persistedAt`, and returns it as it was sent. Rejects with a
 * `FailureError` whose failure says why (`graph_unreachable`, `unauthorized`, `stale_epoch`, ...).
 */
export async function persistStateToGraph(
  checkpoint: OrchestratorCheckpoint,
  graphClient: GraphRequester,
  now: Date = new Date(),
): Promise<OrchestratorCheckpoint> {
  const state: OrchestratorCheckpoint = { ...checkpoint, persistedAt: now.toISOString() };
  const { graphId, orchestratorId, epicId, epoch } = state;
  await graphClient.request('POST', statePath, { graphId, orchestratorId, epicId, epoch, state });
  return state;
}

/**
 * The newest state of an epic that the graph has, with the later events folded in. `null` only when the graph has none;
 * an outage, a refusal or an answer that makes no sense rejects with a `FailureError`.
 */
export async function recoverStateFromGraph(
  graphId: GraphId,
  epicId: EpicId,
  graphClient: GraphRequester,
): Promise<OrchestratorCheckpoint | null> {
  const query = `graphId=${encodeURIComponent(graphId)}&epicId=${encodeURIComponent(epicId)}`;
  const answer = await graphClient.request('GET', `${statePath}?${query}`);
  if (typeof answer !== 'object' || answer === null || !('state' in answer)) {
    throw badAnswer('has no field "state"');
  }
  if (answer.state === null) return null;
  const parsed = parseCheckpoint(answer.state, { epicId, name: "The graph's state" });
  if (!parsed.ok) throw new FailureError(parsed.failure);
  const events = 'events' in answer ? parseEvents(answer.events) : [];
  return events.length === 0 ? parsed.value : withEvents(parsed.value, events);
}

function parseEvents(value: unknown): RunEvent[] {
  const events = runEventSchema.array().safeParse(value);
  if (events.success) return events.data;
  const [why] = events.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw badAnswer(`has an event it cannot read (${String(why)})`);
}

function badAnswer(what: string): FailureError {
  const message = `The graph's answer to the question for its state ${what}. Is the graph URL right, and is something else listening there?`;
  return new FailureError({ code: 'bad_response', message });
}

/** The checkpoint with the events after it folded in; events it already contains are passed over. */
export function withEvents(checkpoint: OrchestratorCheckpoint, events: readonly RunEvent[]): OrchestratorCheckpoint {
  const later = events.filter((event) => event.sequence > checkpoint.sequence);
  const state = restoreState(checkpoint, later, '');
  return folded(checkpoint, state, later.at(-1)?.at ?? checkpoint.savedAt);
}

/** Fields that the state does not know (of a newer version) stay as they are. */
function folded(checkpoint: OrchestratorCheckpoint, state: RunState, savedAt: string): OrchestratorCheckpoint {
  return { ...checkpoint, ...checkpointOf(state, { savedAt }) };
}

export interface ReconcileOptions {
  /** Hears each change, in order. */
  readonly onChange?: (change: ReconciledChange) => void;
  /** Hears of tasks that stay as they are, too. */
  readonly includeKept?: boolean;
  readonly now?: EpochMillis;
  readonly chance?: () => number;
  readonly limits?: Pick<RunLimits, 'maxAttempts' | 'maxLosses' | 'backoffMs' | 'maxBackoffMs'>;
  readonly includeInProgress?: boolean;
  readonly keepRunning?: boolean;
}

/**
 * Corrects a checkpoint by what is true now and returns a new one: complete elsewhere -> completed; no longer complete
 * -> removed from completed; gone -> removed from tracking; and the other rows of the reconciliation table. The input
 * stays untouched; linear in its size. `actualTasks` is the world as already judged, and is believed.
 */
export function reconcileTaskStatuses(
  checkpoint: OrchestratorCheckpoint,
  actualTasks: readonly ActualTask[],
  options: ReconcileOptions = {},
): Promise<OrchestratorCheckpoint> {
  const now = options.now ?? Date.now();
  const state = restoreState(checkpoint, [], '');
  const changes = reconcileState(state, {
    definitions: actualTasks.map(definitionOf),
    actual: actualTasks,
    now,
    chance: options.chance ?? Math.random,
    limits: options.limits ?? defaultLimits,
    includeInProgress: options.includeInProgress ?? false,
    keepRunning: options.keepRunning ?? false,
    includeKept: options.includeKept ?? false,
  });
  if (options.onChange !== undefined) changes.forEach(options.onChange);
  return Promise.resolve(folded(checkpoint, state, new Date(now).toISOString()));
}

/** As far as reconciliation needs it. */
function definitionOf({ id, title = id, dependsOn = [], definition }: ActualTask, order: number): TaskDefinition {
  return { id, title, dependsOn, rank: 0, capabilities: [], order, hash: definition ?? { title: '', body: '' } };
}

/** The id under which a checkpoint is named in `recoveredFrom`. */
export function idOf(checkpoint: OrchestratorCheckpoint): string {
  return checkpointId(checkpoint.runId, checkpoint.sequence);
}
