import { fitLine, type StyledLine } from './styled-line.js';
import { tableLines, type Column } from './table.js';

export interface SprintEntry {
  readonly file: string;
  readonly sprintId: string | null;
  readonly epicId: string | null;
  readonly title: string | null;
  /** As declared in the front matter. */
  readonly status: string | null;
  readonly tasks: number;
  readonly complete: number;
  /** Whether `ginko orchestrate` would take it. */
  readonly isActive: boolean;
}

const columnsOfEntry: readonly Column<SprintEntry>[] = [
  { title: ' ', cell: ({ isActive }) => (isActive ? '*' : ''), style: () => 'accent', most: 1, dispensable: 0 },
  { title: 'file', cell: ({ file }) => file, style: () => 'strong', most: 48, dispensable: 0 },
  { title: 'sprint', cell: ({ sprintId }) => sprintId ?? '', most: 20, dispensable: 1 },
  { title: 'epic', cell: ({ epicId }) => epicId ?? '', most: 16, dispensable: 3 },
  { title: 'status', cell: ({ status }) => status ?? '', most: 12, dispensable: 4 },
  { title: 'complete', cell: ({ tasks, complete }) => `${complete} of ${tasks}`, most: 10, dispensable: 2 },
];

/** Sprint files for people, the active one marked. */
export function sprintListLines(entries: readonly SprintEntry[], width: number): readonly StyledLine[] {
  const last = { title: 'title', cell: ({ title }: SprintEntry) => title ?? '' };
  return tableLines({ rows: entries, columns: columnsOfEntry, last, width }).map((line) => fitLine(line, width));
}
