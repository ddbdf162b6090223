import { z } from 'zod';
import { isoTimeSchema } from './ids.js';
import { scopes } from './graph-route.js';

export const createTokenRequestSchema = z.object({
  name: z.string().min(1).max(100),
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
