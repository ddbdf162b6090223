import type { TaskStatus } from '@ginkoai/contract';
import type { Sprint, SprintTask } from '../sprint/sprint.js';
import { fitLine, lineOf, span, type Style, type StyledLine } from './styled-line.js';
import { tableLines, type Column } from './table.js';

const columnsOfTask: readonly Column<SprintTask>[] = [
  { title: 'task', cell: ({ id }) => id, style: () => 'strong', most: 32, dispensable: 0 },
  { title: 'status', cell: statusText, style: ({ status }) => statusStyles[status], most: 18, dispensable: 0 },
  { title: 'priority', cell: ({ priority }) => priority ?? '', most: 8, dispensable: 2 },
  { title: 'effort', cell: ({ effort }) => effort ?? '', style: () => 'faint', most: 12, dispensable: 3 },
  { title: 'waits for', cell: waitText, style: () => 'faint', most: 30, dispensable: 1 },
];

/** A sprint for people. `width`: of the terminal; Infinity: nothing is cut, for files and pipes. */
export function sprintTable(sprint: Sprint, width: number): readonly StyledLine[] {
  const table = tableLines({
    rows: sprint.tasks,
    columns: columnsOfTask,
    last: { title: 'title', cell: ({ title }) => title },
    width,
  });
  return [...headOf(sprint), ...table].map((line) => fitLine(line, width));
}

function headOf(sprint: Sprint): readonly StyledLine[] {
  const done = sprint.tasks.filter(({ status }) => status === 'complete').length;
  const facts = [
    ...(sprint.sprintId === null ? [] : [`sprint ${sprint.sprintId}`]),
    ...(sprint.epicId === null ? [] : [`epic ${sprint.epicId}`]),
    `${done} of ${sprint.tasks.length} tasks complete`,
  ];
  const title = sprint.title === null ? [] : [lineOf(span(sprint.title, 'strong'))];
  return [...title, lineOf(facts.join(', ')), []];
}

function statusText({ status, blockedReason }: SprintTask): string {
  return blockedReason === 'paused' ? 'paused' : status.replace('_', ' ');
}

const statusStyles: Readonly<Record<TaskStatus, Style>> = {
  pending: 'plain',
  in_progress: 'accent',
  complete: 'good',
  blocked: 'caution',
  cancelled: 'faint',
};

function waitText({ dependsOn, externalDepends }: SprintTask): string {
  return [...dependsOn, ...externalDepends].join(', ');
}
