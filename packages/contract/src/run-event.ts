import * as z from 'zod';
import { epochSchema, isoTimeSchema, sequenceSchema } from './ids.js';
import { blockedReasonSchema, definitionHashSchema } from './task.js';
import { failureCodes } from './failure.js';
import { stopReasons } from './stop-reason.js';

/**
 * What happened in a run, in order. These events are the run's history: each is durable in the journal before it is
 * folded into the state, shown, sent to the graph or acknowledged to anybody.
 */
const stamp = { sequence: sequenceSchema, at: isoTimeSchema };
const attemptOf = { taskId: z.string(), generation: z.int().min(1), attempt: z.int().min(1) };

/** What an attempt cost, as reported by the agent. */
export const usageSchema = z.looseObject({
  tokens: z.number().min(0).optional(),
  costUsd: z.number().min(0).optional(),
});

export type Usage = z.infer<typeof usageSchema>;

/**
 * The orchestrator process and the working copy it runs in. `bootId` and `processStartedAt` tell a live process from
 * a later one that got the same pid; `place` is the id of the working copy whose launchers run its local agents.
 */
export const holderSchema = z.looseObject({
  orchestratorId: z.string(),
  host: z.string(),
  bootId: z.string(),
  pid: z.int(),
  processStartedAt: z.string(),
  place: z.string(),
});

export type Holder = Readonly<z.infer<typeof holderSchema>>;

export const eventFailureSchema = z.looseObject({ code: z.enum(failureCodes), message: z.string() });

export const lossReasons = ['process_gone', 'lease_over', 'machine_gone', 'launcher_gone'] as const;

export const releaseReasons = [
  'could_not_start',
  'throttled',
  'stopped',
  'not_accepted',
  'task_removed',
  'blocked_by_person',
  'blocked_by_agent',
  'completed_elsewhere',
  'definition_changed',
  'superseded',
] as const;

export const runEventSchema = z.discriminatedUnion('kind', [
  z.looseObject({
    ...stamp,
    kind: z.literal('run_started'),
    runId: z.string(),
    /** Earlier runs of the epic that this fresh start left behind, the latest first. */
    replaces: z.array(z.string()).optional(),
    orchestratorName: z.string(),
    graphId: z.string(),
    epicId: z.string(),
    sprintId: z.string(),
    epoch: epochSchema,
    holder: holderSchema,
  }),
  z.looseObject({
    ...stamp,
    kind: z.literal('recovered'),
    orchestratorName: z.string(),
    epoch: epochSchema,
    holder: holderSchema,
    /** The checkpoint this orchestrator goes on from. */
    recoveredFrom: z.string(),
    source: z.enum(['graph', 'local']),
    /** The last event of the history it goes on from; later lines of older journals are not part of the run. */
    base: z.looseObject({ epoch: epochSchema, sequence: sequenceSchema }),
  }),
  z.looseObject({ ...stamp, kind: z.literal('lease_granted'), epoch: epochSchema }),
  z.looseObject({
    ...stamp,
    ...attemptOf,
    kind: z.literal('task_assigned'),
    agentId: z.string(),
    place: z.string(),
    definition: definitionHashSchema.optional(),
  }),
  z.looseObject({
    ...stamp,
    ...attemptOf,
    kind: z.literal('task_started'),
    pid: z.int(),
    processStartedAt: z.string(),
  }),
  z.looseObject({ ...stamp, ...attemptOf, kind: z.literal('task_adopted'), agentId: z.string() }),
  z.looseObject({
    ...stamp,
    kind: z.literal('task_completed'),
    taskId: z.string(),
    generation: z.int().min(1),
    /** Absent when a person or another tool completed the task. */
    attempt: z.int().min(1).optional(),
    agentId: z.string().optional(),
    by: z.enum(['agent', 'sprint_file', 'graph']),
    /** The work is done, but counts only once dependencies that were added meanwhile are complete. */
    held: z.boolean().optional(),
    durationMs: z.number().optional(),
    summary: z.string().optional(),
    usage: usageSchema.optional(),
  }),
  z.looseObject({
    ...stamp,
    ...attemptOf,
    kind: z.literal('task_failed'),
    agentId: z.string(),
    failure: eventFailureSchema,
    durationMs: z.number().optional(),
    usage: usageSchema.optional(),
  }),
  z.looseObject({ ...stamp, ...attemptOf, kind: z.literal('task_lost'), reason: z.enum(lossReasons) }),
  z.looseObject({
    ...stamp,
    ...attemptOf,
    kind: z.literal('task_released'),
    reason: z.enum(releaseReasons),
    /** Not given again before this time. */
    notBefore: isoTimeSchema.optional(),
    usage: usageSchema.optional(),
  }),
  z.looseObject({
    ...stamp,
    kind: z.literal('task_retry_scheduled'),
    taskId: z.string(),
    notBefore: isoTimeSchema,
  }),
  z.looseObject({
    ...stamp,
    kind: z.literal('task_blocked'),
    taskId: z.string(),
    reason: blockedReasonSchema,
    detail: z.string().optional(),
  }),
  z.looseObject({ ...stamp, kind: z.literal('task_unblocked'), taskId: z.string() }),
  z.looseObject({
    ...stamp,
    kind: z.literal('task_reopened'),
    taskId: z.string(),
    /** The new generation. */
    generation: z.int().min(1),
  }),
  z.looseObject({ ...stamp, kind: z.literal('task_added'), taskId: z.string() }),
  z.looseObject({ ...stamp, kind: z.literal('task_removed'), taskId: z.string() }),
  z.looseObject({
    ...stamp,
    kind: z.literal('run_stopped'),
    stopReason: z.enum(stopReasons),
    exitCode: z.int(),
    message: z.string().optional(),
  }),
]);

export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventKind = RunEvent['kind'];
export type RunEventOf<K extends RunEventKind> = Extract<RunEvent, { kind: K }>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

type KnownKeys<T> = { [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K] };
type Known<T> = T extends unknown ? KnownKeys<T> : never;

/** An event that has happened but has no place in the history yet. */
export type NewRunEvent = DistributiveOmit<Known<RunEvent>, 'sequence' | 'at'>;
