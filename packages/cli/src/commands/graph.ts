import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  exitCodes,
  failed,
  ok,
  unwrap,
  type ExitCode,
  type Failure,
  type LeaseView,
  type Result,
  type ServingFile,
} from '@ginkoai/contract';
import { checkEnvironment } from '../lib/options/environment.js';
import { loadConfig } from '../lib/perform/load-config.js';
import { connectGraph, type GraphConnection } from '../lib/perform/connect-graph.js';
import { readEmbeddedGraphFile } from '../lib/perform/embedded-graph.js';
import { writeFailure } from '../lib/perform/file-failure.js';
import { keepIgnoreFile } from '../lib/perform/ignore-file.js';
import { noteServing, readServingFile, refuseServed } from '../lib/perform/serving-file.js';
import { untilTerminated } from '../lib/perform/until-terminated.js';
import { findProjectRoot } from '../lib/perform/sprint-files.js';
import type { CommandContext } from '../program.js';

export interface ServeGraphOptions {
  readonly listen: string;
  /** Absent: the file of this working copy. */
  readonly database: string | undefined;
  readonly behindProxy: boolean;
  readonly allowHost: readonly string[];
  readonly json: boolean;
}

/** Serves a graph until a signal ends it. */
export async function serveGraph(options: ServeGraphOptions, context: CommandContext): Promise<ExitCode> {
  const { output, env, cwd } = context;
  const { createGraphServer, parseListenAddress } = await import('@ginkoai/graph');
  const listen = unwrap(parseListenAddress(options.listen));
  const database = unwrap(await databaseFile(options.database, cwd));
  unwrap(await refuseServed(database));
  const given = env['GINKO_GRAPH_TOKEN'] ?? '';
  const server = unwrap(
    await createGraphServer({
      database,
      listen,
      ...(given === '' ? {} : { token: given }),
      behindProxy: options.behindProxy,
      allowedHosts: options.allowHost,
      extendLiveLeases: true,
      onError: (error) => output.error(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    }),
  );
  const noted = await noteServing(database, { url: server.url, startedAt: new Date().toISOString() });
  if (!noted.ok) await server.close();
  const forget = unwrap(noted);
  // From here on a signal ends it well, also one that comes as soon as somebody has read where it listens.
  const terminated = untilTerminated();
  const isNewToken = given === '' && server.token !== null;
  if (options.json) {
    output.json({ kind: 'listening', url: server.url, database, ...(isNewToken ? { token: server.token } : {}) });
  } else {
    output.line(`The graph listens on ${server.url} (database ${database}).`);
    if (isNewToken) {
      output.line(`Admin token: ${server.token}`);
      output.line('  It is shown this once. Give it to ginko as GINKO_GRAPH_TOKEN.');
    } else if (given === '') {
      output.line(
        'The admin token of its first start is good. If it is lost: start with GINKO_GRAPH_TOKEN set to a new one.',
      );
    }
  }
  const signal = await terminated;
  await server.close();
  await forget();
  if (!options.json) output.line(`The graph has ended (${signal}).`);
  return exitCodes.ok;
}

async function databaseFile(given: string | undefined, cwd: string): Promise<Result<string>> {
  if (given !== undefined && /^postgres(?:ql)?:/i.test(given)) {
    return failed(
      'bad_option',
      '--database must be a file: this release keeps graphs in SQLite only. Try --database graph.db.',
    );
  }
  if (given !== undefined) return ok(resolve(cwd, given));
  const path = join(await findProjectRoot(cwd), '.ginko', 'graph.db');
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path: dirname(path), what: 'The folder', then: 'try again' }) };
  }
  const ignored = await keepIgnoreFile(dirname(path));
  return ignored.ok ? ok(path) : ignored;
}

export interface GraphStatusOptions {
  readonly epic: string | undefined;
  readonly offline: boolean;
  readonly json: boolean;
}

interface GraphStatus {
  readonly url: string;
  readonly kind: 'configured' | 'embedded' | 'embedded, served by ginko graph serve' | 'embedded, served by nobody now';
  /** The `ginko graph serve` that has the embedded database; null: none. */
  readonly servedBy: Pick<ServingFile, 'pid' | 'url'> | null;
  readonly version: string | null;
  /** null: it was not reached, so nobody knows. */
  readonly ready: boolean | null;
  /** null: it was not reached, so nobody knows. */
  readonly authorized: boolean | null;
  /** Of the epic that was asked for; null: nobody ever held it. */
  readonly lease?: LeaseView | null;
  /** What is wrong first. */
  readonly failure: Failure | null;
}

