import type * as z from 'zod';

/** What a token may do. `admin` may do everything, `orchestrator` may also read. */
export const scopes = ['read', 'orchestrator', 'agent', 'admin'] as const;

export type Scope = (typeof scopes)[number];

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One route of the graph API: the server registers it, the client calls it, and openapi.json is made from it. */
export interface Route {
  readonly method: HttpMethod;
  /** With `:name` for each of `params`. */
  readonly path: string;
  /** `null`: no token is needed. */
  readonly scope: Scope | null;
  readonly summary: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  /** In bytes; absent: `bodyLimits.usual`. */
  readonly bodyLimit?: number;
}

export const bodyLimits = { usual: 1024 * 1024, snapshot: 8 * 1024 * 1024 } as const;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type Sent<S> = S extends z.ZodType ? z.input<S> : undefined;

/** As the server's handler gets it: parsed. */
export interface RouteRequest<R extends Route> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
}

export type RouteBody<R extends Route> = Sent<R['body']>;
export type RouteQuery<R extends Route> = Sent<R['query']>;
export type RouteResponse<R extends Route> = z.output<R['response']>;

/** The path of a call: parameters filled in and encoded, query appended, `undefined` values left out. */
export function routePath(
  path: string,
  params: Readonly<Record<string, string | number>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? filled : `${filled}?${search.toString()}`;
}
