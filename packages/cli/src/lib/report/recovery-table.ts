import { cleanText } from './clean-text.js';
import { counted } from './count-text.js';
import type { RecoveryTableRow } from './reporter.js';
import { lineOf, lineWidth, span, type StyledLine } from './styled-line.js';
import { tableLines, type Column } from './table.js';
import { wrapToWidth } from './text-width.js';

/**
 * What each source says of each task and what a resume would do with it, for `--resume --dry-run`. A line a task where
 * that fits; else the decision stands wrapped under the task; on a narrow terminal so do the sources. `width`: of the
 * terminal; Infinity for files and pipes.
 */
export function recoveryTable(rows: readonly RecoveryTableRow[], width: number): readonly StyledLine[] {
  if (rows.length === 0) return [lineOf('There is no task to recover.')];
  return [
    ...layOut(rows, width),
    [],
    lineOf(`${counted(new Set(rows.map(({ taskId }) => taskId)).size, 'task')}; nothing was changed.`),
  ];
}

/** The same for a program; a source that says nothing of a task is null. */
export function recoveryTableJson(rows: readonly RecoveryTableRow[]): object {
  const orNull = (said: string): string | null => (said === '-' ? null : said);
  const tasks = rows.map((row) => ({
    ...row,
    local: orNull(row.local),
    graph: orNull(row.graph),
    agent: orNull(row.agent),
  }));
  return { kind: 'recovery_table', tasks };
}

/** From here on the columns of the sources, cut to their most, leave enough for the agent's. */
const roomForCutTable = 80;

function layOut(rows: readonly RecoveryTableRow[], width: number): readonly StyledLine[] {
  const oneLine = tableLines({
    rows,
    columns: [...sourceColumns, agentColumn],
    last: { title: 'decision (row)', cell: decisionOf },
    width: Infinity,
  });
  const fits = (lines: readonly StyledLine[]): boolean => lines.every((line) => lineWidth(line) <= width);
  if (fits(oneLine)) return oneLine;
  const sources = (within: number): readonly StyledLine[] =>
    tableLines({ rows, columns: sourceColumns, last: agentColumn, width: within });
  const uncut = sources(Infinity);
  if (fits(uncut)) return withDecisions(uncut, rows, width);
  if (width >= roomForCutTable) return withDecisions(sources(width), rows, width);
  return rows.flatMap((row) => stacked(row, width));
}

/** With the row of `.github/RECONCILIATION.md` that says why. */
const decisionOf = ({ decision, row }: RecoveryTableRow): string => `${decision} (${row})`;

const statusIn = ({ sprintFile }: RecoveryTableRow): string => sprintFile.replace('_', ' ');

const sourceColumns: readonly Column<RecoveryTableRow>[] = [
  { title: 'task', cell: ({ taskId }) => taskId, style: () => 'strong', most: 18, dispensable: 0 },
  { title: 'sprint file', cell: statusIn, most: 14, dispensable: 0 },
  { title: 'local', cell: ({ local }) => local, most: 16, dispensable: 0 },
  { title: 'graph', cell: ({ graph }) => graph, most: 16, dispensable: 0 },
];

const agentColumn: Column<RecoveryTableRow> = { title: 'agent', cell: ({ agent }) => agent, most: 16, dispensable: 0 };

function withDecisions(
  [titles = [], ...lines]: readonly StyledLine[],
  rows: readonly RecoveryTableRow[],
  width: number,
): StyledLine[] {
  return [titles, ...rows.flatMap((row, index) => [lines[index] ?? [], ...decisionLines(row, width)])];
}

function decisionLines(row: RecoveryTableRow, width: number): StyledLine[] {
  return wrapped(`→ ${decisionOf(row)}`, '    ', width).map((line) => lineOf(span(line, 'accent')));
}

function stacked(row: RecoveryTableRow, width: number): StyledLine[] {
  const facts = [`sprint file: ${statusIn(row)}`, `local: ${row.local}`, `graph: ${row.graph}`, `agent: ${row.agent}`];
  return [
    ...wrapped(`${row.taskId} ${row.title}`, '', width).map((line) => lineOf(span(line, 'strong'))),
    ...facts.flatMap((fact) => wrapped(fact, '  ', width).map((line) => lineOf(line))),
    ...decisionLines(row, width),
  ];
}

function wrapped(text: string, indent: string, width: number): string[] {
  const kept = width < 20 ? '' : indent;
  return wrapToWidth(cleanText(text), width - kept.length).map((line) => kept + line);
}
