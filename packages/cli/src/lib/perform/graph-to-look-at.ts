import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Config, type Result } from '@ginkoai/contract';
import { connectGraph, type GraphConnection } from './connect-graph.js';
import { readEmbeddedGraphFile } from './embedded-graph.js';

export interface GraphToLookAt {
  readonly root: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * What is done with an embedded graph that nobody serves: `leave` it alone, `open` its file if there is one, or
   * `make` one.
   */
  readonly unserved: 'leave' | 'open' | 'make';
}

/** The graph of this project for a short look or a word; null: there is none to be had as asked. */
export async function graphToLookAt({
  root,
  config,
  env,
  unserved,
}: GraphToLookAt): Promise<Result<GraphConnection | null>> {
  // One that is served here is that of the orchestrator at work, be another configured or not (`--offline`).
  const isServedHere = (await readEmbeddedGraphFile(root)) !== null;
  const isConfigured = [env['GINKO_GRAPH_URL'], env['GINKO_API_URL'], config.graph?.url].some(
    (url) => url !== undefined && url !== '',
  );
  const isToBeOpened = unserved === 'make' || (unserved === 'open' && existsSync(join(root, '.ginko', 'graph.db')));
  if (!isServedHere && !isConfigured && !isToBeOpened) return ok(null);
  return connectGraph({ root, config, env, isOffline: isServedHere, purpose: 'look' });
}
