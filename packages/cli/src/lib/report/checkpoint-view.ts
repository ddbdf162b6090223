import {
  blockedReasons,
  type Failure,
  type OrchestratorCheckpoint,
  type StateHistoryEntry,
  type TaskId,
} from '@ginkoai/contract';
import type { TaskDifference, TaskPosture } from '../decide/diff-checkpoints.js';
import { blockedText } from './blocked-text.js';
import { countText, counted } from './count-text.js';
import { lineOf, span, type Style, type StyledLine } from './styled-line.js';
import { tableLines, type Column } from './table.js';
import { localTime } from './time-text.js';

/** Tasks that are named one by one; more are counted. */
const namedTasks = 50;

export interface ShownCheckpoint {
  /** `generation 0`, `the graph`. */
  readonly name: string;
  readonly checkpoint: OrchestratorCheckpoint;
  /** Events in the journals after it; null: not asked. */
  readonly laterEvents: number | null;
}

export function checkpointLines({ name, checkpoint, laterEvents }: ShownCheckpoint): StyledLine[] {
  const { inProgressTasks, completedTasks, blockedTasks } = checkpoint;
  return [
    lineOf(span(`Checkpoint of epic ${checkpoint.epicId}`, 'strong'), `, ${name}`),
    ...factLines([
      ['Run', `${checkpoint.runId}, sprint ${checkpoint.sprintId}, graph ${checkpoint.graphId}`],
      ['Saved', `${localTime(checkpoint.savedAt)} by ${checkpoint.orchestratorId}`],
      ['Place', `epoch ${checkpoint.epoch}, sequence ${checkpoint.sequence}${laterText(laterEvents)}`],
      ['Persisted', checkpoint.persistedAt === undefined ? 'never' : localTime(checkpoint.persistedAt)],
      ['Recovered', recoveredText(checkpoint)],
      ['Ended', endText(checkpoint)],
    ]),
    lineOf(`  ${counted(completedTasks.length, 'task')} complete`, idsText(completedTasks)),
    ...runningLines(checkpoint, Object.keys(inProgressTasks)),
    ...blockedLines(checkpoint, blockedTasks),
  ];
}

function factLines(facts: readonly (readonly [string, string])[]): StyledLine[] {
  return facts
    .filter(([, value]) => value !== '')
    .map(([title, value]) => lineOf(span(`  ${title.padEnd(10)}`, 'faint'), value));
}

function laterText(laterEvents: number | null): string {
  return laterEvents === null || laterEvents === 0 ? '' : `; ${counted(laterEvents, 'later event')} in the journals`;
}

function endText({ exitReason, exitCode }: OrchestratorCheckpoint): string {
  if (exitReason === undefined) return '';
  const reason = exitReason.replaceAll('_', ' ');
  return exitCode === undefined ? reason : `${reason}, exit code ${exitCode}`;
}

/** A checkpoint's id is `<run>@<sequence>`. */
function recoveredText({ recoveredFrom = '', runId }: OrchestratorCheckpoint): string {
  const [run, sequence] = recoveredFrom.split('@');
  if (sequence === undefined) return recoveredFrom;
  return `from event ${sequence} of ${run === runId ? 'this run' : `the run ${run ?? ''}`}`;
}

function idsText(ids: readonly TaskId[]): string {
  if (ids.length === 0) return '';
  const more = ids.length > namedTasks ? ` and ${countText(ids.length - namedTasks)} more` : '';
  return `: ${ids.slice(0, namedTasks).join(', ')}${more}`;
}

function runningLines(
  { inProgressTasks, assignmentHistory }: OrchestratorCheckpoint,
  ids: readonly TaskId[],
): StyledLine[] {
  const open = new Map(
    assignmentHistory.filter(({ status }) => status === 'assigned').map((record) => [record.taskId, record]),
  );
  return [
    lineOf(`  ${counted(ids.length, 'task')} in progress`),
    ...limited(ids, (id) => {
      const record = open.get(id);
      const since = record === undefined ? '' : `, attempt ${record.attempt}, since ${localTime(record.assignedAt)}`;
      return lineOf('    ', span(id, 'accent'), `: ${inProgressTasks[id] ?? ''}${since}`);
    }),
  ];
}

function blockedLines({ taskState }: OrchestratorCheckpoint, ids: readonly TaskId[]): StyledLine[] {
  return [
    lineOf(`  ${counted(ids.length, 'task')} blocked`),
    ...limited(ids, (id) => {
      const { blockedReason, blockedDetail } = taskState[id] ?? {};
      const why =
        blockedReason === undefined
          ? 'no reason is known'
          : blockedText({ reason: blockedReason, detail: blockedDetail });
      return lineOf('    ', span(id, 'caution'), `: ${why}`);
    }),
  ];
}

function limited(ids: readonly TaskId[], line: (id: TaskId) => StyledLine): StyledLine[] {
  const more = ids.length - namedTasks;
  return [...ids.slice(0, namedTasks).map(line), ...(more > 0 ? [lineOf(`    and ${countText(more)} more`)] : [])];
}

/** A generation of the local checkpoint: what it holds, or why it cannot be used. */
export type ShownGeneration = UsableGeneration | UnusableGeneration;

interface UsableGeneration extends Pick<
  OrchestratorCheckpoint,
  'orchestratorId' | 'epoch' | 'sequence' | 'savedAt' | 'exitReason'
