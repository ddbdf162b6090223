import {
  FailureError,
  type Failure,
  type Millis,
  type OrchestratorCheckpoint,
  type Result,
  type RunEvent,
} from '@ginkoai/contract';
import { persistStateToGraph, type GraphRequester } from '../orchestrator-state.js';
import type { Clock, Mirror } from '../ports.js';
import type { Reporter } from '../report/reporter.js';

/** Events wait this long for company: a batch costs the graph one transaction. */
const gatherMs = 150;
/** Batches are small, so that the store's work on one never takes long. */
const batchSize = 200;
/** More than this is not kept: the next persist carries it all. */
const maxPending = 10_000;
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;

export interface GraphMirrorParts {
  readonly clock: Clock;
  readonly intervalMs: Millis;
  readonly chance: () => number;
  readonly requester: GraphRequester;
  readonly appendEvents: (events: readonly RunEvent[]) => Promise<Result<unknown>>;
  /** Tells the graph how each task stands, for whoever asks it about one. */
  readonly syncTasks: () => Promise<Result<unknown>>;
  /** The state as it is on disk. Rejects with a typed failure when it cannot get there. */
  readonly checkpoint: () => Promise<OrchestratorCheckpoint>;
  readonly reporter: Pick<Reporter, 'event'>;
  readonly onPersisted: (checkpoint: OrchestratorCheckpoint) => void;
  /** What is wrong with the graph from the start, and was told. */
  readonly trouble: Failure | null;
  /** The graph says that another orchestrator has taken over. */
  readonly onStale: (failure: Failure) => void;
}

/**
 * Carries the state and its events to the graph: best effort, single flight, newest wins, bounded, never awaited by
 * the loop. Trouble is told once, with what to do, and once more when it is over.
 *
 * ```
 *   state posted --> events stream --(refused: needs_state)--> state posted
 *        ^                | failure
 *        +---- back-off --+
 * ```
 */
export function createGraphMirror(parts: GraphMirrorParts): Mirror {
  const { clock, reporter } = parts;
  let pending: RunEvent[] = [];
  let needsState = true;
  let persistedSequence = -1;
  let persistedAt = -Infinity;
  let trouble = parts.trouble;
  let failures = trouble === null ? 0 : 1;
  let told = trouble?.code ?? '';
  let isStopped = false;
  let inFlight: Promise<void> | null = null;
  let cancelTimer: (() => void) | null = null;
  let timerAt = Infinity;

  const at = (): string => new Date(clock.now()).toISOString();

  const schedule = (delayMs: Millis): void => {
    const due = clock.monotonic() + delayMs;
    if (isStopped || inFlight !== null || due >= timerAt) return;
    cancelTimer?.();
    timerAt = due;
    cancelTimer = clock.after(delayMs, () => {
      timerAt = Infinity;
      run();
    });
  };

  const run = (): void => {
    if (inFlight !== null || isStopped) return;
    inFlight = step().finally(() => {
      inFlight = null;
      scheduleNext();
    });
  };

  const scheduleNext = (): void => {
    if (isStopped) return;
    if (trouble !== null) {
      const ceiling = Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 10));
      return schedule(firstRetryMs / 2 + parts.chance() * ceiling);
    }
    if (needsState || pending.length > 0) return schedule(gatherMs);
    schedule(Math.max(gatherMs, persistedAt + parts.intervalMs - clock.monotonic()));
  };

  const step = async (): Promise<void> => {
    const isDue = clock.monotonic() - persistedAt >= parts.intervalMs;
    if (needsState || isDue) await persist();
    if (trouble === null && pending.length > 0) await stream();
  };

  const persist = async (): Promise<void> => {
    try {
      const checkpoint = await parts.checkpoint();
      if (!needsState && checkpoint.sequence === persistedSequence) {
        persistedAt = clock.monotonic();
        return;
      }
      const sent = await persistStateToGraph(checkpoint, parts.requester, new Date(clock.now()));
      needsState = false;
      persistedSequence = sent.sequence;
      persistedAt = clock.monotonic();
      pending = pending.filter((event) => event.sequence > sent.sequence);
      recovered();
      parts.onPersisted(sent);
      reporter.event({ kind: 'persisted', at: at(), checkpointSequence: sent.sequence });
      const synced = await parts.syncTasks();
      if (!synced.ok) failed(synced.failure);
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      failed(error.failure);
    }
  };

  const stream = async (): Promise<void> => {
    const batch = pending.slice(0, batchSize);
    const result = await parts.appendEvents(batch);
    if (result.ok) {
      const last = batch.at(-1)?.sequence ?? 0;
      pending = pending.filter((event) => event.sequence > last);
      recovered();
    } else if (result.failure.code === 'needs_state') {
      needsState = true;
    } else {
      failed(result.failure);
    }
  };

  const failed = (failure: Failure): void => {
    // What was given up at the end is no news.
    if (isStopped) return;
    if (failure.code === 'stale_epoch') {
      parts.onStale(failure);
      isStopped = true;
      return;
    }
    failures += 1;
    trouble = failure;
    // Whatever was missed is in the next state.
    needsState = true;
    if (told === failure.code) return;
    told = failure.code;
    reporter.event({ kind: 'persist_failed', at: at(), failure, failures });
  };

  const recovered = (): void => {
    if (trouble !== null) reporter.event({ kind: 'graph_restored', at: at(), failures });
    trouble = null;
    failures = 0;
    told = '';
  };

  schedule(0);

  return {
    offer(events) {
      if (isStopped) return;
      for (const event of events) pending.push(event);
      if (pending.length > maxPending) {
        pending = [];
        needsState = true;
      }
      if (trouble === null) schedule(gatherMs);
    },
    async finish(timeoutMs) {
      if (isStopped) return;
      cancelTimer?.();
      let cancelTimeout: () => void = () => undefined;
      const timeout = new Promise<void>((resolve) => (cancelTimeout = clock.after(timeoutMs, resolve)));
      const last = async (): Promise<void> => {
        if (inFlight !== null) await inFlight;
        cancelTimer?.();
        if (!isStopped) await persist();
      };
      await Promise.race([last(), timeout]);
      cancelTimeout();
      cancelTimer?.();
      isStopped = true;
    },
    unacknowledged: () => pending,
    trouble: () => trouble?.message ?? null,
    stop() {
      isStopped = true;
      cancelTimer?.();
    },
  };
}
