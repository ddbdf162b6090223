import * as z from 'zod';

/** What an agent may write to `GINKO_RESULT_FILE`: its own word, which a failing verify command overrules. */
export const agentResultSchema = z.looseObject({
  status: z.enum(['complete', 'failed', 'blocked']),
  summary: z.string().optional(),
  reason: z.string().optional(),
  tokens: z.number().min(0).optional(),
  costUsd: z.number().min(0).optional(),
});

export type AgentResult = z.infer<typeof agentResultSchema>;
