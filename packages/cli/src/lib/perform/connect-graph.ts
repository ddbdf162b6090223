import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { credentialsSchema, ok, type Config, type GraphId, type Result } from '@ginkoai/contract';
import { readEmbeddedGraphFile, startEmbeddedGraph } from './embedded-graph.js';
import { createGraphClient, type GraphClient } from './graph-client.js';
import { defaultGraphId } from './project.js';
import { configHome } from './trust.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectGraphOptions {
  readonly root: string;
  readonly config: Config;
  readonly env: Environment;
  /** Use the embedded graph although another is configured. */
  readonly isOffline: boolean;
  /**
   * `serve`: this process orchestrates, so an embedded graph is served here. `look`: an embedded graph that somebody
   * serves is used; when nobody does, it is opened for as long as this connection lasts.
   */
  readonly purpose: 'serve' | 'look';
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
  const { root, env, config, isOffline, purpose } = options;
  const graphId = graphIdOf(options);
  const url = isOffline ? '' : (firstSet(env['GINKO_GRAPH_URL'], env['GINKO_API_URL']) ?? config.graph?.url ?? '');
  if (url !== '') {
    const token = firstSet(env['GINKO_GRAPH_TOKEN']) ?? (await storedToken(url, env));
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
  const embedded = await startEmbeddedGraph({ root });
  if (!embedded.ok) return embedded;
  const client = createGraphClient({ url: embedded.value.url, token: embedded.value.token, graphId });
  return ok({ client, graphId, url: embedded.value.url, isEmbedded: true, close: () => embedded.value.close() });
}

/** Flags win over the environment, the environment over the file; without any of them it is the project folder's name. */
export function graphIdOf({ root, env, config }: Pick<ConnectGraphOptions, 'root' | 'env' | 'config'>): GraphId {
  return firstSet(env['GINKO_GRAPH_ID']) ?? config.graphId ?? defaultGraphId(root);
}

function firstSet(...values: (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}

async function storedToken(url: string, env: Environment): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(join(configHome(env), 'credentials.json'), 'utf8');
  } catch {
    return undefined;
  }
  try {
    const parsed = credentialsSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.tokens[url.replace(/\/+$/, '')] : undefined;
  } catch {
    return undefined;
  }
}
