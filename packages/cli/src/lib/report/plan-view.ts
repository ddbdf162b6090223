import { blockedText } from './blocked-text.js';
import { counted } from './count-text.js';
import { sprintPlan, type PlanInput, type PlanTask, type SprintPlan } from './sprint-plan.js';
import { fitLine, lineOf, span, type StyledLine } from './styled-line.js';
import { tableLines, type Column } from './table.js';
import { unblockHint } from './unblock-hint.js';

/** What a run would do, for `--dry-run`. `width`: of the terminal; Infinity: nothing is cut, for files and pipes. */
export function planView(input: PlanInput, width: number): StyledLine[] {
  const plan = sprintPlan(input);
  return [
    ...headLines(input, plan),
    ...waveLines(plan.waves, width),
    ...completeLines(plan),
    ...inProgressLines(plan),
    ...blockedLines(plan),
    ...withoutAgentLines(plan),
    ...waitingLines(plan),
    [],
    lineOf('Nothing was started and nothing was changed.'),
  ];
}

/** The plan for a program: every task's id in exactly one of the lists. */
export function planJson(input: PlanInput): object {
  const plan = sprintPlan(input);
  return {
    kind: 'plan',
    sprintTitle: input.sprintTitle,
    epicId: input.epicId,
    agents: input.agents,
    tasks: input.tasks,
    waves: plan.waves.map(idsOf),
    complete: idsOf(plan.complete),
    inProgress: idsOf(plan.inProgress),
    blocked: plan.blocked.map(({ task, reason, detail }) => ({
      taskId: task.id,
      reason,
      ...(detail === undefined ? {} : { detail }),
      unblock: unblockHint(reason, task.id),
    })),
    withoutAgent: plan.withoutAgent.map(({ id, capabilities }) => ({ taskId: id, capabilities })),
    waiting: plan.waiting.map(({ task, waitsFor }) => ({ taskId: task.id, waitsFor })),
  };
}

const idsOf = (tasks: readonly PlanTask[]): string[] => tasks.map(({ id }) => id);

function headLines({ sprintTitle, epicId, agents, tasks }: PlanInput, { waves, complete }: SprintPlan): StyledLine[] {
  const toRun = waves.reduce((sum, wave) => sum + wave.length, 0);
  const figures = `${complete.length} complete, ${toRun} to run in ${counted(waves.length, 'wave')}`;
  return [
    lineOf(span(sprintTitle, 'strong'), ` (epic ${epicId}): ${counted(tasks.length, 'task')}, ${figures}`),
    ...(agents.length === 0
      ? [lineOf(span('No agent: give the run one with --exec or --agent, or in .ginko/config.json', 'caution'))]
      : [lineOf(`Agents: ${agents.map(({ id, capabilities }) => `${id} (${capabilities.join(', ')})`).join(', ')}`)]),
  ];
}

const planColumns: readonly Column<PlanTask>[] = [
  { title: 'task', cell: ({ id }) => `  ${id}`, style: () => 'strong', most: 34, dispensable: 0 },
  { title: 'priority', cell: ({ priority }) => priority ?? '', most: 10, dispensable: 2 },
  { title: 'effort', cell: ({ effort }) => effort ?? '', style: () => 'faint', most: 12, dispensable: 3 },
  {
    title: 'needs',
    cell: ({ capabilities }) => capabilities.join(', '),
    style: () => 'faint',
    most: 24,
    dispensable: 1,
  },
];

/** One table with a heading before each wave, so that the columns stand below each other throughout. */
function waveLines(waves: SprintPlan['waves'], width: number): readonly StyledLine[] {
  const last = { title: 'title', cell: ({ title }: PlanTask) => title };
  const table = tableLines({ rows: waves.flat(), columns: planColumns, last, width });
  const [titles = [], ...rows] = table.map((line) => fitLine(line, width));
  let shown = 0;
  const lines = waves.flatMap((tasks, index) => [
    ...heading(`Wave ${index + 1}: ${counted(tasks.length, 'task')}`),
    ...rows.slice(shown, (shown += tasks.length)),
  ]);
  return waves.length === 0 ? [] : [[], titles, ...lines];
}

const heading = (text: string): StyledLine[] => [[], lineOf(span(text, 'accent'))];

function section<T>(title: string, tasks: readonly T[], linesOf: (task: T) => StyledLine[]): StyledLine[] {
  return tasks.length === 0
    ? []
    : [...heading(`${title}: ${counted(tasks.length, 'task')}`), ...tasks.flatMap(linesOf)];
}

const taskLine = ({ id, title }: PlanTask, why: string): StyledLine =>
  lineOf('  ', span(id, 'strong'), ` ${title}`, span(why, 'caution'));

const completeLines = ({ complete }: SprintPlan): StyledLine[] =>
  section('Complete already', complete, ({ id, title }) => [
    lineOf('  ', span('✓', 'good'), ' ', span(id, 'strong'), ` ${title}`),
  ]);

const inProgressLines = ({ inProgress }: SprintPlan): StyledLine[] =>
  section('In progress elsewhere', inProgress, (task) => [
    taskLine(task, ''),
    lineOf('    ', unblockHint('in_progress_elsewhere', task.id)),
  ]);

const blockedLines = ({ blocked }: SprintPlan): StyledLine[] =>
  section('Blocked', blocked, ({ task, reason, detail }) => [
    taskLine(task, `: ${blockedText({ reason, detail })}`),
    lineOf('    ', unblockHint(reason, task.id)),
  ]);

const withoutAgentLines = ({ withoutAgent }: SprintPlan): StyledLine[] =>
  section('No agent can do', withoutAgent, (task) => [
    taskLine(task, task.capabilities.length === 0 ? '' : `: needs ${task.capabilities.join(', ')}`),
  ]);

const waitingLines = ({ waiting }: SprintPlan): StyledLine[] =>
  section('Held up by these', waiting, ({ task, waitsFor }) => [taskLine(task, `: waits for ${waitsFor}`)]);
