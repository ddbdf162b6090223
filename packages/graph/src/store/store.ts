import type {
  CreateTokenRequest,
  Epoch,
  EpicId,
  EpochMillis,
  GraphId,
  OrchestratorId,
  RunId,
  Scope,
  Sequence,
  SetTaskStatusRequest,
  StateHistoryEntry,
  TaskNewsResponse,
  TaskStatusResponse,
} from '@ginkoai/contract';
import type { AcquireDecision, AcquireRequest, HoldDecision, HoldRequest, Lease } from '../decide/lease.js';
import type { AppendDecision, IncomingEvents } from '../decide/events.js';
import type { PersistDecision, StateStamp } from '../decide/state.js';

/** The key of everything an orchestrator owns. */
export interface EpicKey {
  readonly graphId: GraphId;
  readonly epicId: EpicId;
}

/** States and events are kept as the JSON text they were checked in: the store never looks inside. */
export type JsonText = string;

export interface IncomingState extends StateStamp {
  readonly text: JsonText;
  readonly savedAt: string;
  /** Numbers of tasks, for the list of the history. */
  readonly completed: number;
  readonly inProgress: number;
  readonly blocked: number;
}

export interface StoredState {
  readonly text: JsonText;
  readonly persistedAt: EpochMillis;
}

export interface NewestState extends StoredState {
  /** The later events of its run, in order. */
  readonly events: readonly JsonText[];
}

export type PersistOutcome =
  | Exclude<PersistDecision, { kind: 'store' } | { kind: 'kept' }>
  | { readonly kind: 'stored' | 'kept'; readonly stamp: StateStamp; readonly persistedAt: EpochMillis };

export interface IncomingEvent {
  readonly sequence: Sequence;
  readonly text: JsonText;
}

export type AppendOutcome =
  | Exclude<AppendDecision, { kind: 'store' }>
  | { readonly kind: 'stored'; readonly stored: number; readonly sequence: Sequence };

export interface IncomingTask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly dependsOn: readonly string[];
}

export interface TaskSync {
  readonly epoch: Epoch;
  readonly readRevision: number;
  readonly orchestratorId: OrchestratorId | undefined;
  readonly tasks: readonly IncomingTask[];
}

export type SyncOutcome =
  { readonly kind: 'stored'; readonly revision: number } | { readonly kind: 'stale'; readonly lease: Lease };

export type TaskOutcome =
  | { readonly kind: 'found'; readonly task: TaskStatusResponse }
  | { readonly kind: 'unknown' }
  /** More than one epic has a task of that id, and none was named. */
  | { readonly kind: 'ambiguous'; readonly epicIds: readonly EpicId[] };

export interface StoredToken {
  readonly name: string;
  readonly scope: Scope;
  readonly expiresAt: EpochMillis | null;
}

export interface ListedToken extends StoredToken {
  readonly createdAt: EpochMillis;
}

/**
 * The shared record. Each method is one transaction, with the lease row locked where it is asked for its epoch, so
 * that nothing is written under an epoch that a committed grant has ended. Methods reject with a `StoreTrouble` where
 * the database itself cannot do what it should.
 */
export interface GraphStore {
  acquireLease(key: EpicKey, request: Omit<AcquireRequest, 'storedEpoch'>): Promise<AcquireDecision>;
  renewLease(key: EpicKey, request: HoldRequest): Promise<HoldDecision>;
  releaseLease(key: EpicKey, request: HoldRequest): Promise<HoldDecision>;
  readLease(key: EpicKey): Promise<Lease | null>;
  /** After a restart, in which holders could not renew: each live lease gets one more time to live. */
  extendLiveLeases(): Promise<void>;

  persistState(key: EpicKey, state: IncomingState): Promise<PersistOutcome>;
  readState(key: EpicKey): Promise<NewestState | null>;
  stateHistory(key: EpicKey, limit: number): Promise<StateHistoryEntry[]>;
  stateAt(key: EpicKey, at: { readonly sequence: Sequence; readonly runId?: RunId }): Promise<StoredState | null>;
  appendEvents(key: EpicKey, incoming: IncomingEvents, events: readonly IncomingEvent[]): Promise<AppendOutcome>;

  syncTasks(key: EpicKey, sync: TaskSync): Promise<SyncOutcome>;
  /** A word about a task of an epic that the graph knows nothing of yet is kept for its first sync. */
  setTaskStatus(taskId: string, word: SetTaskStatusRequest): Promise<TaskOutcome>;
  taskStatus(taskId: string, key: { readonly graphId: GraphId; readonly epicId?: EpicId }): Promise<TaskOutcome>;
  taskNews(key: EpicKey, since: number): Promise<TaskNewsResponse>;

  /** false: a token of that name is good. One that has expired gives its name away. */
  addToken(hash: string, token: CreateTokenRequest): Promise<boolean>;
  /** By name. */
  tokens(): Promise<ListedToken[]>;
  /** false: there is none of that name. */
  revokeToken(name: string): Promise<boolean>;
  /** By the SHA-256 of the token, in hexadecimal digits. */
  findToken(hash: string): Promise<StoredToken | null>;
  hasAdminToken(): Promise<boolean>;

  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
