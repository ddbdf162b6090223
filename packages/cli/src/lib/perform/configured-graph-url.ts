import type { Config } from '@ginkoai/contract';

/** What decides which graph is used. */
export interface GraphChoice {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Use the embedded graph although another is configured. */
  readonly isOffline: boolean;
}

/** Where the configured graph listens; empty: the embedded one is used. */
export function configuredGraphUrl({ env, config, isOffline }: GraphChoice): string {
  return isOffline ? '' : (firstSet(env['GINKO_GRAPH_URL'], env['GINKO_API_URL']) ?? config.graph?.url ?? '');
}

/** An empty variable counts as none. */
export function firstSet(...values: (string | undefined)[]): string | undefined {
  return values.find((value) => value !== undefined && value !== '');
}
