import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { relative } from 'node:path';
import {
  exitCodes,
  failed,
  ok,
  unwrap,
  type ExitCode,
  type Result,
  type TaskId,
  type TaskStatusResponse,
} from '@ginkoai/contract';
import { personWord, type PersonVerb, type PersonWord, type TaskStanding } from '../lib/decide/person-word.js';
import type { OrchestratorSight } from '../lib/decide/judge-holder.js';
import { shownPath } from '../lib/perform/sprint-files.js';
import { attemptFiles } from '../lib/perform/agents/attempt-files.js';
import { cleanText } from '../lib/report/clean-text.js';
import { personText } from '../lib/report/person-text.js';
import { printLines, widthFor } from '../lib/report/print-lines.js';
import { statusToCome } from '../lib/report/task-sight.js';
import { taskPage, taskTable, type TaskPlan, type TaskSight } from '../lib/report/task-view.js';
import { taskBody } from '../lib/sprint/task-brief.js';
import type { CommandContext } from '../program.js';
import { attemptsOf, findTask, inTaskRoom, sightsOf, type TaskOptions, type TaskRoom } from './task-room.js';

export async function listTasks(options: TaskOptions, context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  return inTaskRoom(options, context, 'open', async (room) => {
    const tasks = sightsOf(room);
    const { source, asOf } = room.look;
    if (options.json) output.json({ epicId: room.place.epicId, source, asOf, tasks });
    else if (tasks.length > 0) await printLines(taskTable(tasks, widthFor(output)), output);
    if (tasks.length > 0) return exitCodes.ok;
    if (!options.json) output.error(`The epic ${room.place.epicId} has no tasks that are known here.`);
    return exitCodes.personNeeded;
  });
}

export async function showTask(
  options: TaskOptions & { readonly id: TaskId },
  context: CommandContext,
): Promise<ExitCode> {
  return inTaskRoom(options, context, 'open', async (room) => {
    const task = findTask(room, options.id);
    const attempts = attemptsOf(room, task.id);
    const plan = planOf(room, task.id, context.cwd);
    const output = outputOf(room, task);
    if (options.json) context.output.json({ epicId: room.place.epicId, ...task, plan, attempts, output });
    else await printLines(taskPage({ task, plan, attempts, output }), context.output, { isWhole: true });
    return exitCodes.ok;
  });
}

function planOf({ place }: TaskRoom, id: TaskId, cwd: string): TaskPlan | null {
  const { sprint } = place;
  const task = sprint?.sprint.tasks.find((each) => each.id === id);
  if (sprint === null || task === undefined) return null;
  const { priority, effort, capabilities, files, externalDepends, verify } = task;
  const where = `${shownPath(sprint.file, cwd)}:${task.line}`;
  return { where, priority, effort, capabilities, files, externalDepends, verify, body: taskBody(sprint.text, task) };
}

function outputOf({ place }: TaskRoom, { id: taskId, generation, attempt }: TaskSight): string | null {
  if (attempt === 0) return null;
  const { outputFile } = attemptFiles(place, { taskId, generation, attempt });
  return existsSync(outputFile) ? relative(place.root, outputFile) : null;
}

export interface SayOptions extends TaskOptions {
  readonly verb: PersonVerb;
  readonly id: TaskId;
  readonly reason: string | undefined;
}

/** Passes a person's word about a task on to the graph, from where an orchestrator takes it. */
export async function sayOfTask(options: SayOptions, context: CommandContext): Promise<ExitCode> {
  const reason = unwrap(checkedReason(options.reason));
  return inTaskRoom(options, context, 'make', async (room) => {
    const word = unwrap(personWord(options.verb, standingOf(findTask(room, options.id)), reason));
    if (word.kind === 'nothing') return tellNothing(room, word.why, options, context);
    const said = unwrap(await tellGraph(room, { taskId: options.id, word, by: `person:${userName(context.env)}` }));
    return tellSaid(room, { said, word }, options, context);
  });
}

const longestReason = 1_900;

function checkedReason(text: string | undefined): Result<string | undefined> {
  const reason = text?.trim();
  if (reason === undefined || (reason.length >= 1 && reason.length <= longestReason)) return ok(reason);
  return failed(
    'bad_option',
    `--reason must have 1 to ${longestReason} characters, got ${reason.length}. Say in a sentence why.`,
  );
}

/** As it stands once the words that nobody has read yet are read: the next word comes after them. */
function standingOf(task: TaskSight): TaskStanding {
  const status = statusToCome(task);
  const blockedReason = status === task.status ? (task.blockedReason ?? null) : null;
  return { taskId: task.id, status, recorded: task.status, agentId: task.agentId ?? null, blockedReason };
}

type Said = Extract<PersonWord, { kind: 'say' }>;

function tellGraph(
  { graph, place }: TaskRoom,
  { taskId, word, by }: { readonly taskId: TaskId; readonly word: Said; readonly by: string },
): Promise<Result<TaskStatusResponse>> {
  if (graph === null) throw new Error('A graph to speak to was asked for, and none was made.');
  const { status, reason, unlessComplete } = word;
  return graph.client.setTaskStatus({
    taskId,
    epicId: place.epicId,
    status,
    by,
    unlessComplete,
    ...(reason === undefined ? {} : { reason }),
  });
}

function tellSaid(
  { place, look }: TaskRoom,
  { said, word }: { readonly said: TaskStatusResponse; readonly word: Said },
  { id: taskId, verb, json }: SayOptions,
  { output }: CommandContext,
): ExitCode {
  const { orchestrator } = look;
  const { status, reason } = word;
  const { by, revision, at } = said;
  if (json) {
    const { epicId } = place;
    output.json({ taskId, epicId, verb, isChanged: true, status, reason, by, revision, at, orchestrator });
    return exitCodes.ok;
  }
  const why = reason === undefined ? '' : `: ${reason}`;
  output.line(cleanText(`${taskId} is ${status}${why} (said by ${personText(by)})`));
  output.line(`  ${whoReads(orchestrator)}`);
  return exitCodes.ok;
}

function tellNothing(
  { place }: TaskRoom,
  why: string,
  { verb, id, json }: SayOptions,
  { output }: CommandContext,
): ExitCode {
  if (json) output.json({ taskId: id, epicId: place.epicId, verb, isChanged: false, why });
  else output.line(`${why}; nothing was said.`);
  return exitCodes.ok;
}

function whoReads(orchestrator: OrchestratorSight | null): string {
  if (orchestrator?.sign === 'alive' || orchestrator?.sign === 'lease_live')
    return `${orchestrator.orchestratorId} on ${orchestrator.host} takes it up at its next look`;
  return 'No orchestrator is at work: the next ginko orchestrate --resume takes it up';
}

function userName(env: CommandContext['env']): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the system's list, as in some containers.
    return env['USER'] ?? 'unknown';
  }
}