/** Whether the graph of this project answers, and who holds an epic. Exit code 1 if it does not. */
export async function graphStatus(options: GraphStatusOptions, context: CommandContext): Promise<ExitCode> {
  const { output, env } = context;
  unwrap(checkEnvironment(env));
  const root = await findProjectRoot(context.cwd);
  const { config } = unwrap(await loadConfig(root));
  const isServed = (await readEmbeddedGraphFile(root)) !== null;
  const isConfigured =
    !options.offline && [env['GINKO_GRAPH_URL'], env['GINKO_API_URL'], config.graph?.url].some(Boolean);
  if (!isConfigured && !isServed && !existsSync(join(root, '.ginko', 'graph.db'))) {
    if (options.json) output.json({ url: null });
    else
      output.line('There is no graph yet: none is configured, and the first ginko orchestrate makes the embedded one.');
    return exitCodes.ok;
  }
  const connection = unwrap(await connectGraph({ root, config, env, isOffline: options.offline, purpose: 'look' }));
  try {
    const served = connection.isEmbedded && !isServed ? await readServingFile(join(root, '.ginko', 'graph.db')) : null;
    const status = await lookAt(connection, { epic: options.epic, isServed, served });
    if (options.json) output.json(status);
    else for (const line of statusLines(status, options.epic)) output.line(line);
    if (status.failure === null) return exitCodes.ok;
    if (!options.json) output.error(status.failure.message);
    return exitCodes.personNeeded;
  } finally {
    await connection.close();
  }
}

interface LookedAt {
  readonly epic: string | undefined;
  readonly isServed: boolean;
  readonly served: ServingFile | null;
}

async function lookAt(
  { client, url, isEmbedded }: GraphConnection,
  { epic, isServed, served }: LookedAt,
): Promise<GraphStatus> {
  const quickly = { retries: 0, timeoutMs: 5_000 };
  const health = await client.health(quickly);
  const ready = await client.ready(quickly);
  // Any read tells whether the token is good; without an epic the name does not matter.
  const lease = await client.readLease({ epicId: epic ?? 'none' }, quickly);
  const failures = [health, ready, lease].flatMap((result) => (result.ok ? [] : [result.failure]));
  return {
    url,
    kind: isEmbedded ? embeddedKind(isServed, served) : 'configured',
    servedBy: served === null ? null : { pid: served.pid, url: served.url },
    version: health.ok ? health.value.version : null,
    ready: ready.ok ? true : isUnreached(ready.failure) ? null : false,
    authorized: lease.ok ? true : isRefused(lease.failure) ? false : null,
    ...(epic !== undefined && lease.ok ? { lease: lease.value.lease } : {}),
    failure: failures[0] ?? null,
  };
}

function embeddedKind(isServed: boolean, served: ServingFile | null): GraphStatus['kind'] {
  if (isServed) return 'embedded';
  return served === null ? 'embedded, served by nobody now' : 'embedded, served by ginko graph serve';
}

function isUnreached({ code }: Failure): boolean {
  return code === 'graph_unreachable' || code === 'graph_timeout';
}

/** Anything else says nothing about the token. */
function isRefused({ code }: Failure): boolean {
  return code === 'unauthorized' || code === 'forbidden';
}

const unknown = 'not known';

function statusLines(status: GraphStatus, epic: string | undefined): string[] {
  const lines = [
    status.servedBy === null
      ? `Graph    ${status.url} (${status.kind})`
      : `Graph    ${status.servedBy.url} (${status.kind}, process ${status.servedBy.pid}; its database was looked at here)`,
    `Version  ${status.version ?? unknown}`,
    `Store    ${status.ready === null ? unknown : status.ready ? 'ready' : 'not ready'}`,
    `Token    ${status.authorized === null ? unknown : status.authorized ? 'accepted' : 'not accepted'}`,
  ];
  if (status.lease !== undefined) lines.push(`Lease    ${epic ?? ''}: ${leaseText(status.lease)}`);
  return lines;
}

function leaseText(lease: LeaseView | null): string {
  if (lease === null) return 'nobody ever held it';
  const who = `${lease.holder.orchestratorId} on ${lease.holder.host}, epoch ${lease.epoch}`;
  if (lease.released) return `free; last held by ${who}`;
  const seconds = Math.ceil(lease.expiresInMs / 1000);
  return seconds > 0 ? `${who}, ${seconds} s left` : `${who}, run out`;
}
