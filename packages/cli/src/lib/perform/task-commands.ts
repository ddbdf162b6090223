import { failed, ok, type Failure, type Result, type TaskId } from '@ginkoai/contract';
import { command, type LocalAgentSpec } from '../options/local-agent-specs.js';
import type { SprintTask } from '../sprint/sprint.js';
import type { TaskCommand } from './agents/local-agents.js';

export interface TaskCommandsParts {
  readonly specs: readonly LocalAgentSpec[];
  /** `--verify`, else the configuration's default. */
  readonly verify: string | null;
  readonly taskTimeoutMs: number;
  readonly task: (id: TaskId) => SprintTask | undefined;
  readonly bodyOf: (task: SprintTask) => string;
  /** What a task's dependencies produced, for its agent. */
  readonly summaryOf: (id: TaskId) => string | undefined;
  /** Whether this text of the sprint file, as it is now, may be run. Absent: nothing is started. */
  readonly approve?: (task: SprintTask, field: 'Run' | 'Verify', text: string) => Result<null>;
}

/** An agent's id: `<name>-<n>`. */
export function agentIds(
  specs: readonly LocalAgentSpec[],
): { readonly id: string; readonly capabilities: readonly string[] }[] {
  return specs.flatMap((spec) => idsOf(spec).map((id) => ({ id, capabilities: spec.capabilities })));
}

function idsOf({ name, count }: LocalAgentSpec): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** What an agent runs for a task. */
export function createTaskCommands(
  parts: TaskCommandsParts,
): (taskId: TaskId, agentId: string) => TaskCommand | Failure {
  const specs = new Map(parts.specs.flatMap((spec) => idsOf(spec).map((id) => [id, spec])));
  const shared = parts.verify === null ? ok(null) : command(parts.verify, '--verify');
  return (taskId, agentId) => {
    const task = parts.task(taskId);
    if (task === undefined) return failure('not_found', `${taskId} is not in the sprint any more`);
    // An attempt that is only watched on may be of an agent that this start does not have: its time limit is the same.
    const spec = specs.get(agentId) ?? parts.specs[0];
    if (spec === undefined) return failure('agent_not_started', 'there is no agent');
    const argv = argvOf(task, spec);
    if (!argv.ok) return argv.failure;
    const verify = verifyOf(task, spec, shared);
    if (!verify.ok) return verify.failure;
    const script = argv.value === shellArgv ? task.run : null;
    const approved = approval(task, script, parts);
    if (!approved.ok) return approved.failure;
    return {
      argv: argv.value,
      script,
      verify: verify.value,
      timeLimitMs: task.maxDurationMs ?? parts.taskTimeoutMs,
      brief: briefOf(task, parts),
      title: task.title,
    };
  };
}

/** Ends at the first command that fails. The block is a file, so that its text is on no command line. */
const shellArgv = ['/bin/sh', '-e', '{scriptFile}'];

function argvOf(task: SprintTask, spec: LocalAgentSpec): Result<readonly string[]> {
  if (spec.argv !== null) return ok(spec.argv);
  if (task.run === null)
    return failed(
      'agent_not_started',
      `${task.id} has no **Run:** block, which is what the shell agent runs. Add one, or choose another agent`,
    );
  return ok(shellArgv);
}

/** The most particular one: the task's own, the agent's, the common one. */
function verifyOf(
  task: SprintTask,
  spec: LocalAgentSpec,
  shared: Result<readonly string[] | null>,
): Result<readonly string[] | null> {
  if (task.verify !== null) return command(task.verify, `${task.id}, **Verify:**`);
  return spec.verify === null ? shared : ok(spec.verify);
}

/** The file may have been edited since the run was started, by an agent of this very run too. */
function approval(task: SprintTask, script: string | null, { approve }: TaskCommandsParts): Result<null> {
  if (approve === undefined) return ok(null);
  const run = script === null ? ok(null) : approve(task, 'Run', script);
  return run.ok && task.verify !== null ? approve(task, 'Verify', task.verify) : run;
}

function briefOf(task: SprintTask, parts: TaskCommandsParts): string {
  const produced = task.dependsOn.flatMap((id) => {
    const summary = parts.summaryOf(id);
    return summary === undefined ? [] : [`- ${id}: ${summary}`];
  });
  const context = produced.length === 0 ? '' : `\n\n## What its dependencies produced\n\n${produced.join('\n')}\n`;
  return `${parts.bodyOf(task).trimEnd()}\n${context}`;
}

function failure(code: Failure['code'], message: string): Failure {
  return { code, message };
}
