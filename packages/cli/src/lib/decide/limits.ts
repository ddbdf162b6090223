import type { EpochMillis, Millis } from '@ginkoai/contract';

/** What bounds a run. */
export interface RunLimits {
  /** Failed attempts of a task before it waits for a person. */
  readonly maxAttempts: number;
  /** Lost attempts of a task (its agent vanished) before it waits for a person. */
  readonly maxLosses: number;
  /** First back-off after a failure; doubles with each, up to `maxBackoffMs`, and is drawn between zero and that. */
  readonly backoffMs: Millis;
  readonly maxBackoffMs: Millis;
  /** Without any progress, any open assignment and any back-off for this long the run has stalled. */
  readonly stallAfterMs: Millis;
  /** The run stops after this time; null: no limit. */
  readonly maxRuntimeMs: Millis | null;
  /** When this process began to orchestrate. */
  readonly startedAt: EpochMillis;
  /** Share of the harness's context that this command's output has filled; null: not under one. */
  readonly contextPressure: number | null;
}

export const defaultLimits = {
  maxAttempts: 3,
  maxLosses: 5,
  backoffMs: 10_000,
  maxBackoffMs: 600_000,
} as const;

export const contextPressureWarnAt = 0.7;
export const contextPressureStopAt = 0.8;
/** A task that could not start or was throttled is given again after this time. */
export const releasedBackoffMs: Millis = 30_000;
