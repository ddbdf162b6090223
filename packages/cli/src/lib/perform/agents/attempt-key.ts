import type { RunId } from '@ginkoai/contract';
import type { AttemptId } from '../../decide/close-attempt.js';

/** The idempotency key of an attempt: `<runId>/<taskId>/g<generation>a<attempt>`. */
export function attemptKey(runId: RunId, { taskId, generation, attempt }: AttemptId): string {
  return `${runId}/${taskId}/${attemptFolder({ generation, attempt })}`;
}

/** null: not a key of ours. */
export function parseAttemptKey(key: string): { readonly runId: RunId; readonly id: AttemptId } | null {
  const match = /^([^/]+)\/([^/]+)\/g(\d+)a(\d+)$/.exec(key);
  if (match === null) return null;
  const [, runId = '', taskId = '', generation = '', attempt = ''] = match;
  return { runId, id: { taskId, generation: Number(generation), attempt: Number(attempt) } };
}

export function attemptFolder({ generation, attempt }: { generation: number; attempt: number }): string {
  return `g${generation}a${attempt}`;
}
