import { graphErrorBodySchema, graphRoutes, type Route } from '@ginkoai/contract';
import * as z from 'zod';
import { answered } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';

/** The document is made when it is first asked for. */
export function openApiHandlers(version: string): Pick<Handlers, 'openApi'> {
  let document: { openapi: string } | undefined;
  return { openApi: () => Promise.resolve(answered((document ??= openApiDocument(version)))) };
}

function openApiDocument(version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [operationId, route] of Object.entries(graphRoutes)) {
    const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = { operationId, ...operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'ginko graph', version },
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths,
  };
}

function operation(route: Route) {
  return {
    summary: route.summary,
    ...(route.scope === null ? {} : { security: [{ token: [] }], 'x-scope': route.scope }),
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: content(route.body, 'input') } }),
    responses: {
      200: { description: 'Done', content: content(route.response, 'output') },
      default: { description: 'Refused, or failed', content: content(graphErrorBodySchema, 'output') },
    },
  };
}

function content(schema: z.ZodType, io: 'input' | 'output') {
  return { 'application/json': { schema: jsonSchema(schema, io) } };
}

function parameters(place: 'path' | 'query', schema: z.ZodType | undefined): readonly object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input');
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' });
}
