/**
 * Expected trouble. A failure is returned (`Result`) inside the program; where a promise is the interface, it is
 * thrown as a `FailureError`. Anything else that is thrown is a bug.
 */
export const failureCodes = [
  'agent_failed',
  'agent_not_started',
  'bad_configuration',
  'bad_option',
  'bad_request',
  'bad_response',
  'bad_state',
  'dependency_cycle',
  'disk_full',
  'duplicate_task',
  'file_unreadable',
  'file_unwritable',
  'forbidden',
  'graph_error',
  'graph_timeout',
  'graph_unreachable',
  'lease_held',
  'local_lock_held',
  'needs_state',
  'newer_version',
  'no_sprint',
  'not_found',
  'not_trusted',
  'snapshot_too_large',
  'sprint_ambiguous',
  'stale_attempt',
  'stale_epoch',
  'task_time_limit',
  'unauthorized',
  'verify_failed',
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** `message` is a sentence for people: what failed, with which value, what to do. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export const failed = (
  code: FailureCode,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): Result<never> => ({
  ok: false,
  failure: details === undefined ? { code, message } : { code, message, details },
});

/** A failure on its way through a promise. */
export class FailureError extends Error {
  override readonly name = 'FailureError';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FailureError(result.failure);
}

/** For the default branch of a switch over a closed set: a new case breaks the build where it must be handled. */
export function unreachable(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
