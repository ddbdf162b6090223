import * as z from 'zod';
import { epochSchema, idSchema, isoTimeSchema } from './ids.js';
import { holderSchema } from './run-event.js';

const epicKey = { graphId: idSchema, epicId: idSchema };
const orchestratorIdSchema = z.string().min(1).max(200);

export const leaseDefaults = { ttlMs: 30_000, renewMs: 10_000, stopAfterMs: 20_000 } as const;

export const acquireLeaseRequestSchema = z.object({
  ...epicKey,
  holder: holderSchema,
  ttlMs: z.int().min(50).max(3_600_000).optional(),
  /** The granted epoch is greater than this: the greatest that the client has seen anywhere. */
  atLeastEpoch: epochSchema.optional(),
  /** Whom it replaces before the lease is over; granted only if that is exactly the present holder and epoch. */
  replaces: z
    .object({
      orchestratorId: orchestratorIdSchema,
      epoch: epochSchema,
      /** `same_boot_dead`: the client looked, and that process is gone. `takeover`: a person says so. */
      reason: z.enum(['same_boot_dead', 'takeover']),
    })
    .optional(),
  /**
   * A run that went on without a lease under the last epoch it knew (0: none): refused as `stale_epoch` if anybody has
   * been granted a later one since. `orchestratorId`: the holder of that epoch as far as the run knows; where the lease
   * is still exactly its, the run takes its place at once.
   */
  reclaim: z.object({ epoch: epochSchema, orchestratorId: orchestratorIdSchema }).optional(),
});

export type AcquireLeaseRequest = z.infer<typeof acquireLeaseRequestSchema>;

export const grantedLeaseSchema = z.object({
  epoch: epochSchema,
  expiresAt: isoTimeSchema,
  /** What to reckon with: the client's clock is not the server's. */
  ttlMs: z.int(),
});

export type GrantedLease = z.infer<typeof grantedLeaseSchema>;

/**
 * How long ago the lease was renewed, by the server's clock, when it answered: what to reckon with, for the client's
 * clock is not the server's. Absent: the server is an older one.
 */
const renewedMsAgoSchema = z.number().optional();

export const acquireLeaseResponseSchema = grantedLeaseSchema.extend({
  /** The last holder before this one. */
  previous: z
    .object({
      holder: holderSchema,
      epoch: epochSchema,
      expiresAt: isoTimeSchema,
      renewedAt: isoTimeSchema,
      renewedMsAgo: renewedMsAgoSchema,
      released: z.boolean(),
    })
    .optional(),
});

export type AcquireLeaseResponse = z.infer<typeof acquireLeaseResponseSchema>;

/** Renew or release. */
export const heldLeaseRequestSchema = z.object({
  ...epicKey,
  orchestratorId: orchestratorIdSchema,
  epoch: epochSchema,
});

export type HeldLeaseRequest = z.infer<typeof heldLeaseRequestSchema>;

export const releaseLeaseResponseSchema = z.object({ released: z.literal(true), epoch: epochSchema });

export const leaseViewSchema = z.object({
  epoch: epochSchema,
  holder: holderSchema,
  grantedAt: isoTimeSchema,
  renewedAt: isoTimeSchema,
  renewedMsAgo: renewedMsAgoSchema,
  expiresAt: isoTimeSchema,
  ttlMs: z.int(),
  /** By the server's clock; 0 or less: it has run out. */
  expiresInMs: z.number(),
  released: z.boolean(),
});

export type LeaseView = z.infer<typeof leaseViewSchema>;

/** null: nobody ever held it. */
export const readLeaseResponseSchema = z.object({ lease: leaseViewSchema.nullable() });

export type ReadLeaseResponse = z.infer<typeof readLeaseResponseSchema>;
