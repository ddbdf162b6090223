import {
  graphRoutes,
  ok,
  routePath,
  unwrap,
  type AcquireLeaseRequest,
  type AcquireLeaseResponse,
  type AppendEventsRequest,
  type AppendEventsResponse,
  type CreateTokenResponse,
  type GrantedLease,
  type GraphId,
  type HeldLeaseRequest,
  type HttpMethod,
  type Millis,
  type PersistStateRequest,
  type PersistStateResponse,
  type ReadLeaseResponse,
  type ReadStateResponse,
  type Result,
  type Route,
  type RouteBody,
  type RouteResponse,
  type Sequence,
  type SetTaskStatusRequest,
  type StateHistoryEntry,
  type SyncTasksRequest,
  type SyncTasksResponse,
  type TaskNewsResponse,
  type TaskStatusResponse,
} from '@ginkoai/contract';
import type { Clock } from '../ports.js';
import { unexpectedAnswer } from './graph-failure.js';
import { createGraphSender } from './graph-sender.js';

export interface GraphClientOptions {
  readonly url: string;
  /** Absent: the calls go out without one, and the graph refuses all but its health routes. */
  readonly token?: string;
  readonly graphId: GraphId;
  /** Of one attempt. */
  readonly timeoutMs?: Millis;
  /** Of a call with all its retries and waits; the default is twice `timeoutMs`. */
  readonly totalTimeoutMs?: Millis;
  /** How often a call is tried again after its first attempt. */
  readonly retries?: number;
  readonly maxResponseBytes?: number;
  readonly clock?: Pick<Clock, 'monotonic' | 'after'>;
  /** In [0, 1). */
  readonly random?: () => number;
}

/** What a single call may differ in. */
export interface CallOptions {
  readonly timeoutMs?: Millis;
  readonly totalTimeoutMs?: Millis;
  readonly retries?: number;
  /** Ends the call at once, with `graph_timeout` and `details.aborted`. */
  readonly signal?: AbortSignal;
}

type OfGraph<T> = Omit<T, 'graphId'>;

/**
 * The graph API from the side of one graph id. All calls are idempotent and are tried again after network errors and
 * the statuses 408, 425, 429, 502, 503 and 504. Time-outs of an attempt are not tried again.
 */
export interface GraphClient {
  readonly url: string;
  readonly graphId: GraphId;
  /**
   * Any call, `path` from the host on and already encoded. The parsed JSON of the answer; rejects with a
   * `FailureError`: graph_unreachable, graph_timeout, unauthorized, forbidden, not_found, bad_request, stale_epoch,
   * lease_held, needs_state, snapshot_too_large, bad_response (not JSON, not what the contract says), graph_error.
   */
  request(method: HttpMethod, path: string, body?: unknown, options?: CallOptions): Promise<unknown>;

  persistState(input: OfGraph<PersistStateRequest>, options?: CallOptions): Promise<Result<PersistStateResponse>>;
  /** A state that only a newer ginko can read is a `newer_version`. */
  readState(input: { readonly epicId: string }, options?: CallOptions): Promise<Result<ReadStateResponse>>;
  stateHistory(
    input: { readonly epicId: string; readonly limit?: number },
    options?: CallOptions,
  ): Promise<Result<{ states: StateHistoryEntry[] }>>;
  stateAt(
    input: { readonly epicId: string; readonly sequence: Sequence; readonly runId?: string },
    options?: CallOptions,
  ): Promise<Result<RouteResponse<typeof graphRoutes.stateAt>>>;
  acquireLease(input: OfGraph<AcquireLeaseRequest>, options?: CallOptions): Promise<Result<AcquireLeaseResponse>>;
  renewLease(input: OfGraph<HeldLeaseRequest>, options?: CallOptions): Promise<Result<GrantedLease>>;
  releaseLease(
    input: OfGraph<HeldLeaseRequest>,
    options?: CallOptions,
  ): Promise<Result<RouteResponse<typeof graphRoutes.releaseLease>>>;
  readLease(input: { readonly epicId: string }, options?: CallOptions): Promise<Result<ReadLeaseResponse>>;
  appendEvents(input: OfGraph<AppendEventsRequest>, options?: CallOptions): Promise<Result<AppendEventsResponse>>;
  syncTasks(input: OfGraph<SyncTasksRequest>, options?: CallOptions): Promise<Result<SyncTasksResponse>>;
  taskNews(
    input: { readonly epicId: string; readonly since?: number },
    options?: CallOptions,
  ): Promise<Result<TaskNewsResponse>>;
  setTaskStatus(
    input: OfGraph<SetTaskStatusRequest> & { readonly taskId: string },
    options?: CallOptions,
  ): Promise<Result<TaskStatusResponse>>;
  taskStatus(
    input: { readonly taskId: string; readonly epicId?: string },
    options?: CallOptions,
  ): Promise<Result<TaskStatusResponse>>;
  /** Never tried again: an answer that was lost had the only token in it. */
  createToken(
    input: RouteBody<typeof graphRoutes.createToken>,
    options?: CallOptions,
  ): Promise<Result<CreateTokenResponse>>;
  listTokens(options?: CallOptions): Promise<Result<RouteResponse<typeof graphRoutes.listTokens>>>;
  revokeToken(
    input: { readonly name: string },
    options?: CallOptions,
  ): Promise<Result<RouteResponse<typeof graphRoutes.revokeToken>>>;
  /** Whether the process answers; needs no token. */
  health(options?: CallOptions): Promise<Result<RouteResponse<typeof graphRoutes.health>>>;
  /** Whether the store answers; needs no token. */
  ready(options?: CallOptions): Promise<Result<RouteResponse<typeof graphRoutes.ready>>>;
}

