import type { ReportedChange } from '../report/reporter.js';
import type { Change } from '../decide/change.js';

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
