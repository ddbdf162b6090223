import * as z from 'zod';
import { epochSchema, sequenceSchema } from './ids.js';
import { holderSchema } from './run-event.js';

/** Every code that the graph API answers with, and its HTTP status. */
export const graphErrorStatus = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  lease_held: 409,
  name_taken: 409,
  needs_state: 409,
  stale_epoch: 409,
  body_too_large: 413,
  snapshot_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal_error: 500,
  store_busy: 503,
  store_failed: 500,
} as const;

export type GraphErrorCode = keyof typeof graphErrorStatus;

/** The code is any string here: a newer server may know more of them. */
export const graphErrorBodySchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    field: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

export type GraphErrorBody = z.infer<typeof graphErrorBodySchema>;

/** `details` of `stale_epoch`: the lease as it stands; `holder` is null where another run's state stands in the way. */
export const staleEpochDetailsSchema = z.object({
  epoch: epochSchema,
  orchestratorId: z.string(),
  host: z.string().nullable(),
  holder: holderSchema.nullable(),
});

export type StaleEpochDetails = z.infer<typeof staleEpochDetailsSchema>;

/** `details` of `lease_held`. `expiresInMs` by the server's clock. */
export const leaseHeldDetailsSchema = z.object({
  epoch: epochSchema,
  orchestratorId: z.string(),
  host: z.string(),
  holder: holderSchema,
  expiresInMs: z.number(),
});

export type LeaseHeldDetails = z.infer<typeof leaseHeldDetailsSchema>;

/** `details` of `needs_state`: what the graph has of the epic's newest run; null: nothing. */
export const needsStateDetailsSchema = z.object({
  stored: z.object({ runId: z.string(), epoch: epochSchema, sequence: sequenceSchema }).nullable(),
  /** The sequence that the next event would have to have; absent: a state is needed first. */
  expectedSequence: sequenceSchema.optional(),
});

export type NeedsStateDetails = z.infer<typeof needsStateDetailsSchema>;
