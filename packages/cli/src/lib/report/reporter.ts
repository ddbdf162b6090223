import type {
  BlockedReason,
  ContextMetrics,
  EpochMillis,
  ExitCode,
  Failure,
  Millis,
  RunEvent,
  Sequence,
  StopReason,
  TaskId,
  TaskStatus,
} from '@ginkoai/contract';
import type { ReconciliationRow } from '../decide/change.js';
import type { LeftTask } from './left-task.js';

/** What is told beside the run's history. */
export type Notice =
  | {
      readonly kind: 'recovery';
      readonly at: string;
      readonly source: 'graph' | 'local';
      /** Stands in brackets: `cross-machine recovery`, `graph unavailable: <why>`, ... */
      readonly reason: string;
      readonly orchestratorId: string;
      /** ISO time of the last persist to the graph; absent: never. */
      readonly lastPersisted?: string;
      readonly completed: number;
      readonly inProgress: number;
    }
  /** Which sprint is run, where nobody named or declared one; `message`: the rule that chose it. */
  | { readonly kind: 'sprint_chosen'; readonly at: string; readonly message: string }
  /** A fresh start while an earlier checkpoint exists. */
  | { readonly kind: 'previous_checkpoint'; readonly at: string }
  /** `--resume` with nothing saved anywhere. */
  | { readonly kind: 'nothing_to_resume'; readonly at: string }
  /** Told before the events that it sums up; `sequences`: those of their places; absent: the history is as it was. */
  | {
      readonly kind: 'reconciled';
      readonly at: string;
      readonly changes: readonly ReportedChange[];
      readonly sequences?: { readonly first: Sequence; readonly last: Sequence };
    }
  | {
      readonly kind: 'checkpoint_saved';
      readonly at: string;
      readonly checkpointSequence: number;
      readonly durationMs: Millis;
    }
  | { readonly kind: 'persisted'; readonly at: string; readonly checkpointSequence: number }
  | { readonly kind: 'persist_failed'; readonly at: string; readonly failure: Failure; readonly failures: number }
  | { readonly kind: 'graph_restored'; readonly at: string; readonly failures: number }
  | {
      readonly kind: 'lease_lost';
      readonly at: string;
      readonly message: string;
      readonly takenOverBy?: string;
      readonly host?: string;
    }
  | { readonly kind: 'pressure'; readonly at: string; readonly metrics: ContextMetrics }
  /** `code` is a stable word for machines; `verbose` ones are shown with --verbose only. */
  | {
      readonly kind: 'warning';
      readonly at: string;
      readonly code: string;
      readonly message: string;
      readonly isVerbose?: boolean;
    };

export interface ReportedChange {
  readonly row: ReconciliationRow;
  readonly taskId: TaskId;
  readonly sentence: string;
  readonly isWarning?: boolean;
}

export type ReportedEvent = RunEvent | Notice;

export interface RunningTask {
  readonly taskId: TaskId;
  readonly title: string;
  readonly agentId: string;
  readonly attempt: number;
  readonly startedAt: EpochMillis;
  /** Two signs judged apart: the process is alive; it makes progress. */
  readonly activity: 'starting' | 'running' | 'quiet' | 'hung' | 'verifying' | 'elsewhere';
  /** The last line of its output; raw, not yet safe to print. */
  readonly lastLine?: string;
}

export interface BlockedTask {
  readonly taskId: TaskId;
  readonly title: string;
  readonly reason: BlockedReason;
  readonly detail?: string;
}

/** The run as it stands, for whoever draws it. Titles are raw. */
export interface RunView {
  readonly sprintTitle: string;
  readonly epicId: string;
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** Tasks in the sprint. */
  readonly total: number;
  readonly ready: number;
  /** Tasks in back-off, and when the next one is given again. */
  readonly deferred: number;
  readonly nextRetryAt: EpochMillis | null;
  readonly agents: number;
  readonly running: readonly RunningTask[];
  readonly blocked: readonly BlockedTask[];
  readonly graphTrouble: string | null;
}

/** How a run ended. */
export interface RunSummary {
  readonly stopReason: StopReason;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly view: RunView;
  readonly durationMs: Millis;
  /** Attempts begun by this process, and how many it took over from an earlier one. */
  readonly attempts: number;
  readonly adopted: number;
  readonly failedAttempts: number;
  /** Tasks of the sprint that this process saw complete, and that still are. */
  readonly completedNow: number;
  /** Whether it went on with what an earlier process had begun: its own figures are then not those of the run. */
  readonly isResumed: boolean;
  /** Of the whole run. */
  readonly usage: { readonly tokens: number; readonly costUsd: number };
  /** Where the state is kept, for the sentence that says how to go on. */
  readonly stateDirectory: string;
  /** The command that goes on with this run, with the options that it was given; absent: they are not known. */
  readonly resumeCommand?: string;
  /** The tasks that are neither complete nor cancelled, blocked ones first; of very many only the first. */
  readonly left: readonly LeftTask[];
  /** Relative paths of the output of the last failed attempts, those of tasks that are complete by now included. */
  readonly failedOutputs: readonly {
    readonly taskId: TaskId;
    readonly attempt: number;
    readonly message: string;
    readonly outputFile: string;
  }[];
  /** Whoever started this process starts it again, to go on. */
  readonly goesOnByItself?: boolean;
}

/** Shows a run to somebody: a person at a terminal, a log, a program. */
export interface Reporter {
  /** The view may be asked for at any time from now on; `title` gives a task's title for the lines of events. */
  start(view: () => RunView, titleOf: (taskId: TaskId) => string): void;
  event(event: ReportedEvent): void;
  stop(summary: RunSummary): void;
  /** The process is about to be ended without a summary: the terminal is left as it was found. */
  leave?(): void;
}

/** What each task's sources say and what would be done; printed by `--resume --dry-run`. */
export interface RecoveryTableRow {
  readonly taskId: TaskId;
  readonly title: string;
  readonly sprintFile: string;
  readonly local: string;
  readonly graph: string;
  readonly agent: string;
  readonly row: ReconciliationRow;
  readonly decision: string;
}
