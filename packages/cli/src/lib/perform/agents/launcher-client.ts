import {
  ok,
  type Failure,
  type FromLauncherOf,
  type LauncherAttempt,
  type LauncherOpenAttempt,
  type LauncherStart,
  type Millis,
  type Result,
} from '@ginkoai/contract';
import { LauncherLink } from './launcher-link.js';
import type { StartedLauncher } from './launcher-reach.js';

/** What an orchestrator hears of its attempts. The same fact may be told again, after a reconnection for example. */
export type LauncherEvent =
  /** The attempt is in the launcher's journal: it will be started whatever happens to the orchestrator. */
  | { readonly kind: 'accepted'; readonly key: string }
  /** The attempt was not taken on, and will not be. */
  | { readonly kind: 'refused'; readonly key: string; readonly failure: Failure }
  | FromLauncherOf<'started'>
  | FromLauncherOf<'verifying'>
  /** The outcome is in the launcher's journal, on disk some milliseconds later, and nothing of the attempt runs any more. */
  | FromLauncherOf<'finished'>
  /** The connection had been lost; a start that was not answered has been sent again with its key. */
  | { readonly kind: 'reconnected'; readonly attempts: readonly LauncherAttempt[] }
  /** No launcher can be reached or started at the moment; it is tried again. Told once until it succeeds. */
  | { readonly kind: 'unavailable'; readonly failure: Failure }
  /** Something that a person should know; the connection goes on. */
  | { readonly kind: 'trouble'; readonly failure: Failure }
  /** Another orchestrator of this scope took over. Nothing more will be heard. */
  | { readonly kind: 'superseded'; readonly failure: Failure };

export interface LauncherOptions {
  /** The working copy. */
  readonly root: string;
  /** Whose epochs these are: one lease, so one epic of one graph. Attempts of other scopes are neither seen nor touched. */
  readonly scope: string;
  readonly epoch: number;
  readonly orchestratorId: string;
  /** The environment of agents; ginko's own secrets are taken out here as well. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onMessage: (event: LauncherEvent) => void;
  /** What happens to the connection, in words for a person who looks for a fault. */
  readonly log?: (line: string) => void;
  /** How long a launcher that nobody needs stays; 10 s without it. */
  readonly idleMs?: Millis;
  /** What `wakeLauncher` gave. */
  readonly woken?: StartedLauncher | undefined;
  /** A launcher that takes longer to answer is stuck, and is replaced; 10 s without it. */
  readonly answerWithinMs?: Millis;
}

/** The launcher of a working copy, as an orchestrator sees it. */
export interface LauncherConnection {
  /** Every attempt of the scope that the launcher knew at the time of the connection. */
  readonly attempts: readonly LauncherAttempt[];
  /** What was wrong at the time of the connection, for people. */
  readonly warnings: readonly Failure[];
  /** Answered by `accepted` or `refused`. Sending a key again is harmless: an attempt is never started twice. */
  start(start: LauncherStart): void;
  /**
   * These are open: answered by how they stand. One that the launcher does not know (its journal was lost) is watched
   * if anything of it runs, and `finished` tells what has become of it; it is never started.
   */
  adopt(attempts: readonly LauncherOpenAttempt[]): void;
  /** SIGTERM to the attempt's process group, SIGKILL after `graceMs`; answered by `finished`. */
  stop(key: string, graceMs: Millis): void;
  /** The outcomes of these are in the orchestrator's own journal. */
  forget(keys: readonly string[]): void;
  /** A lease granted later raises the fence of the connection; answered by `reconnected`. */
  raiseEpoch(epoch: number): void;
  /** Attempts go on without the orchestrator. Resolves when everything sent has left this process. */
  close(): Promise<void>;
}

/**
 * Connects to the launcher of the working copy, or starts it. Failures: `stale_epoch` when another orchestrator of
 * this scope was here since (`details` hold its `LauncherFence`); `agent_not_started`, `file_unwritable`, `disk_full`, `bad_state` when there can be none.
 */
export async function connectLaunchers(options: LauncherOptions): Promise<Result<LauncherConnection>> {
  const link = new LauncherLink(options);
  const opened = await link.open();
  if (!opened.ok) return opened;
  // What has happened since the welcome is told once the caller has the attempts.
  setImmediate(() => link.release());
  return ok({
    attempts: opened.value.attempts,
    warnings: link.takeTroubles(),
    adopt: (open) => link.adopt(open),
    start: (start) => link.start(start),
    stop: (key, graceMs) => link.stop(key, graceMs),
    forget: (keys) => link.forget(keys),
    raiseEpoch: (epoch) => link.raiseEpoch(epoch),
    close: () => link.close(),
  });
}
