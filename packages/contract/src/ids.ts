import * as z from 'zod';

/** Every id that may become part of a path, a URL or a printed line. */
export const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const idSchema = z
  .string()
  .regex(idPattern, 'must be 1 to 64 letters, digits, ".", "_" or "-", and start with a letter or digit');

export type TaskId = string;
export type AgentId = string;
export type EpicId = string;
export type SprintId = string;
export type GraphId = string;
export type RunId = string;
export type OrchestratorId = string;

/** A duration in milliseconds. */
export type Millis = number;
/** An instant in milliseconds since 1970, UTC. On the wire times are ISO-8601 strings instead. */
export type EpochMillis = number;
/** The number of an orchestrator lease; rises by one per holder. Zero: no lease was ever granted. */
export type Epoch = number;
/** Rises by one with every event of a run, through all its resumes. */
export type Sequence = number;

export const isoTimeSchema = z.iso.datetime({ offset: true });
export const epochSchema = z.int().min(0);
export const sequenceSchema = z.int().min(0);

/** A checkpoint's id: `<runId>@<sequence>`. */
export function checkpointId(runId: RunId, sequence: Sequence): string {
  return `${runId}@${sequence}`;
}
