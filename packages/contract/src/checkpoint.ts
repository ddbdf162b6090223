import * as z from 'zod';
import { epochSchema, isoTimeSchema, sequenceSchema } from './ids.js';
import { eventFailureSchema, holderSchema, usageSchema } from './run-event.js';
import { blockedReasonSchema, definitionHashSchema } from './task.js';

/** The state of a run at an instant, as it stands in the local file and in the graph. Unknown fields survive a rewrite. */

export const assignmentStatuses = ['assigned', 'completed', 'failed', 'released', 'lost'] as const;

export const assignmentRecordSchema = z.looseObject({
  taskId: z.string(),
  agentId: z.string(),
  generation: z.int().min(1).default(1),
  attempt: z.int().min(1).default(1),
  status: z.enum(assignmentStatuses),
  assignedAt: isoTimeSchema,
  /** The working copy whose launchers run it; absent in version 1. */
  place: z.string().optional(),
  pid: z.int().optional(),
  processStartedAt: z.string().optional(),
  closedAt: isoTimeSchema.optional(),
  failure: eventFailureSchema.optional(),
  /** What its agent said it did, shortened, and spent. */
  summary: z.string().optional(),
  usage: usageSchema.optional(),
});

export type AssignmentRecord = z.infer<typeof assignmentRecordSchema>;

/** What is remembered of one task; a field that has its initial value is left out. */
export const taskFactsSchema = z.looseObject({
  generation: z.int().min(1).optional(),
  /** The last attempt of this generation; absent: none yet. */
  attempt: z.int().min(1).optional(),
  failures: z.int().min(0).optional(),
  losses: z.int().min(0).optional(),
  notBefore: isoTimeSchema.optional(),
  blockedReason: blockedReasonSchema.optional(),
  blockedDetail: z.string().optional(),
  definition: definitionHashSchema.optional(),
  completedBy: z.enum(['agent', 'sprint_file', 'graph']).optional(),
  /** The work is done, and waits for dependencies that were added meanwhile. */
  held: z.boolean().optional(),
  removed: z.boolean().optional(),
});

export type TaskFactsRecord = z.infer<typeof taskFactsSchema>;

export const contextMetricsSchema = z.looseObject({
  estimatedTokens: z.number().default(0),
  contextLimit: z.number().default(0),
  pressure: z.number().default(0),
  messageCount: z.number().default(0),
  toolCallCount: z.number().default(0),
  eventsSinceStart: z.number().default(0),
  model: z.string().default('unknown'),
});

export type ContextMetrics = z.infer<typeof contextMetricsSchema>;

const shared = {
  orchestratorId: z.string(),
  orchestratorName: z.string().default('orchestrator'),
  graphId: z.string(),
  startedAt: isoTimeSchema,
  savedAt: isoTimeSchema,
  lastProgressAt: isoTimeSchema,
  cyclesWithoutProgress: z.int().min(0).default(0),
  completedTasks: z.array(z.string()),
  inProgressTasks: z.record(z.string(), z.string()),
  blockedTasks: z.array(z.string()),
  contextMetrics: contextMetricsSchema.optional(),
  exitReason: z.string().optional(),
  exitCode: z.int().optional(),
  persistedAt: isoTimeSchema.optional(),
  recoveredFrom: z.string().optional(),
  /** Earlier runs of the epic that this one's fresh start left behind, the latest first. */
  replacedRuns: z.array(z.string()).optional(),
};

export const orchestratorCheckpointSchema = z.looseObject({
  version: z.literal(2),
  runId: z.string(),
  epicId: z.string(),
  sprintId: z.string(),
  epoch: epochSchema,
  sequence: sequenceSchema,
  ...shared,
  assignmentHistory: z.array(assignmentRecordSchema),
  taskState: z.record(z.string(), taskFactsSchema),
  /** Who runs or ran the local agents of the open assignments, by place. */
  holders: z.record(z.string(), holderSchema).default({}),
  /** What the agents reported in all. */
  usage: usageSchema.optional(),
  /** How far the graph's task statuses were read; absent: from the beginning. */
  eventCursor: z.union([z.string(), z.number()]).optional(),
});

/** Version 2. `completedTasks`, `inProgressTasks` and `blockedTasks` hold task ids; times are ISO-8601. */
export type OrchestratorCheckpoint = z.infer<typeof orchestratorCheckpointSchema>;

const recordV1Schema = z.looseObject({
  taskId: z.string(),
  agentId: z.string(),
  status: z.string(),
  assignedAt: isoTimeSchema.optional(),
});

/** The first released version: no run id, epoch, sequence or attempts. */
export const checkpointV1Schema = z.looseObject({
  version: z.literal(1).optional(),
  sprintId: z.string().optional(),
  ...shared,
  assignmentHistory: z.array(recordV1Schema).default([]),
});

export type CheckpointV1 = z.infer<typeof checkpointV1Schema>;
