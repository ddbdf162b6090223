import * as z from 'zod';
import { idSchema } from './ids.js';

/** `.ginko/config.json`. Durations are written as on the command line (`90m`, `30s`). Unknown keys are warned about. */

export const agentConfigSchema = z.object({
  /** Split like a shell would, run without a shell. `{taskFile}` stands for the file with the task's text. */
  command: z.string().min(1),
  /** `*`: any. */
  capabilities: z.array(z.string().min(1)).default(['*']),
  /** How many of it may work at the same time. */
  count: z.int().min(1).max(1000).optional(),
  verify: z.string().min(1).optional(),
});

export type AgentConfig = z.infer<typeof agentConfigSchema>;

/** Where a graph listens. */
export const graphUrlSchema = z.url({ protocol: /^https?$/ });

const durationSchema = z.union([z.string(), z.number()]);

export const configDefaultsSchema = z.object({
  verify: z.string().min(1).optional(),
  maxAttempts: z.int().min(1).max(1000).optional(),
  taskTimeout: durationSchema.optional(),
  pollInterval: durationSchema.optional(),
  persistInterval: durationSchema.optional(),
  maxRuntime: durationSchema.optional(),
  /** First back-off after a failed attempt; doubles with each. */
  backoff: durationSchema.optional(),
  /** The longest one. */
  maxBackoff: durationSchema.optional(),
  /** Lost attempts of a task (its agent vanished) before it waits for a person. */
  maxLosses: z.int().min(1).max(1000).optional(),
  /** How long the graph keeps the lease for an orchestrator that it does not hear. */
  leaseTtl: durationSchema.optional(),
  /** With `--strict-lease`: nothing is given out this long after the last renewal that succeeded was sent. */
  leaseDeadline: durationSchema.optional(),
  /** Time between renewals, give or take a fifth. */
  leaseRenewal: durationSchema.optional(),
});

export const configSchema = z.object({
  graphId: idSchema.optional(),
  graph: z.object({ url: graphUrlSchema.optional() }).optional(),
  agents: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,40}$/), agentConfigSchema).default({}),
  defaults: configDefaultsSchema.default({}),
  /** Names of the variables that agents may see, beside `GINKO_*`; absent: all but ginko's own secrets. */
  environment: z.array(z.string()).optional(),
});

export type Config = z.infer<typeof configSchema>;

/** `~/.config/ginko/trusted.json`: SHA-256 of command texts that this user has approved. */
export const trustedCommandsSchema = z.object({ version: z.literal(1), commands: z.array(z.string()) });

/** `~/.config/ginko/credentials.json`: tokens by graph url. */
export const credentialsSchema = z.object({ tokens: z.record(z.string(), z.string()) });
