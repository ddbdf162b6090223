import { ok, type Failure, type Result } from '@ginkoai/contract';
import { systemClock } from '../lib/perform/clock.js';
import type { LookAhead } from '../lib/perform/look-ahead.js';
import { preflightProblems, tasksWithoutRunBlock } from '../lib/perform/preflight.js';
import { sprintIdentity } from '../lib/perform/run-identity.js';
import { agentIds } from '../lib/perform/task-commands.js';
import type { Prepared } from '../lib/perform/prepared.js';
import { cleanText } from '../lib/report/clean-text.js';
import { counted } from '../lib/report/count-text.js';
import { graphReason } from '../lib/report/graph-reason.js';
import { planJson, planView } from '../lib/report/plan-view.js';
import { printLines, widthFor } from '../lib/report/print-lines.js';
import { recoveryTable, recoveryTableJson } from '../lib/report/recovery-table.js';
import type { PlanInput } from '../lib/report/sprint-plan.js';
import { wholeSeconds } from '../lib/report/time-text.js';
import type { CommandContext } from '../program.js';

/** `--dry-run`: the plan of a fresh start, or, with `--resume`, what recovery is about to do. Changes nothing. */
export async function printPlan(prepared: Prepared, context: CommandContext): Promise<Result<null>> {
  const stopping = preflightProblems(prepared, context);
  if (!stopping.ok) return stopping;
  const problems = { stopping: stopping.value, failing: tasksWithoutRunBlock(prepared, context) };
  for (const warning of prepared.warnings) context.output.error(cleanText(warning));
  return prepared.options.isResume
    ? printRecovery(prepared, problems, context)
    : printFreshPlan(prepared, problems, context);
}

/** What is wrong although the plan can be made. */
interface PlanProblems {
  /** A run would refuse to start. */
  readonly stopping: readonly Failure[];
  /** A run would start, and fail these tasks. */
  readonly failing: readonly Failure[];
}

async function printFreshPlan(
  prepared: Prepared,
  problems: PlanProblems,
  { output }: CommandContext,
): Promise<Result<null>> {
  const { found, specs, options } = prepared;
  const input: PlanInput = {
    sprintTitle: found.sprint.title ?? found.file,
    epicId: sprintIdentity(found.file, found.sprint, options.epic).epicId,
    agents: agentIds(specs),
    tasks: found.sprint.tasks,
  };
  if (options.isJson) output.json({ ...planJson(input), problems: problemsJson(problems) });
  else {
    await printLines(planView(input, widthFor(output)), output, { isWhole: true });
    for (const line of problemLines(problems)) output.line(line);
  }
  return ok(null);
}

async function printRecovery(
  prepared: Prepared,
  problems: PlanProblems,
  { output, env }: CommandContext,
): Promise<Result<null>> {
  const { lookAhead } = await import('../lib/perform/look-ahead.js');
  const looked = await lookAhead(prepared, env, systemClock);
  if (!looked.ok) return looked;
  const ahead = looked.value;
  for (const warning of ahead.warnings) output.error(cleanText(warning));
  if (prepared.options.isJson) {
    output.json({ ...recoveryJson(ahead), problems: problemsJson(problems) });
    return ok(null);
  }
  const { plan, atWork, rows } = ahead;
  if (atWork !== null) output.line(atWorkLine(atWork, prepared.options.isTakeover));
  if (plan === null) {
    output.line('There is no state to resume, neither in the graph nor here: --resume would start fresh.');
  } else {
    for (const line of recoveryHead(ahead, plan)) output.line(line);
    await printLines(recoveryTable(rows, widthFor(output)), output, { isWhole: true });
  }
  for (const line of problemLines(problems)) output.line(line);
  return ok(null);
}

function atWorkLine({ orchestratorId, pid, host }: NonNullable<LookAhead['atWork']>, isTakeover: boolean): string {
  const who = `${orchestratorId} (process ${pid} on ${host}) is at work on this epic`;
  return isTakeover
    ? `${who}: --resume --takeover would take the run over from it. What follows may be different by then.`
    : `${who}: --resume would be refused. What follows is what it would do if that process were gone now.`;
}

type Plan = NonNullable<LookAhead['plan']>;

function recoveryHead({ sources }: LookAhead, { recovery, before }: Plan): string[] {
  return [
    `Would recover state from ${recovery.source === 'graph' ? 'graph' : 'local checkpoint'} (${graphReason(recovery.reason).short})`,
    `  Checkpoint: ${recovery.recoveredFrom}`,
    `  Last persisted: ${sources.persistedAt === null ? 'never' : wholeSeconds(sources.persistedAt)}`,
    `  Completed: ${before.completed} tasks`,
    `  In progress: ${before.inProgress} tasks`,
    '',
  ];
}

/** `source` null: there is no state, and a resume would start fresh. */
function recoveryJson({ plan, sources, rows, warnings, atWork }: LookAhead): object {
  return {
    ...recoveryTableJson(rows),
    source: plan?.recovery.source ?? null,
    reason: plan?.recovery.reason ?? null,
    checkpoint: plan?.recovery.recoveredFrom ?? null,
    persistedAt: sources.persistedAt,
    completed: plan?.before.completed ?? 0,
    inProgress: plan?.before.inProgress ?? 0,
    atWork: atWork === null ? null : { orchestratorId: atWork.orchestratorId, host: atWork.host, pid: atWork.pid },
    warnings,
  };
}

const mostFailing = 20;

function problemLines({ stopping, failing }: PlanProblems): string[] {
  const more = failing.length - mostFailing;
  return [
    ...(stopping.length === 0 ? [] : ['', 'A run would refuse to start:', ...bulleted(stopping)]),
    ...(failing.length === 0 ? [] : ['', `A run would fail ${counted(failing.length, 'task')}:`]),
    ...bulleted(failing.slice(0, mostFailing)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function bulleted(failures: readonly Failure[]): string[] {
  return failures.map(({ message }) => cleanText(`  ✗ ${message}`));
}

function problemsJson({ stopping, failing }: PlanProblems): object[] {
  const of = (failures: readonly Failure[], stopsRun: boolean): object[] =>
    failures.map(({ code, message }) => ({ code, message, stopsRun }));
  return [...of(stopping, true), ...of(failing, false)];
}
