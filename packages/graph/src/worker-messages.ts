import type { Failure, Millis } from '@ginkoai/contract';

/** What the thread of an embedded graph serves. */
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

/** What it is told; the first is to serve. */
export type GraphWorkerOrder =
  | { readonly kind: 'serve'; readonly data: GraphWorkerData }
  /** Finish what is under way, and end. */
  | { readonly kind: 'close' };
