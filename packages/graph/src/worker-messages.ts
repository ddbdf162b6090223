import type { Failure, Millis } from '@ginkoai/contract';

/** `workerData` of the thread that serves an embedded graph. */
export interface GraphWorkerData {
  readonly database: string;
  readonly token: string;
  readonly leaseTtlMs?: Millis;
}

/** What the thread says. */
export type GraphWorkerMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Something went wrong at a request, and the graph goes on. */
  | { readonly kind: 'error'; readonly error: Error };

/** What it is told: finish what is under way, and end. */
export type GraphWorkerOrder = 'close';
