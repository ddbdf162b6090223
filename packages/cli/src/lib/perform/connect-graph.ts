import { join } from 'node:path';
import { credentialsSchema, failed, ok, type GraphId, type Result } from '@ginkoai/contract';
import { configuredGraphUrl, firstSet, type GraphChoice } from './configured-graph-url.js';
import { readEmbeddedGraphFile, startEmbeddedGraph } from './embedded-graph.js';
import type { EmbeddedGraphThread } from './embedded-graph-thread.js';
import { loadGraphTransport } from './graph-attempt.js';
import { createGraphClient, type GraphClient } from './graph-client.js';
import { parseJsonSafely } from './parse-json.js';
import { graphIdOf } from './project.js';
import { readLimited } from './read-limited.js';
import { configHome } from './trust.js';

const maxCredentialsBytes = 1024 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectGraphOptions extends GraphChoice {
  readonly root: string;
  /**
   * `serve`: this process orchestrates, so an embedded graph is served here. `look`: an embedded graph that somebody
   * serves is used; when nobody does, it is opened for as long as this connection lasts.
   */
  readonly purpose: 'serve' | 'look';
  /** Hears of errors inside a graph that is served here. Absent: who asks learns of them as refused calls only. */
  readonly onGraphError?: (error: Error) => void;
  /** Of an embedded graph that is to be served here, started before; absent: it is started when it is needed. */
  readonly thread?: Result<EmbeddedGraphThread> | undefined;
}

export interface GraphConnection {
  readonly client: GraphClient;
  readonly graphId: GraphId;
  readonly url: string;
  readonly isEmbedded: boolean;
  close(): Promise<void>;
}

/** The graph of this project. That it is configured does not mean that it answers. */
export async function connectGraph(options: ConnectGraphOptions): Promise<Result<GraphConnection>> {
  const [connection] = await Promise.all([connect(options), loadGraphTransport()]);
  return connection;
}

async function connect(options: ConnectGraphOptions): Promise<Result<GraphConnection>> {
  const { root, env, purpose } = options;
  const graphId = await graphIdOf(options);
  const url = configuredGraphUrl(options);
  if (url !== '') {
    const given = firstSet(env['GINKO_GRAPH_TOKEN']);
    const stored = given === undefined ? await storedToken(url, env) : ok(given);
    if (!stored.ok) return stored;
    const token = stored.value;
    const client = createGraphClient({ url, graphId, ...(token === undefined ? {} : { token }) });
    return ok({ client, graphId, url, isEmbedded: false, close: () => Promise.resolve() });
  }
  if (purpose === 'look') {
    const running = await readEmbeddedGraphFile(root);
    if (running !== null) {
      const client = createGraphClient({ url: running.url, token: running.token, graphId });
      return ok({ client, graphId, url: running.url, isEmbedded: true, close: () => Promise.resolve() });
    }
  }
  const { onGraphError, thread } = options;
  const embedded = await startEmbeddedGraph({
    root,
    thread,
    ...(onGraphError === undefined ? {} : { onError: onGraphError }),
  });
  if (!embedded.ok) return embedded;
  const client = createGraphClient({ url: embedded.value.url, token: embedded.value.token, graphId });
  return ok({ client, graphId, url: embedded.value.url, isEmbedded: true, close: () => embedded.value.close() });
}

/** The token that this user keeps for the graph; undefined: none. A file that is there but cannot be used is a failure. */
async function storedToken(url: string, env: Environment): Promise<Result<string | undefined>> {
  const path = join(configHome(env), 'credentials.json');
  const bytes = await readLimited({ path, what: 'The file of graph tokens', maxBytes: maxCredentialsBytes });
  if (!bytes.ok) return bytes;
  if (bytes.value === undefined) return ok(undefined);
  const json = parseJsonSafely(bytes.value, { maxBytes: maxCredentialsBytes, name: path });
  if (!json.ok) return json;
  const parsed = credentialsSchema.safeParse(json.value);
  if (parsed.success) return ok(parsed.data.tokens[url.replace(/\/+$/, '')]);
  return failed(
    'bad_configuration',
    `${path} must be {"tokens": {"<graph url>": "<token>"}}. Correct it, or set GINKO_GRAPH_TOKEN.`,
  );
}
