import {
  failed,
  ok,
  type AgentId,
  type BlockedReason,
  type Result,
  type TaskId,
  type TaskStatus,
} from '@ginkoai/contract';

/** What a person may say about a task. */
export type PersonVerb = 'complete' | 'fail' | 'block' | 'release' | 'reopen';

/** How the task stands before the word. */
export interface TaskStanding {
  readonly taskId: TaskId;
  readonly status: TaskStatus;
  readonly agentId: AgentId | null;
  readonly blockedReason: BlockedReason | null;
}

/** What is told to the graph; `nothing`: it stands so already. */
export type PersonWord =
  | { readonly kind: 'say'; readonly status: 'complete' | 'blocked' | 'pending'; readonly reason?: string }
  | { readonly kind: 'nothing'; readonly why: string };

/**
 * A person's word as a task status. It is not an attempt's result: nothing is counted, and what is running for the task
 * is stopped. `fail` says that the work is not good and that nobody shall go on by himself, so it blocks. Words that
 * would take back a completion by the way are refused: only `reopen` and `fail` say that outright.
 */
export function personWord(verb: PersonVerb, task: TaskStanding, reason: string | undefined): Result<PersonWord> {
  switch (verb) {
    case 'complete':
      return task.status === 'complete' ? nothing(`${task.taskId} is complete already`) : say('complete');
    case 'fail':
      return say('blocked', `failed: ${reason ?? 'no reason given'}`);
    case 'block':
      return block(task, reason);
    case 'release':
      return release(task);
    case 'reopen':
      return reopen(task);
  }
}

function block({ taskId, status }: TaskStanding, reason: string | undefined): Result<PersonWord> {
  if (status !== 'complete') return say('blocked', reason);
  return refused(
    `${taskId} is complete, and to block it would take that back. If its result is not good, run ginko task fail ${taskId} --reason "..."`,
  );
}

function release(task: TaskStanding): Result<PersonWord> {
  const { taskId, status } = task;
  switch (status) {
    case 'in_progress':
      return say('pending');
    case 'blocked':
      return lift(task);
    case 'pending':
      return nothing(`${taskId} is pending already: nobody has it`);
    case 'complete':
    case 'cancelled':
      return refused(`${taskId} is ${status}: nobody has it. To have it done again, run ginko task reopen ${taskId}`);
  }
}

function reopen(task: TaskStanding): Result<PersonWord> {
  const { taskId, status, agentId } = task;
  switch (status) {
    case 'complete':
    case 'cancelled':
      return say('pending');
    case 'blocked':
      return lift(task);
    case 'pending':
      return nothing(`${taskId} is pending already`);
    case 'in_progress':
      return refused(
        `${taskId} is in progress${agentId === null ? '' : ` (${agentId})`}. To take it from its agent, run ginko task release ${taskId}`,
      );
  }
}

/** Blocks that come from the shape of the sprint are lifted by that shape alone. */
function lift({ taskId, blockedReason }: TaskStanding): Result<PersonWord> {
  switch (blockedReason) {
    case 'missing_dependency':
    case 'dependency_cycle':
    case 'dependency_cancelled':
      return refused(
        `${taskId} is blocked by its dependencies (${blockedReason}), which no word lifts. Correct the Depends lines in the sprint file`,
      );
    default:
      return say('pending');
  }
}

const nothing = (why: string): Result<PersonWord> => ok({ kind: 'nothing', why });
const refused = (message: string): Result<never> => failed('bad_request', `${message}.`);

function say(status: 'complete' | 'blocked' | 'pending', reason?: string): Result<PersonWord> {
  return ok({ kind: 'say', status, ...(reason === undefined ? {} : { reason }) });
}