> {
  readonly kind: 'usable';
  readonly generation: number;
  /** Numbers of tasks. */
  readonly completed: number;
  readonly inProgress: number;
  readonly blocked: number;
}

interface UnusableGeneration {
  readonly kind: 'unusable';
  readonly generation: number;
  readonly file: string;
  readonly failure: Failure;
}

const columnsOfGeneration: readonly Column<ShownGeneration>[] = [
  { title: 'generation', cell: ({ generation }) => `${generation}`, style: styleOf, most: 10, dispensable: 0 },
  { title: 'sequence', cell: (entry) => of(entry, ({ sequence }) => `${sequence}`), most: 12, dispensable: 0 },
  { title: 'epoch', cell: (entry) => of(entry, ({ epoch }) => `${epoch}`), most: 8, dispensable: 3 },
  { title: 'saved', cell: (entry) => of(entry, ({ savedAt }) => localTime(savedAt)), most: 20, dispensable: 0 },
  { title: 'complete', cell: (entry) => of(entry, ({ completed }) => countText(completed)), most: 8, dispensable: 0 },
  { title: 'running', cell: (entry) => of(entry, ({ inProgress }) => countText(inProgress)), most: 8, dispensable: 1 },
  { title: 'blocked', cell: (entry) => of(entry, ({ blocked }) => countText(blocked)), most: 8, dispensable: 1 },
  {
    title: 'ended',
    cell: (entry) => of(entry, ({ exitReason = '' }) => exitReason.replaceAll('_', ' ')),
    most: 18,
    dispensable: 2,
  },
];

/** The generations of this working copy, newest first. */
export function generationLines(entries: readonly ShownGeneration[], width: number): readonly StyledLine[] {
  const last = {
    title: 'by',
    cell: (entry: ShownGeneration) => of(entry, ({ orchestratorId }) => orchestratorId),
    cut: 'middle',
  } as const;
  return tableLines({ rows: entries, columns: columnsOfGeneration, last, width });
}

/** Why generations cannot be used, to be shown whole. */
export function damageLines(entries: readonly ShownGeneration[]): readonly StyledLine[] {
  return entries.flatMap((entry) =>
    entry.kind === 'usable' ? [] : [lineOf(span('! ', 'caution'), span(damageText(entry), 'caution'))],
  );
}

/** Most failures begin with the file's name themselves. */
function damageText({ file, failure: { message } }: UnusableGeneration): string {
  return message.startsWith(`${file} `) ? message : `${file}: ${message}`;
}

function of(entry: ShownGeneration, cell: (entry: UsableGeneration) => string): string {
  return entry.kind === 'usable' ? cell(entry) : '-';
}

function styleOf({ kind }: ShownGeneration): Style {
  return kind === 'usable' ? 'strong' : 'caution';
}

const columnsOfState: readonly Column<StateHistoryEntry>[] = [
  { title: 'sequence', cell: ({ sequence }) => `${sequence}`, style: () => 'strong', most: 12, dispensable: 0 },
  { title: 'epoch', cell: ({ epoch }) => `${epoch}`, most: 8, dispensable: 3 },
  { title: 'persisted', cell: ({ persistedAt }) => localTime(persistedAt), most: 20, dispensable: 0 },
  { title: 'complete', cell: ({ completed }) => countText(completed), most: 8, dispensable: 0 },
  { title: 'running', cell: ({ inProgress }) => countText(inProgress), most: 8, dispensable: 1 },
  { title: 'blocked', cell: ({ blocked }) => countText(blocked), most: 8, dispensable: 1 },
  { title: 'run', cell: ({ runId }) => runId, most: 24, dispensable: 2 },
];

/** The states that the graph keeps, newest first. */
export function graphHistoryLines(states: readonly StateHistoryEntry[], width: number): readonly StyledLine[] {
  const last = { title: 'by', cell: ({ orchestratorId }: StateHistoryEntry) => orchestratorId, cut: 'middle' } as const;
  return tableLines({ rows: states, columns: columnsOfState, last, width });
}

const columnsOfDifference: readonly Column<TaskDifference>[] = [
  { title: 'task', cell: ({ taskId }) => taskId, style: () => 'strong', most: 32, dispensable: 0 },
  { title: 'before', cell: ({ before }) => postureText(before), most: 40, dispensable: 0 },
];

export function differenceLines(differences: readonly TaskDifference[], width: number): readonly StyledLine[] {
  const last = { title: 'after', cell: ({ after }: TaskDifference) => postureText(after) };
  return tableLines({ rows: differences, columns: columnsOfDifference, last, width });
}

/** `pending -> in progress (agent-1, attempt 1)`. */
export function differenceText({ before, after }: TaskDifference): string {
  return `${postureText(before)} -> ${postureText(after)}`;
}

function postureText({ status, generation, attempt, agentId, reason }: TaskPosture): string {
  const attempts = attempt === 0 ? [] : [`attempt ${attempt}`];
  const notes = [
    ...(agentId === undefined ? [] : [agentId]),
    ...attempts,
    ...(generation === 1 ? [] : [`generation ${generation}`]),
    ...(reason === undefined ? [] : [isBlockedReason(reason) ? reason.replaceAll('_', ' ') : reason]),
  ];
  const word = status.replace('_', ' ');
  return notes.length === 0 ? word : `${word} (${notes.join(', ')})`;
}

const isBlockedReason = (reason: string): boolean => (blockedReasons as readonly string[]).includes(reason);
