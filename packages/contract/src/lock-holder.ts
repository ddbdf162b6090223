import * as z from 'zod';
import { epochSchema, isoTimeSchema } from './ids.js';

/** The content of `lock`: the orchestrator process that works on an epic in a working copy. */
export const lockHolderSchema = z.looseObject({
  orchestratorId: z.string(),
  epoch: epochSchema,
  pid: z.int().min(1),
  processStartedAt: z.string(),
  bootId: z.string(),
  host: z.string(),
  startedAt: isoTimeSchema,
});

export type LockHolder = Readonly<z.infer<typeof lockHolderSchema>>;
