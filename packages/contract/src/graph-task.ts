import * as z from 'zod';
import { epochSchema, idSchema, isoTimeSchema } from './ids.js';
import { taskStatusSchema } from './task.js';

const epicKey = { graphId: idSchema, epicId: idSchema };

/** Rises by one with every word of a person or another tool about a task of the graph. */
const revisionSchema = z.int().min(0);

/** Characters of a title that the graph keeps. */
export const longestTitle = 2_000;

export const syncedTaskSchema = z.object({
  id: idSchema,
  title: z.string().max(longestTitle),
  status: taskStatusSchema,
  dependsOn: z.array(z.string().max(200)).max(10_000),
});

/** All tasks of the epic as the orchestrator sees them: one that is missing here is gone. */
export const syncTasksRequestSchema = z.object({
  ...epicKey,
  orchestratorId: z.string().min(1).max(200).optional(),
  epoch: epochSchema,
  /** How far the orchestrator had read the news: a later word stands until it has been read. */
  readRevision: revisionSchema.default(0),
  tasks: z.array(syncedTaskSchema).max(200_000),
});

export type SyncTasksRequest = z.input<typeof syncTasksRequestSchema>;

export const syncTasksResponseSchema = z.object({ tasks: z.int(), revision: revisionSchema });

export type SyncTasksResponse = z.infer<typeof syncTasksResponseSchema>;

/** `since`: the revision of the last answer. One from the future (the graph was made anew) counts as 0. */
export const taskNewsQuerySchema = z.object({
  ...epicKey,
  since: z.coerce.number<number | string>().int().min(0).default(0),
});

/** A word about a task. The status is any string here: a newer server may know more, and reconciliation has a row for it. */
export const taskWordSchema = z.object({
  id: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  by: z.string(),
  unlessComplete: z.boolean().optional(),
  revision: revisionSchema,
  at: isoTimeSchema,
});

export type TaskWord = z.infer<typeof taskWordSchema>;

export const taskNewsResponseSchema = z.object({
  /** The cursor of the next call. */
  revision: revisionSchema,
  /** The last word about each task that has one later than `since`, by revision. */
  tasks: z.array(taskWordSchema),
});

export type TaskNewsResponse = z.infer<typeof taskNewsResponseSchema>;

export const taskParamsSchema = z.object({ id: idSchema });

/** Without `epicId`: the task of that id, if only one epic of the graph has it. */
export const setTaskStatusRequestSchema = z.object({
  graphId: idSchema,
  epicId: idSchema.optional(),
  status: taskStatusSchema,
  reason: z.string().min(1).max(2000).optional(),
  /** Who says so. */
  by: z.string().min(1).max(200),
  /** A completion that came first stands: the word takes no finished work back. */
  unlessComplete: z.boolean().optional(),
});

export type SetTaskStatusRequest = z.infer<typeof setTaskStatusRequestSchema>;

export const taskStatusQuerySchema = z.object({ graphId: idSchema, epicId: idSchema.optional() });

/** The later of the orchestrator's status and the word that it has not read yet. */
export const taskStatusResponseSchema = z.object({
  id: z.string(),
  epicId: z.string(),
  /** Absent while only a word about the task is known. */
  title: z.string().optional(),
  status: z.string(),
  reason: z.string().optional(),
  by: z.string(),
  /** Of the last word; 0: nobody but the orchestrator spoke about it. */
  revision: revisionSchema,
  at: isoTimeSchema,
});

export type TaskStatusResponse = z.infer<typeof taskStatusResponseSchema>;
