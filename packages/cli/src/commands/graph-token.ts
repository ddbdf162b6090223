import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  exitCodes,
  failed,
  ok,
  unwrap,
  type ExitCode,
  type Result,
  type Scope,
  type TokenView,
} from '@ginkoai/contract';
import { parseDuration } from '../lib/options/duration.js';
import { checkEnvironment, isSet } from '../lib/options/environment.js';
import { loadConfig } from '../lib/perform/load-config.js';
import { connectGraph, type GraphConnection } from '../lib/perform/connect-graph.js';
import { findProjectRoot } from '../lib/perform/sprint-files.js';
import { printLines, widthFor } from '../lib/report/print-lines.js';
import { tableLines } from '../lib/report/table.js';
import { wholeSeconds } from '../lib/report/time-text.js';
import type { CommandContext } from '../program.js';

export interface GraphTokenOptions {
  readonly name: string | undefined;
  readonly scope: string;
  readonly expires: string | undefined;
  readonly isList: boolean;
  readonly revoke: string | undefined;
  readonly isOffline: boolean;
  readonly json: boolean;
}

type Order =
  | { readonly kind: 'list' }
  | { readonly kind: 'revoke'; readonly name: string }
  | { readonly kind: 'create'; readonly name: string; readonly scope: Scope; readonly expiresAt?: string };

/** Makes, lists and revokes tokens of the graph of this project; for whoever administers it. */
export async function graphToken(options: GraphTokenOptions, context: CommandContext): Promise<ExitCode> {
  const order = unwrap(orderOf(options, Date.now()));
  const connection = unwrap(await connectExisting(options, context));
  try {
    switch (order.kind) {
      case 'list':
        await listTokens(connection, options, context);
        break;
      case 'revoke':
        await revokeToken(order.name, connection, { ...options, context });
        break;
      case 'create':
        await createToken(order, connection, { ...options, context });
        break;
    }
    return exitCodes.ok;
  } finally {
    await connection.close();
  }
}

const tokenScopes: readonly Scope[] = ['orchestrator', 'read', 'admin'];

function orderOf({ name, scope, expires, isList, revoke }: GraphTokenOptions, now: number): Result<Order> {
  const asked = [name !== undefined, isList, revoke !== undefined].filter(Boolean).length;
  if (asked !== 1)
    return failed('bad_option', 'ginko graph token takes one of --name <name>, --list and --revoke <name>.');
  if (isList) return ok({ kind: 'list' });
  if (revoke !== undefined) return ok({ kind: 'revoke', name: revoke });
  const known = tokenScopes.find((each) => each === scope);
  if (known === undefined) {
    return failed(
      'bad_option',
      `--scope must be one of ${tokenScopes.join(', ')}, got "${scope}". Try --scope orchestrator.`,
    );
  }
  const given = name ?? '';
  if (given.trim() === '' || given.length > 100)
    return failed('bad_option', `--name must have 1 to 100 characters, got "${given}". Try --name laptop.`);
  const create = { kind: 'create', name: given, scope: known } as const;
  if (expires === undefined) return ok(create);
  const lifetime = parseDuration(expires, {
    name: '--expires',
    unit: 'd',
    examples: ['30d', '12h'],
    suggestion: '--expires 30d',
  });
  if (!lifetime.ok) return lifetime;
  const expiresAt = new Date(now + lifetime.value);
  if (Number.isNaN(expiresAt.getTime()) || expiresAt.getUTCFullYear() > 9999)
    return failed('bad_option', `--expires must be at most some thousand years, got "${expires}". Try --expires 30d.`);
  return ok({ ...create, expiresAt: expiresAt.toISOString() });
}

/** A graph that is made here and now would have nobody to use its tokens. */
async function connectExisting(
  { isOffline }: GraphTokenOptions,
  { cwd, env }: CommandContext,
): Promise<Result<GraphConnection>> {
  const environment = checkEnvironment(env);
  if (!environment.ok) return environment;
  const root = await findProjectRoot(cwd);
  const loaded = await loadConfig(root);
  if (!loaded.ok) return loaded;
  const { config } = loaded.value;
  const isConfigured =
    !isOffline && [env['GINKO_GRAPH_URL'], env['GINKO_API_URL'], config.graph?.url].some((url) => isSet(url));
  if (!isConfigured && !existsSync(join(root, '.ginko', 'graph.db'))) {
    return failed(
      'not_found',
      'There is no graph here yet. Set GINKO_GRAPH_URL to that of your team, or start one with ginko graph serve.',
    );
  }
  return connectGraph({ root, config, env, isOffline, purpose: 'look' });
}

interface Asked {
  readonly json: boolean;
  readonly context: CommandContext;
}

/** Alone on stdout, so that a script can take it up. */
async function createToken(
  { name, scope, expiresAt }: Extract<Order, { kind: 'create' }>,
  { client, url, isEmbedded }: GraphConnection,
  { json, context: { output } }: Asked,
): Promise<void> {
  const made = unwrap(await client.createToken({ name, scope, ...(expiresAt === undefined ? {} : { expiresAt }) }));
  if (json) return output.json(made);
  output.line(made.token);
  const until = made.expiresAt === undefined ? '' : `, good until ${wholeSeconds(made.expiresAt)}`;
  output.error(
    `The token "${name}" (${scope}${until}) is shown this once. On the machine that is to use it, either set`,
  );
  output.error('GINKO_GRAPH_TOKEN to it, or write ~/.config/ginko/credentials.json (mode 0600):');
  output.error(`  ${JSON.stringify({ tokens: { [isEmbedded ? '<graph url>' : url]: '<token>' } })}`);
}

async function revokeToken(name: string, { client }: GraphConnection, { json, context }: Asked): Promise<void> {
  const revoked = unwrap(await client.revokeToken({ name }));
  if (json) return context.output.json(revoked);
  context.output.line(`The token "${name}" is revoked: calls with it are refused from now on.`);
}

async function listTokens(
  { client }: GraphConnection,
  { json }: GraphTokenOptions,
  { output }: CommandContext,
): Promise<void> {
  const { tokens } = unwrap(await client.listTokens());
  if (json) return output.json({ tokens });
  if (tokens.length === 0) return output.line('The database of this graph has no tokens.');
  await printLines(tokenLines(tokens, widthFor(output)), output);
}

function tokenLines(tokens: readonly TokenView[], width: number): ReturnType<typeof tableLines> {
  return tableLines({
    rows: tokens,
    columns: [
      { title: 'NAME', cell: ({ name }) => name, most: 40, dispensable: 0 },
      { title: 'SCOPE', cell: ({ scope }) => scope, most: 12, dispensable: 0 },
      { title: 'MADE', cell: ({ createdAt }) => wholeSeconds(createdAt), most: 20, dispensable: 1 },
    ],
    last: { title: 'EXPIRES', cell: expiryText },
    width,
  });
}

function expiryText({ expiresAt, isExpired }: TokenView): string {
  if (expiresAt === undefined) return 'never';
  return isExpired ? `expired ${wholeSeconds(expiresAt)}` : wholeSeconds(expiresAt);
}
