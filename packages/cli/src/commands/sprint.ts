import { join } from 'node:path';
import { exitCodes, type ExitCode } from '@ginkoai/contract';
import { noSprint, sprintNamings } from '../lib/perform/no-sprint.js';
import {
  findProjectRoot,
  listSprints,
  locateSprint,
  shownPath,
  sprintDirectory,
  type FoundSprint,
} from '../lib/perform/sprint-files.js';
import { chooseActiveSprint } from '../lib/sprint/active-sprint.js';
import type { Sprint, SprintProblemCode, SprintTask } from '../lib/sprint/sprint.js';
import { dependencyView, type DependencyFormat } from '../lib/report/dependency-view.js';
import { cleanText } from '../lib/report/clean-text.js';
import { counted } from '../lib/report/count-text.js';
import { printLines, widthFor } from '../lib/report/print-lines.js';
import { sprintListLines } from '../lib/report/sprint-list.js';
import { sprintTable } from '../lib/report/sprint-table.js';
import type { CommandContext } from '../program.js';

export interface SprintFileOptions {
  /** A path, a file name or a sprint id; undefined: the active sprint. */
  readonly file: string | undefined;
}

export async function showSprint(
  { file, json }: SprintFileOptions & { readonly json: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const found = await locate(file, context);
  if (found === null) return exitCodes.personNeeded;
  const shown = shownPath(found.file, context.cwd);
  if (json) context.output.json(documentOf(shown, found.sprint));
  if (found.sprint.tasks.length === 0) return refuse(found.sprint, context);
  if (json) return exitCodes.ok;
  if (file === undefined) context.output.line(`${found.why}.`);
  await printLines(sprintTable(found.sprint, widthFor(context.output)), context.output);
  const { problems } = found.sprint;
  if (problems.length > 0) context.output.line('');
  for (const { line, message } of problems) context.output.line(cleanText(`${shown}:${line}: ${message}`));
  return exitCodes.ok;
}

/** What a run would refuse to start with, or block tasks for. */
const stopping: ReadonlySet<SprintProblemCode> = new Set<SprintProblemCode>([
  'cycle',
  'duplicate_id',
  'empty_file',
  'missing_dependency',
  'no_tasks',
  'not_a_sprint',
  'unsafe_id',
]);

/** Exit code 1 if one of the problems stops a run or blocks tasks. */
export async function checkSprint(
  { file, json }: SprintFileOptions & { readonly json: boolean },
  context: CommandContext,
): Promise<ExitCode> {
  const found = await locate(file, context);
  if (found === null) return exitCodes.personNeeded;
  const shown = shownPath(found.file, context.cwd);
  const { problems, tasks } = found.sprint;
  const { output } = context;
  const stop = problems.filter(({ code }) => stopping.has(code));
  const exitCode = stop.length > 0 ? exitCodes.personNeeded : exitCodes.ok;
  if (json) {
    const named = problems.map((problem) => ({ ...problem, stops: stopping.has(problem.code) }));
    output.json({ file: shown, tasks: tasks.length, problems: named, isUsable: stop.length === 0 });
    return exitCode;
  }
  for (const { line, code, message } of problems)
    output.line(cleanText(`${shown}:${line}: ${code}: ${withoutName(message, shown)}`));
  const summary = problems.length === 0 ? 'no problems' : counted(problems.length, 'problem');
  const which = stop.length === 0 ? '' : `; ${stop.length} of them: a run would not start, or leave tasks blocked`;
  output.line(cleanText(`${shown}: ${counted(tasks.length, 'task')}, ${summary}${which}`));
  return exitCode;
}

/** The line begins with the file's name already. */
function withoutName(message: string, shown: string): string {
  return message.startsWith(`${shown} `) ? `The file${message.slice(shown.length)}` : message;
}

export async function showDependencies(
  { file, format }: SprintFileOptions & { readonly format: DependencyFormat },
  context: CommandContext,
): Promise<ExitCode> {
  const found = await locate(file, context);
  if (found === null) return exitCodes.personNeeded;
  if (found.sprint.tasks.length === 0) return refuse(found.sprint, context);
  context.output.raw(dependencyView(found.sprint, format));
  return exitCodes.ok;
}

export async function listAllSprints({ json }: { readonly json: boolean }, context: CommandContext): Promise<ExitCode> {
  const { cwd, output } = context;
  const root = await findProjectRoot(cwd);
  const { sprints, troubles } = await listSprints(root, cwd);
  for (const { message } of troubles) output.error(cleanText(message));
  const active = chooseActiveSprint(sprints, sprintNamings.none.choose);
  const entries = sprints.map(({ file, sprint }) => ({
    file,
    sprintId: sprint.sprintId,
    epicId: sprint.epicId,
    title: sprint.title,
    status: sprint.declaredStatus,
    tasks: sprint.tasks.length,
    complete: sprint.tasks.filter(({ status }) => status === 'complete').length,
    isActive: active.ok && active.value.chosen.file === file,
  }));
  if (json) output.json(entries);
  else if (entries.length > 0) await printLines(sprintListLines(entries, widthFor(output)), output);
  if (!active.ok && active.failure.code !== 'no_sprint') output.error(cleanText(active.failure.message));
  else if (entries.length === 0 && troubles.length === 0) {
    const folder = join(root, sprintDirectory);
    const missing = noSprint({ folder, naming: 'none', epic: undefined, sprints, troubles });
    if (!missing.ok) output.error(cleanText(missing.failure.message));
  }
  return entries.length === 0 ? exitCodes.personNeeded : exitCodes.ok;
}

async function locate(file: string | undefined, { cwd, output }: CommandContext): Promise<FoundSprint | null> {
  const found = await locateSprint({ cwd, naming: 'argument', ...(file === undefined ? {} : { sprint: file }) });
  if (found.ok) return found.value;
  output.error(cleanText(found.failure.message));
  return null;
}

function refuse({ problems }: Sprint, { output }: CommandContext): ExitCode {
  for (const { message } of problems) output.error(cleanText(message));
  return exitCodes.personNeeded;
}

function documentOf(file: string, { sprintId, epicId, title, tasks, problems }: Sprint): object {
  return { file, sprintId, epicId, title, tasks: tasks.map(entryOf), problems };
}

function entryOf(task: SprintTask): object {
  const { id, title, status, blockedReason, dependsOn, externalDepends, priority, effort, capabilities, line } = task;
  return {
    id,
    title,
    status,
    ...(blockedReason === undefined ? {} : { blockedReason }),
    dependsOn,
    externalDepends,
    priority,
    effort,
    capabilities,
    line,
  };
}