interface CallInput {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

export function createGraphClient(options: GraphClientOptions): GraphClient {
  const { graphId } = options;
  const send = createGraphSender(options);

  const call = async <R extends Route>(
    route: R,
    { params, query, body }: CallInput,
    callOptions: CallOptions | undefined,
  ): Promise<Result<RouteResponse<R>>> => {
    const sent = { method: route.method, path: routePath(route.path, params, query), body };
    const answer = await send(sent, callOptions);
    if (!answer.ok) return answer;
    const parsed = (route.response as R['response']).safeParse(answer.value);
    if (parsed.success) return ok(parsed.data as RouteResponse<R>);
    const problem = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)[0] ?? 'no reason';
    return { ok: false, failure: unexpectedAnswer({ ...sent, url: options.url }, answer.value, problem) };
  };

  return {
    url: options.url,
    graphId,
    request: async (method, path, body, callOptions) => unwrap(await send({ method, path, body }, callOptions)),
    persistState: (input, o) => call(graphRoutes.persistState, { body: { ...input, graphId } }, o),
    readState: ({ epicId }, o) => call(graphRoutes.readState, { query: { graphId, epicId } }, o),
    stateHistory: ({ epicId, limit }, o) => call(graphRoutes.stateHistory, { query: { graphId, epicId, limit } }, o),
    stateAt: ({ epicId, sequence, runId }, o) =>
      call(graphRoutes.stateAt, { params: { sequence }, query: { graphId, epicId, runId } }, o),
    acquireLease: (input, o) => call(graphRoutes.acquireLease, { body: { ...input, graphId } }, o),
    renewLease: (input, o) => call(graphRoutes.renewLease, { body: { ...input, graphId } }, o),
    releaseLease: (input, o) => call(graphRoutes.releaseLease, { body: { ...input, graphId } }, o),
    readLease: ({ epicId }, o) => call(graphRoutes.readLease, { query: { graphId, epicId } }, o),
    appendEvents: (input, o) => call(graphRoutes.appendEvents, { body: { ...input, graphId } }, o),
    syncTasks: (input, o) => call(graphRoutes.syncTasks, { body: { ...input, graphId } }, o),
    taskNews: ({ epicId, since }, o) => call(graphRoutes.taskNews, { query: { graphId, epicId, since } }, o),
    setTaskStatus: ({ taskId, ...word }, o) =>
      call(graphRoutes.setTaskStatus, { params: { id: taskId }, body: { ...word, graphId } }, o),
    taskStatus: ({ taskId, epicId }, o) =>
      call(graphRoutes.taskStatus, { params: { id: taskId }, query: { graphId, epicId } }, o),
    createToken: (body, o) => call(graphRoutes.createToken, { body }, { ...o, retries: 0 }),
    listTokens: (o) => call(graphRoutes.listTokens, {}, o),
    revokeToken: (body, o) => call(graphRoutes.revokeToken, { body }, o),
    health: (o) => call(graphRoutes.health, {}, o),
    ready: (o) => call(graphRoutes.ready, {}, o),
  };
}
