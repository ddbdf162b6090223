import * as z from 'zod';
import { orchestratorCheckpointSchema } from './checkpoint.js';
import { epochSchema, idSchema, isoTimeSchema, sequenceSchema } from './ids.js';
import { runEventSchema } from './run-event.js';

const epicKey = { graphId: idSchema, epicId: idSchema };

/** `epicId` and `epoch`, where they are left out, are the state's own; where they are given, they must agree with it. */
export const persistStateRequestSchema = z.object({
  graphId: idSchema,
  orchestratorId: z.string().min(1).max(200),
  epicId: idSchema.optional(),
  epoch: epochSchema.optional(),
  state: orchestratorCheckpointSchema,
});

export type PersistStateRequest = z.infer<typeof persistStateRequestSchema>;

/** The newest state of the run as it now stands in the graph. */
export const persistStateResponseSchema = z.object({
  /** false: the graph had this (epoch, sequence) or a later one already. */
  stored: z.boolean(),
  runId: z.string(),
  epoch: epochSchema,
  sequence: sequenceSchema,
  persistedAt: isoTimeSchema,
});

export type PersistStateResponse = z.infer<typeof persistStateResponseSchema>;

export const epicQuerySchema = z.object(epicKey);

export const readStateResponseSchema = z.object({
  /** The newest state of the epic; null: the graph has none. */
  state: orchestratorCheckpointSchema.nullable(),
  /** The later events of the same run, in order, without a gap: the first has `state.sequence + 1`. */
  events: z.array(runEventSchema),
  persistedAt: isoTimeSchema.optional(),
});

export type ReadStateResponse = z.infer<typeof readStateResponseSchema>;

export const stateHistoryQuerySchema = z.object({
  ...epicKey,
  limit: z.coerce.number<number | string>().int().min(1).max(200).default(200),
});

export const stateHistoryEntrySchema = z.object({
  runId: z.string(),
  orchestratorId: z.string(),
  epoch: epochSchema,
  sequence: sequenceSchema,
  savedAt: isoTimeSchema,
  persistedAt: isoTimeSchema,
  /** Numbers of tasks. */
  completed: z.int(),
  inProgress: z.int(),
  blocked: z.int(),
  bytes: z.int(),
});

export type StateHistoryEntry = z.infer<typeof stateHistoryEntrySchema>;

/** Newest first. */
export const stateHistoryResponseSchema = z.object({ states: z.array(stateHistoryEntrySchema) });

/** Without `runId`: the state with this sequence that was persisted last. */
export const stateAtQuerySchema = z.object({ ...epicKey, runId: z.string().min(1).max(200).optional() });
export const stateAtParamsSchema = z.object({ sequence: z.coerce.number<number | string>().int().min(0) });
export const stateAtResponseSchema = z.object({ state: orchestratorCheckpointSchema, persistedAt: isoTimeSchema });

function isWithoutGap(events: readonly { readonly sequence: number }[]): boolean {
  return events.every(({ sequence }, index) => sequence === (events[0]?.sequence ?? 0) + index);
}

/** Events in order, without a gap. */
export const appendEventsRequestSchema = z.object({
  ...epicKey,
  runId: z.string().min(1).max(200),
  orchestratorId: z.string().min(1).max(200).optional(),
  epoch: epochSchema,
  events: z.array(runEventSchema).min(1).max(5000).refine(isWithoutGap, 'must follow each other, without a gap'),
});

export type AppendEventsRequest = z.infer<typeof appendEventsRequestSchema>;

export const appendEventsResponseSchema = z.object({
  /** How many of them were new. */
  stored: z.int(),
  /** The last sequence of the run that the graph has, by its state or an event. */
  sequence: sequenceSchema,
});

export type AppendEventsResponse = z.infer<typeof appendEventsResponseSchema>;
