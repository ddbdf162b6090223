import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config, GraphId, Result } from '@ginkoai/contract';
import { pinId, readPinnedId } from './pinned-id.js';

/** The id of this working copy: whose launchers run an attempt. Kept in `.ginko/launchers/place`. */
export function placeOf(root: string): Promise<Result<string>> {
  return pinId({ path: placeFile(root), fresh: randomBytes(6).toString('hex'), what: "The working copy's id" });
}

/** The same without making one; null: nothing ever ran here. */
export function knownPlaceOf(root: string): Promise<string | null> {
  return readPinnedId(placeFile(root));
}

const placeFile = (root: string): string => join(root, '.ginko', 'launchers', 'place');

export function hostName(): string {
  return hostname();
}

export interface ProjectOfGraph {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Pick<Config, 'graphId'>;
}

/**
 * The environment wins over the configuration. Without either it is the name that the project's folder had when the
 * first run began here: a folder that is renamed stays the same project.
 */
export async function graphIdOf({ root, env, config }: ProjectOfGraph): Promise<GraphId> {
  return configuredGraphId({ env, config }) ?? (await readPinnedId(graphIdFile(root))) ?? defaultGraphId(root);
}

/** Keeps the project's graph id from now on, unless it is configured. */
export async function keepGraphId({ root, env, config }: ProjectOfGraph): Promise<Result<GraphId>> {
  const configured = configuredGraphId({ env, config });
  if (configured !== undefined) return { ok: true, value: configured };
  return pinId({ path: graphIdFile(root), fresh: defaultGraphId(root), what: "The project's graph id" });
}

export function configuredGraphId({ env, config }: Pick<ProjectOfGraph, 'env' | 'config'>): GraphId | undefined {
  const fromEnvironment = env['GINKO_GRAPH_ID'];
  return fromEnvironment === undefined || fromEnvironment === '' ? config.graphId : fromEnvironment;
}

const graphIdFile = (root: string): string => join(root, '.ginko', 'graph-id');

/** The name of the project's folder, as an id. */
function defaultGraphId(root: string): string {
  const name = root.split(/[\\/]/).filter(Boolean).at(-1) ?? '';
  const id = name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return id === '' ? 'project' : id;
}
