import type { BlockedReason } from '@ginkoai/contract';
import type { ActualTask } from './actual-task.js';
import type { Change, ReconciliationRow } from './change.js';
import type { TaskFacts } from './run-state.js';

export type Row = Omit<Change, 'taskId'>;

/** Nothing to do; the row says why. */
export const keep = (row: ReconciliationRow, sentence: string): Row => ({ row, sentence, events: [], isKept: true });

export function completedExternally(facts: TaskFacts, actual: ActualTask): Row {
  return {
    row: 'C4',
    sentence: `Task ${facts.id} completed externally`,
    events: [
      { kind: 'task_completed', taskId: facts.id, generation: facts.generation, by: actual.by ?? 'sprint_file' },
    ],
    ...owedMark(actual),
  };
}

export function heldElsewhere(facts: TaskFacts): Row {
  return {
    row: 'C4b',
    sentence: `Task ${facts.id} is marked in progress by somebody else; held`,
    events: [{ kind: 'task_blocked', taskId: facts.id, reason: 'in_progress_elsewhere' }],
  };
}

export function blockedByPerson(facts: TaskFacts, actual: ActualTask, status: 'blocked' | 'cancelled'): Row {
  const reason: BlockedReason = status === 'cancelled' ? 'cancelled' : (actual.blockedReason ?? 'person');
  return {
    row: 'C4a',
    sentence: `Task ${facts.id} ${blockWords(reason, actual.reason)}`,
    events: [{ kind: 'task_blocked', taskId: facts.id, reason, ...detailOf(actual) }],
  };
}

function blockWords(reason: BlockedReason, why: string | undefined): string {
  const verb = reason === 'cancelled' || reason === 'paused' ? reason : 'blocked';
  return why === undefined ? `${verb} by a person` : `${verb}: ${why}`;
}

const detailOf = (actual: ActualTask): { detail?: string } =>
  actual.reason === undefined ? {} : { detail: actual.reason };
const owedMark = (actual: ActualTask): { writeMark?: true } =>
  actual.by === 'graph' || actual.isMarkOwed === true ? { writeMark: true } : {};
