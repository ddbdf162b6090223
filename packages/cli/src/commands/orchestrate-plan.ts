import { ok, type Result } from '@ginkoai/contract';
import { systemClock } from '../lib/perform/clock.js';
import { sprintIdentity } from '../lib/perform/run-identity.js';
import { agentIds } from '../lib/perform/task-commands.js';
import type { Prepared } from '../lib/options/prepared.js';
import { planJson, planView } from '../lib/report/plan-view.js';
import { printLines, widthFor } from '../lib/report/print-lines.js';
import { recoveryTable, recoveryTableJson } from '../lib/report/recovery-table.js';
import type { PlanInput } from '../lib/report/sprint-plan.js';
import { wholeSeconds } from '../lib/report/time-text.js';
import type { CommandContext } from '../program.js';

/** `--dry-run`: the plan of a fresh start, or, with `--resume`, what recovery is about to do. Changes nothing. */
export async function printPlan(prepared: Prepared, context: CommandContext): Promise<Result<null>> {
  return prepared.options.isResume ? printRecovery(prepared, context) : printFreshPlan(prepared, context);
}

async function printFreshPlan(prepared: Prepared, { output }: CommandContext): Promise<Result<null>> {
  const { found, specs, options } = prepared;
  const input: PlanInput = {
    sprintTitle: found.sprint.title ?? found.file,
    epicId: sprintIdentity(found.file, found.sprint, options.epic).epicId,
    agents: agentIds(specs),
    tasks: found.sprint.tasks,
  };
  if (options.isJson) output.json(planJson(input));
  else await printLines(planView(input, widthFor(output)), output, { isWhole: true });
  return ok(null);
}

async function printRecovery(prepared: Prepared, { output, env }: CommandContext): Promise<Result<null>> {
  const { lookAhead } = await import('../lib/perform/look-ahead.js');
  const ahead = await lookAhead(prepared, env, systemClock);
  if (!ahead.ok) return ahead;
  const { plan, sources, rows, warnings } = ahead.value;
  if (prepared.options.isJson) {
    output.json(recoveryTableJson(rows));
    return ok(null);
  }
  for (const warning of warnings) output.error(warning);
  if (plan === null) {
    output.line('There is no state to resume, neither in the graph nor here: --resume would start fresh.');
    return ok(null);
  }
  const source = plan.recovery.source === 'graph' ? 'graph' : 'local checkpoint';
  output.line(`Would recover state from ${source} (${plan.recovery.reason})`);
  output.line(`  Checkpoint: ${plan.recovery.recoveredFrom}`);
  output.line(`  Last persisted: ${sources.persistedAt === null ? 'never' : wholeSeconds(sources.persistedAt)}`);
  output.line(`  Completed: ${plan.before.completed} tasks`);
  output.line(`  In progress: ${plan.before.inProgress} tasks`);
  output.line('');
  await printLines(recoveryTable(rows, widthFor(output)), output, { isWhole: true });
  return ok(null);
}
