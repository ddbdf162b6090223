import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config, Failure } from '@ginkoai/contract';
import { connectGraph, type GraphConnection } from './connect-graph.js';
import { readEmbeddedGraphFile } from './embedded-graph.js';
import { writeFailure } from './file-failure.js';
import { graphToLookAt } from './graph-to-look-at.js';
import { graphIdOf } from './project.js';

export interface GraphAsItIsOptions {
  readonly root: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isOffline: boolean;
}

/** `none`: a run would make one. `trouble`: there is one, and a run would go on without it. */
export type GraphAsItIs =
  | { readonly kind: 'connected'; readonly connection: GraphConnection; close(): Promise<void> }
  | { readonly kind: 'none' }
  | { readonly kind: 'trouble'; readonly failure: Failure };

/** A served or configured graph is asked; of one that nobody serves a copy is opened, so that not even its log moves. */
export async function graphAsItIs(options: GraphAsItIsOptions): Promise<GraphAsItIs> {
  const { root, isOffline } = options;
  if (!isOffline || (await readEmbeddedGraphFile(root)) !== null) {
    const served = await graphToLookAt({ ...options, unserved: 'leave' });
    if (!served.ok) return { kind: 'trouble', failure: served.failure };
    const connection = served.value;
    if (connection !== null) return { kind: 'connected', connection, close: () => connection.close() };
  }
  return existsSync(databaseIn(root)) ? openCopy(options) : { kind: 'none' };
}

const databaseIn = (root: string): string => join(root, '.ginko', 'graph.db');

async function openCopy(options: GraphAsItIsOptions): Promise<GraphAsItIs> {
  const { root, config } = options;
  const copy = await mkdtemp(join(tmpdir(), 'ginko-look-'));
  const remove = (): Promise<void> => rm(copy, { recursive: true, force: true });
  const trouble = async (failure: Failure): Promise<GraphAsItIs> => {
    await remove();
    return { kind: 'trouble', failure };
  };
  try {
    await mkdir(join(copy, '.ginko'));
    for (const suffix of ['', '-wal']) {
      const from = databaseIn(root) + suffix;
      if (existsSync(from)) await copyFile(from, databaseIn(copy) + suffix);
    }
  } catch (error) {
    const what = `The copy of ${databaseIn(root)}`;
    return trouble(writeFailure({ error, path: databaseIn(copy), what, then: 'try again' }));
  }
  const env = { ...options.env, GINKO_GRAPH_ID: await graphIdOf(options) };
  const opened = await connectGraph({ root: copy, config, env, isOffline: true, purpose: 'look' });
  // People have the file itself, and no copy of it.
  if (!opened.ok) return trouble({ ...opened.failure, message: opened.failure.message.replaceAll(copy, root) });
  const connection = opened.value;
  return {
    kind: 'connected',
    connection,
    close: async () => {
      await connection.close();
      await remove();
    },
  };
}
