import type { TaskId } from '@ginkoai/contract';

export interface AttemptName {
  readonly taskId: TaskId;
  readonly generation: number;
  readonly attempt: number;
}

/** Where an attempt's output is kept, relative to the working copy. */
export function attemptOutputPath({ taskId, generation, attempt }: AttemptName): string {
  return `.ginko/runs/${taskId}/g${generation}a${attempt}/output.log`;
}
