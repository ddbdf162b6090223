import type {
  AgentId,
  EpochMillis,
  Failure,
  Millis,
  OrchestratorCheckpoint,
  Result,
  RunEvent,
  TaskId,
} from '@ginkoai/contract';
import type { AttemptEnd, AttemptId } from './decide/close-attempt.js';
import type { GraphWord, Mark, SprintMark } from './decide/judge-world.js';
import type { TaskDefinition } from './decide/run-state.js';

/** Time and waiting. */
export interface Clock {
  /** Wall time, for what is written down. */
  now(): EpochMillis;
  /** Never goes back, and goes on while the process is stopped; for measuring. */
  monotonic(): Millis;
  /** Calls back once after the delay; the returned function cancels. */
  after(delayMs: Millis, callback: () => void): () => void;
}

/** The sprint as it was read: what its tasks are, and what it shows of them. */
export interface SprintObservation {
  readonly title: string;
  readonly definitions: readonly TaskDefinition[];
  readonly marks: readonly SprintMark[];
}

/** The sprint file as the loop looks at it. */
export interface SprintPort {
  /** The sprint as last read, with our own marks in it. */
  observe(): SprintObservation;
  /** The mark of each task last seen in this working copy. */
  lastSeen(): ReadonlyMap<TaskId, Mark>;
  /** The observation was judged: its marks are now the ones last seen. */
  acknowledge(observation: SprintObservation, isComplete: (id: TaskId) => boolean): Promise<void>;
  /** Their ticks no longer count, from now on and after a crash: remembered before the tasks are reopened. */
  overrule(ids: readonly TaskId[]): Promise<void>;
}

/** What happens to a run from outside, in the order it is heard. */
export type RunInput =
  | {
      readonly kind: 'attempt_started';
      readonly id: AttemptId;
      readonly pid: number;
      readonly processStartedAt: string;
    }
  | { readonly kind: 'attempt_verifying'; readonly id: AttemptId }
  | { readonly kind: 'attempt_ended'; readonly id: AttemptId; readonly end: AttemptEnd }
  /** An attempt of an earlier run, which was still at work, is over. */
  | { readonly kind: 'stray_ended'; readonly key: string }
  | { readonly kind: 'agents_trouble'; readonly failure: Failure }
  | { readonly kind: 'sprint_changed' }
  | { readonly kind: 'sprint_trouble'; readonly failure: Failure }
  | { readonly kind: 'graph_words'; readonly words: ReadonlyMap<TaskId, GraphWord>; readonly revision: number }
  | { readonly kind: 'lease_granted'; readonly epoch: number }
  | { readonly kind: 'taken_over'; readonly message: string; readonly orchestratorId?: string; readonly host?: string }
  | { readonly kind: 'interrupt'; readonly level: InterruptLevel };

/**
 * - `drain`: no new tasks, wait for the running ones (a person's first SIGINT)
 * - `stop_agents`: stop the running ones too (the second)
 * - `leave`: save and go, agents stay at work (SIGTERM, SIGHUP)
 */
export type InterruptLevel = 'drain' | 'stop_agents' | 'leave';

export interface StartRequest {
  readonly id: AttemptId;
  readonly agentId: AgentId;
}

/** Where tasks are worked on: the launchers of this working copy. */
export interface Agents {
  /**
   * Lays out what an attempt needs, and returns what starts it: to be called once its assignment is durable. A failure
   * of either comes back, after the call, as the attempt's end.
   */
  prepare(request: StartRequest): () => void;
  stop(id: AttemptId): void;
  /** The ends of these are in the journal. */
  settle(ids: readonly AttemptId[]): void;
  raiseEpoch(epoch: number): void;
  close(): Promise<void>;
}

/** The local checkpoint. */
export interface CheckpointFile {
  save(checkpoint: OrchestratorCheckpoint): Promise<Result<unknown>>;
  saveSync(checkpoint: OrchestratorCheckpoint): Result<unknown>;
}

/** The journal of this orchestrator's epoch. */
export interface EventLog {
  /** The events outlive this process; nobody may hear of them before the flush. */
  write(events: readonly RunEvent[]): Result<void>;
  /** Resolves once everything written is on disk. */
  flush(): Promise<Result<void>>;
  /** Whether something was written that is not on disk yet. */
  readonly hasUnflushed: boolean;
  /** `write` and `flush`; also of an event that begins a new epoch. */
  append(events: readonly RunEvent[]): Promise<Result<void>>;
  readonly bytes: number;
  close(): Promise<Result<void>>;
}

/** The graph, as far as the loop is concerned: it is told, and never waited for. */
export interface Mirror {
  /** Durable events, to be passed on promptly. */
  offer(events: readonly RunEvent[]): void;
  /** Events that the graph has not acknowledged yet, oldest first. */
  unacknowledged(): readonly RunEvent[];
  /** One last persist, at most this long. */
  finish(timeoutMs: Millis): Promise<void>;
  /** Null: the graph answers. Else what is wrong, for people. */
  trouble(): string | null;
  stop(): void;
}

/** The right to orchestrate. */
export interface Lease {
  /** Asks the graph whether the lease is still ours, after the process may have been stopped for a while. */
  confirm(): Promise<void>;
  /** Whether new tasks may be given out: not once it is lost, nor, with `--strict-lease`, long after it was renewed. */
  mayAssign(): boolean;
  release(): Promise<void>;
  stop(): void;
}

/** The sprint file's side of completions. */
export interface MarkWriter {
  /** These tasks are complete in the record, and the file should show it. */
  owe(taskIds: readonly TaskId[]): void;
  /** Resolves when what is owed is written, or could not be. */
  settle(): Promise<void>;
  /** Resolves when everything owed so far was written or given up, with the reasons. */
  settle(): Promise<void>;
}
