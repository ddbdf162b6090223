import type { NewRunEvent, RunEvent, TaskId } from '@ginkoai/contract';
import type { AttemptId } from './close-attempt.js';

/** The rows of the reconciliation table (`.github/RECONCILIATION.md`). */
export const reconciliationRows = [
  'C1', 'C2', 'C3', 'C4', 'C4a', 'C4b', 'C5', 'C6', 'C7', 'C8', 'C9', 'C10', 'C11', 'C12', 'C13', 'C14', 'C15', 'C16', 'C16a', 'C17',
  'C18', 'C19', 'C20', 'C21', 'C22', 'C23', 'C24', 'C25', 'C26', 'C27', 'C28', 'C29', 'C30', 'C31', 'C32', 'C32a', 'C33', 'C34',
] as const; // prettier-ignore

export type ReconciliationRow = (typeof reconciliationRows)[number];

/** One thing that reconciliation found and what follows from it. */
export interface Change {
  readonly row: ReconciliationRow;
  readonly taskId: TaskId;
  /** For people: `Task TASK-3 completed externally`. */
  readonly sentence: string;
  /** What changes in the state; empty: nothing does, but something is to be done or known. */
  readonly events: readonly NewRunEvent[];
  /** An attempt whose agent must be stopped. */
  readonly stop?: AttemptId;
  /** An assignment that its agent must be told again, under the same id. */
  readonly resend?: AttemptId;
  /** The sprint file owes this task its mark. */
  readonly writeMark?: true;
  /** Nothing changes and nobody needs to hear of it; the dry run shows it. */
  readonly isKept?: true;
  /** People should look at this. */
  readonly isWarning?: true;
}

/** A change that reconciliation made, with its events as they stand in the history. */
export type ReconciledChange = Omit<Change, 'events'> & { readonly events: readonly RunEvent[] };
