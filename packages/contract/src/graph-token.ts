import * as z from 'zod';
import { isoTimeSchema } from './ids.js';
import { scopes } from './graph-route.js';

const nameSchema = z.string().min(1).max(100);

export const createTokenRequestSchema = z.object({
  /** By it a token is listed and revoked: no two that are good have the same. */
  name: nameSchema,
  scope: z.enum(scopes),
  /** Absent: never. */
  expiresAt: isoTimeSchema.optional(),
});

export type CreateTokenRequest = z.infer<typeof createTokenRequestSchema>;

/** The only time the token is shown: the graph keeps its SHA-256. */
export const createTokenResponseSchema = z.object({
  token: z.string(),
  name: z.string(),
  scope: z.enum(scopes),
  expiresAt: isoTimeSchema.optional(),
});

export type CreateTokenResponse = z.infer<typeof createTokenResponseSchema>;

/** The tokens themselves nobody can list. */
export const tokenViewSchema = z.object({
  name: z.string(),
  scope: z.enum(scopes),
  createdAt: isoTimeSchema,
  expiresAt: isoTimeSchema.optional(),
  /** By the server's clock. */
  isExpired: z.boolean(),
});

export type TokenView = z.infer<typeof tokenViewSchema>;

/** Those of the database; one that a server was started with is in none. */
export const listTokensResponseSchema = z.object({ tokens: z.array(tokenViewSchema) });

export const revokeTokenRequestSchema = z.object({ name: nameSchema });

export const revokeTokenResponseSchema = z.object({ revoked: z.literal(true), name: z.string() });
