import {
  bodyLimits,
  graphErrorStatus,
  graphRoutes,
  type GraphErrorBody,
  type GraphRouteName,
  type Route,
} from '@ginkoai/contract';
import type { Context } from 'hono';
import { Hono } from 'hono/tiny';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type * as z from 'zod';
import type { Authenticator } from '../auth.js';
import { StoreTrouble } from '../store/store-trouble.js';
import { refused, type Answer, type Refusal } from './answer.js';
import type { Guard } from './guard.js';
import type { Handlers } from './handlers.js';
import { readJsonBody } from './read-body.js';

export interface AppOptions {
  readonly handlers: Handlers;
  readonly guard: Guard;
  readonly authenticator: Authenticator;
  /** Hears what is not fit for an answer. */
  readonly onError: (error: unknown) => void;
}

type AnyHandler = (request: { params: unknown; query: unknown; body: unknown }) => Promise<Answer<unknown>>;

export function createApp({ handlers, guard, authenticator, onError }: AppOptions): Hono {
  const app = new Hono();
  for (const name of Object.keys(graphRoutes) as GraphRouteName[]) {
    const route: Route = graphRoutes[name];
    // The table pairs each handler with its own route; here, where all are treated alike, that is out of sight.
    const handler = handlers[name] as AnyHandler;
    app.on(route.method, route.path, async (context) => {
      try {
        const { headers } = context.req.raw;
        const refusal = guard.check(headers) ?? (await authenticator.check(headers, route.scope));
        return respond(context, refusal ?? (await handle(context, route, handler)));
      } catch (error) {
        onError(error);
        return respond(context, troubleAnswer(error));
      }
    });
  }
  for (const path of new Set(Object.values(graphRoutes).map((route) => route.path))) {
    app.all(path, (context) => respond(context, methodNotAllowed(context, path)));
  }
  app.notFound((context) =>
    respond(context, refused('not_found', `There is no route ${context.req.path} here. See /openapi.json.`)),
  );
  return app;
}

async function handle(context: Context, route: Route, handler: AnyHandler): Promise<Answer<unknown>> {
  const params = check(route.params, context.req.param());
  if (params.kind === 'refused') return params;
  const query = check(route.query, context.req.query());
  if (query.kind === 'refused') return query;
  const body = route.body === undefined ? undefined : await readBody(context, route);
  if (body?.kind === 'refused') return body;
  return handler({ params: params.value, query: query.value, body: body?.value });
}

async function readBody(context: Context, route: Route): Promise<Checked> {
  const maxBytes = route.bodyLimit ?? bodyLimits.usual;
  const code = maxBytes === bodyLimits.snapshot ? 'snapshot_too_large' : 'body_too_large';
  const body = await readJsonBody(context.req.raw, { maxBytes, code });
  return body.kind === 'refused' ? body : check(route.body, body.value);
}

type Checked = { readonly kind: 'checked'; readonly value: unknown } | Refusal;

function check(schema: z.ZodType | undefined, value: unknown): Checked {
  if (schema === undefined) return { kind: 'checked', value: undefined };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'checked', value: parsed.data };
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  return refused(
    'bad_request',
    `${field === '' ? 'The request' : `"${field}"`} is wrong: ${issue?.message ?? 'no reason given'}.`,
    {
      field,
    },
  );
}

function methodNotAllowed(context: Context, path: string): Refusal {
  const methods = Object.values(graphRoutes)
    .filter((route) => route.path === path)
    .map((route) => route.method);
  context.header('Allow', methods.join(', '));
  return refused('method_not_allowed', `${context.req.path} takes ${methods.join(', ')}, not ${context.req.method}.`);
}

function troubleAnswer(error: unknown): Refusal {
  if (!(error instanceof StoreTrouble)) {
    return refused('internal_error', 'The graph server failed at this request. Its log says why.');
  }
  return error.kind === 'busy'
    ? refused('store_busy', 'The database is held by another process. Ask again in a second.')
    : refused(
        'store_failed',
        `The database cannot be read or written (${error.message}). Check the disk of the graph server.`,
      );
}

function respond(context: Context, answer: Answer<unknown>): Response {
  context.header('Cache-Control', 'no-store');
  context.header('X-Content-Type-Options', 'nosniff');
  if (answer.kind === 'answered') return context.json(answer.body as object);
  if (answer.kind === 'json') return context.body(answer.text, 200, { 'Content-Type': 'application/json' });
  if (answer.code === 'store_busy' || answer.code === 'rate_limited') context.header('Retry-After', '1');
  if (answer.code === 'unauthorized') context.header('WWW-Authenticate', 'Bearer');
  const { code, message, field, details } = answer;
  const body: GraphErrorBody = {
    error: { code, message, ...(field === undefined ? {} : { field }), ...(details === undefined ? {} : { details }) },
  };
  const status: ContentfulStatusCode = graphErrorStatus[code];
  return context.json(body, status);
}
