import * as z from 'zod';

export const taskStatuses = ['pending', 'in_progress', 'complete', 'blocked', 'cancelled'] as const;

export const taskStatusSchema = z.enum(taskStatuses);

export type TaskStatus = z.infer<typeof taskStatusSchema>;

/** Why a task is blocked. Who can unblock it follows from the reason (see the report). */
export const blockedReasons = [
  'agent',
  'attempts_exhausted',
  'cancelled',
  'dependency_cancelled',
  'dependency_cycle',
  'foreign_assignment',
  'in_progress_elsewhere',
  'losses_exhausted',
  'missing_dependency',
  'no_command',
  'paused',
  'person',
  'unknown_status',
] as const;

export const blockedReasonSchema = z.enum(blockedReasons);

export type BlockedReason = z.infer<typeof blockedReasonSchema>;

/**
 * Fingerprints of a task's text: the title, and the body without status, dependencies, priority and ticked boxes.
 * They tell an edited task (one differs) from another task under the same id (both differ).
 */
export const definitionHashSchema = z.looseObject({ title: z.string(), body: z.string() });

export type DefinitionHash = Readonly<z.infer<typeof definitionHashSchema>>;
