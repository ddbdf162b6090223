import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failed, ok, type EpochMillis, type Millis, type Result } from '@ginkoai/contract';
import { getRequestListener } from '@hono/node-server';
import { createAuthenticator, hashToken, isSendable, newToken } from './auth.js';
import { hostInUrl, isLoopback, type ListenAddress } from './config.js';
import { createApp } from './http/app.js';
import { createGuard } from './http/guard.js';
import { eventHandlers } from './routes/events.js';
import { healthHandlers } from './routes/health.js';
import { leaseHandlers } from './routes/lease.js';
import { openApiHandlers } from './routes/open-api.js';
import { stateHandlers } from './routes/state.js';
import { taskHandlers } from './routes/task.js';
import { tokenHandlers } from './routes/token.js';
import { openSqliteStore } from './store/sqlite/sqlite-store.js';
import { StoreTrouble } from './store/store-trouble.js';
import type { GraphStore } from './store/store.js';
import { graphVersion } from './version.js';

export interface GraphServerOptions {
  /** An SQLite file on a local disk; made if it does not exist. */
  readonly database: string;
  readonly listen: ListenAddress;
  /** An admin token of this process alone. Absent: one is made and stored, unless the database has one already. */
  readonly token?: string;
  /** Allows an address that others can reach: a proxy in front of it must speak TLS. */
  readonly behindProxy?: boolean;
  /** Names, besides the loopback ones and the address itself, that requests may give as their Host. */
  readonly allowedHosts?: readonly string[];
  /** For a graph that others depend on: their leases outlive its restart. Not for an embedded one. */
  readonly extendLiveLeases: boolean;
  readonly leaseTtlMs?: Millis;
  readonly now?: () => EpochMillis;
  readonly onError: (error: unknown) => void;
}

export interface GraphServer {
  readonly url: string;
  /** The admin token that was given, or has just been made; `null`: the one made at an earlier start stays good. */
  readonly token: string | null;
  /** Lets the requests under way finish, within two seconds. */
  close(): Promise<void>;
}

/** Failures: bad_configuration, bad_state, newer_version, file_unwritable, disk_full. */
export async function createGraphServer(options: GraphServerOptions): Promise<Result<GraphServer>> {
  const { listen } = options;
  if (!isLoopback(listen.host) && options.behindProxy !== true) {
    return failed(
      'bad_configuration',
      `The graph does not listen on ${listen.host}, which other machines can reach, without TLS. Listen on 127.0.0.1, or give --behind-proxy if a proxy with TLS stands in front of it.`,
    );
  }
  if (options.token !== undefined && !isSendable(options.token)) {
    return failed(
      'bad_configuration',
      'The admin token (GINKO_GRAPH_TOKEN) must be 1 to 512 visible ASCII characters without blanks. Give another one.',
    );
  }
  const now = options.now ?? Date.now;
  const opened = await openSqliteStore({ file: options.database, now });
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    if (options.extendLiveLeases) await store.extendLiveLeases();
    const token = options.token ?? (await firstAdminToken(store));
    const listening = await startListening(createHttpServer(store, { ...options, now }), listen);
    if (!listening.ok) {
      await store.close();
      return listening;
    }
    const server = listening.value;
    const { port } = server.address() as AddressInfo;
    let closing: Promise<void> | undefined;
    return ok({
      url: `http://${hostInUrl(listen.host)}:${port}`,
      token,
      close: () => (closing ??= stopListening(server).then(() => store.close())),
    });
  } catch (error) {
    await store.close();
    if (!(error instanceof StoreTrouble)) throw error;
    return failed(
      'bad_state',
      `${options.database} cannot be used as the graph's database (${error.message}). Move it away to start with an empty graph, or restore a backup.`,
    );
  }
}

async function firstAdminToken(store: GraphStore): Promise<string | null> {
  if (await store.hasAdminToken()) return null;
  const token = newToken();
  const hash = hashToken(token);
  // Somebody may have given that name to a token that administers nothing.
  const names = ['first', `first-${hash.slice(0, 8)}`];
  for (const name of names) if (await store.addToken(hash, { name, scope: 'admin' })) break;
  return token;
}

const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // Longer than any client keeps an idle connection, so that no request meets a connection that is being closed.
  keepAliveTimeout: 75_000,
} as const;

function createHttpServer(store: GraphStore, options: GraphServerOptions & { now: () => EpochMillis }): Server {
  const { listen, now } = options;
  const app = createApp({
    handlers: {
      ...stateHandlers(store),
      ...leaseHandlers({ store, now, ...(options.leaseTtlMs === undefined ? {} : { ttlMs: options.leaseTtlMs }) }),
      ...eventHandlers(store),
      ...taskHandlers(store),
      ...tokenHandlers(store, now),
      ...healthHandlers(store, graphVersion),
      ...openApiHandlers(graphVersion),
    },
    guard: createGuard([hostInUrl(listen.host), ...(options.allowedHosts ?? [])]),
    authenticator: createAuthenticator({
      store,
      adminTokens: options.token === undefined ? [] : [options.token],
      now,
    }),
    onError: options.onError,
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return createServer(limits, (request, response) => void listener(request, response));
}

function startListening(server: Server, { host, port }: ListenAddress): Promise<Result<Server>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message);
      resolve(
        failed(
          'bad_configuration',
          `The graph cannot listen on ${hostInUrl(host)}:${port}: ${why}. Give another address with --listen.`,
        ),
      );
    });
    server.listen(port, host, () => resolve(ok(server)));
  });
}

const graceMs = 2_000;

async function stopListening(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
