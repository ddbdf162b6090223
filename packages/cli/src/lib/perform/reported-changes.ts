import type { RunEvent } from '@ginkoai/contract';
import type { Change } from '../decide/change.js';
import type { Notice, ReportedChange } from '../report/reporter.js';

/** The changes that people hear of. */
export function reportedChanges(changes: readonly Omit<Change, 'events'>[]): ReportedChange[] {
  return changes
    .filter((change) => change.isKept !== true)
    .map(({ row, taskId, sentence, isWarning }) => ({
      row,
      taskId,
      sentence,
      ...(isWarning === true ? { isWarning } : {}),
    }));
}

export interface Reconciled {
  readonly at: string;
  readonly changes: readonly ReportedChange[];
  /** Of the changes, in order. */
  readonly events: readonly RunEvent[];
}

export function reconciledNotice({ at, changes, events }: Reconciled): Extract<Notice, { kind: 'reconciled' }> {
  const first = events[0]?.sequence;
  const last = events.at(-1)?.sequence;
  const sequences = first === undefined || last === undefined ? {} : { sequences: { first, last } };
  return { kind: 'reconciled', at, changes, ...sequences };
}
