import {
  unreachable,
  type AssignmentRecord,
  type BlockedReason,
  type TaskId,
  type TaskStatus,
} from '@ginkoai/contract';
import { blockedText } from './blocked-text.js';
import { personText } from './person-text.js';
import { lineOf, span, type Style, type StyledLine } from './styled-line.js';
import { tableLines, type Column } from './table.js';
import { localTime } from './time-text.js';
import { unblockHint } from './unblock-hint.js';
import { usageText } from './usage-text.js';

/** A task as it stands, for lists, for one page, and for JSON. */
export interface TaskSight {
  readonly id: TaskId;
  readonly title: string;
  readonly status: TaskStatus;
  readonly blockedReason?: BlockedReason;
  readonly blockedDetail?: string;
  readonly agentId?: string;
  /** ISO time. */
  readonly since?: string;
  readonly generation: number;
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly notBefore?: string;
  readonly dependsOn: readonly TaskId[];
  /** Not complete yet, or missing. */
  readonly waitsFor: readonly TaskId[];
  /** Said in the graph, and not read by an orchestrator yet. */
  readonly unread?: { readonly status: string; readonly by: string; readonly at: string; readonly reason?: string };
}

const columnsOfTask: readonly Column<TaskSight>[] = [
  { title: 'task', cell: ({ id }) => id, style: () => 'strong', most: 32, dispensable: 0 },
  { title: 'status', cell: statusText, style: ({ status }) => statusStyle(status), most: 24, dispensable: 0 },
  { title: 'attempts', cell: ({ attempt }) => (attempt === 0 ? '' : `${attempt}`), most: 8, dispensable: 3 },
  { title: 'agent', cell: ({ agentId }) => agentId ?? '', most: 16, dispensable: 2 },
  { title: 'waits for', cell: ({ waitsFor }) => waitsFor.join(', '), style: () => 'faint', most: 30, dispensable: 1 },
];

export function taskTable(tasks: readonly TaskSight[], width: number): readonly StyledLine[] {
  return tableLines({
    rows: tasks,
    columns: columnsOfTask,
    last: { title: 'title', cell: ({ title }) => title },
    width,
  });
}

function statusText({ status, unread }: TaskSight): string {
  const word = status.replace('_', ' ');
  return unread === undefined ? word : `${word} -> ${unread.status.replace('_', ' ')}`;
}

function statusStyle(status: TaskStatus): Style {
  switch (status) {
    case 'complete':
      return 'good';
    case 'in_progress':
      return 'accent';
    case 'blocked':
      return 'caution';
    case 'cancelled':
      return 'faint';
    case 'pending':
      return 'plain';
    default:
      return unreachable(status);
  }
}

/** What the sprint file says of the task; absent: the file is not known. */
export interface TaskPlan {
  /** `docs/sprints/a.md:14`. */
  readonly where: string;
  readonly priority: string | null;
  readonly effort: string | null;
  readonly capabilities: readonly string[];
  readonly files: readonly string[];
  readonly externalDepends: readonly string[];
  readonly verify: string | null;
  /** The Markdown of its section. */
  readonly body: string;
}

export interface TaskPage {
  readonly task: TaskSight;
  readonly plan: TaskPlan | null;
  /** Closed and open, oldest first; only the last ones of a run are kept. */
  readonly attempts: readonly AssignmentRecord[];
  /** Of the last attempt; null: there is none, or its output is not in this working copy. */
  readonly output: string | null;
}

export function taskPage({ task, plan, attempts, output }: TaskPage): StyledLine[] {
  return [
    lineOf(span(task.id, 'strong'), ` ${task.title}`),
    lineOf(
      '  ',
      span('Status      ', 'faint'),
      span(task.status.replace('_', ' '), statusStyle(task.status)),
      whoText(task),
    ),
    ...blockedLines(task),
    ...unreadLines(task),
    ...factLines([
      ['Depends on', task.dependsOn.join(', ')],
      ['Waits for', [...task.waitsFor, ...(plan?.externalDepends ?? [])].join(', ')],
      ['Not before', task.notBefore === undefined ? '' : localTime(task.notBefore)],
      ['Attempts', attemptsText(task)],
      ['Defined in', plan?.where ?? ''],
      ['Priority', plan?.priority ?? ''],
      ['Effort', plan?.effort ?? ''],
      ['Needs', plan?.capabilities.join(', ') ?? ''],
      ['Files', plan?.files.join(', ') ?? ''],
      ['Verify', plan?.verify ?? ''],
      ['Output', output ?? ''],
    ]),
    ...attempts.flatMap(attemptLines),
    ...(plan === null
      ? []
      : [
          [],
          ...plan.body
            .trimEnd()
            .split(/\r\n|\r|\n/)
            .map((line) => (line === '' ? [] : lineOf('  ', line))),
        ]),
  ];
}

function factLines(facts: readonly (readonly [string, string])[]): StyledLine[] {
  return facts
    .filter(([, value]) => value !== '')
    .map(([title, value]) => lineOf('  ', span(title.padEnd(12), 'faint'), value));
}

function whoText({ agentId, since }: TaskSight): string {
  if (agentId === undefined) return '';
  return ` by ${agentId}${since === undefined ? '' : ` since ${localTime(since)}`}`;
}

function blockedLines({ id, blockedReason, blockedDetail }: TaskSight): StyledLine[] {
  if (blockedReason === undefined) return [];
  return [
    lineOf(
      '  ',
      span('Reason      ', 'faint'),
      span(blockedText({ reason: blockedReason, detail: blockedDetail }), 'caution'),
    ),
    lineOf(`    ${unblockHint(blockedReason, id)}`),
  ];
}

function unreadLines({ unread }: TaskSight): StyledLine[] {
  if (unread === undefined) return [];
  const reason = unread.reason === undefined ? '' : `: ${unread.reason}`;
  const said = `${unread.status.replace('_', ' ')}, by ${personText(unread.by)} at ${localTime(unread.at)}${reason}`;
  return [lineOf('  ', span('Said        ', 'faint'), span(said, 'accent'), ' (not taken up by an orchestrator yet)')];
}

function attemptsText({ generation, attempt, failures, losses }: TaskSight): string {
  const parts = [
    ...(attempt === 0 ? ['none'] : [`${attempt}`]),
    ...(failures === 0 ? [] : [`${failures} failed`]),
    ...(losses === 0 ? [] : [`${losses} lost`]),
    ...(generation === 1 ? [] : [`generation ${generation}`]),
  ];
  return parts.join(', ');
}

function attemptLines(record: AssignmentRecord): StyledLine[] {
  const { generation, attempt, agentId, status, assignedAt, closedAt, failure, usage, summary } = record;
  const name = generation === 1 ? `${attempt}` : `${generation}.${attempt}`;
  const until = closedAt === undefined ? '' : ` to ${localTime(closedAt)}`;
  const spent = usageText(usage);
  const facts = `${agentId}, ${status}, ${localTime(assignedAt)}${until}${spent === '' ? '' : `, ${spent}`}`;
  const why = failure === undefined ? '' : `: ${failure.message}`;
  return [
    lineOf(`    ${name}  ${facts}${why}`),
    ...(summary === undefined ? [] : [lineOf('       ', span(summary, 'faint'))]),
  ];
}
