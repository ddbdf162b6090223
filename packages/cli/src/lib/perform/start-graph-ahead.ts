import type { Result } from '@ginkoai/contract';
import { configuredGraphUrl, type GraphChoice } from './configured-graph-url.js';
import { EmbeddedGraphThread } from './embedded-graph-thread.js';
import { growHeapSlowly } from './small-heap.js';

/**
 * Starts the thread of the embedded graph, if that is the one of the run. Until it is told to serve, which is after the
 * lock, it only loads its program; that takes as long as all that the start does before it. undefined: another graph
 * is configured.
 */
export function startGraphAhead(choice: GraphChoice): Result<EmbeddedGraphThread> | undefined {
  if (configuredGraphUrl(choice) === '') return EmbeddedGraphThread.start();
  // There is no thread to wait for.
  growHeapSlowly();
  return undefined;
}
