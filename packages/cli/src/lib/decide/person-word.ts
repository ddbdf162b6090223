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
  /** Once the words that the orchestrator has not read yet are read. */
  readonly status: TaskStatus;
  /** What the orchestrator last recorded. */
  readonly recorded: TaskStatus;
  readonly agentId: AgentId | null;
  readonly blockedReason: BlockedReason | null;
}

/** What is told to the graph; `nothing`: it stands so already. */
export type PersonWord =
  | {
      readonly kind: 'say';
      readonly status: 'complete' | 'blocked' | 'pending';
      readonly reason?: string;
      /** It is void if the task is completed before it is heard. */
      readonly unlessComplete: boolean;
    }
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

function block(task: TaskStanding, reason: string | undefined): Result<PersonWord> {
  const { taskId, status } = task;
  if (status !== 'complete') return sayUnlessComplete(task, 'blocked', reason);
  return refused(
    `${taskId} is complete, and to block it would take that back. If its result is not good, run ginko task fail ${taskId} --reason "..."`,
  );
}

function release(task: TaskStanding): Result<PersonWord> {
  const { taskId, status } = task;
  switch (status) {
    case 'in_progress':
      return sayUnlessComplete(task, 'pending');
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
function lift(task: TaskStanding): Result<PersonWord> {
  const { taskId, blockedReason } = task;
  switch (blockedReason) {
    case 'missing_dependency':
    case 'dependency_cycle':
    case 'dependency_cancelled':
      return refused(
        `${taskId} is blocked by its dependencies (${blockedReason}), which no word lifts. Correct the Depends lines in the sprint file`,
      );
    default:
      return sayUnlessComplete(task, 'pending');
  }
}

const nothing = (why: string): Result<PersonWord> => ok({ kind: 'nothing', why });
const refused = (message: string): Result<never> => failed('bad_request', `${message}.`);

function say(status: 'complete' | 'blocked' | 'pending', reason?: string): Result<PersonWord> {
  return ok({ kind: 'say', status, ...(reason === undefined ? {} : { reason }), unlessComplete: false });
}

function sayUnlessComplete(
  { recorded }: TaskStanding,
  status: 'blocked' | 'pending',
  reason?: string,
): Result<PersonWord> {
  // Where the record is complete, an unread word has taken that back, and this one replaces it.
  const unlessComplete = recorded !== 'complete';
  return ok({ kind: 'say', status, ...(reason === undefined ? {} : { reason }), unlessComplete });
}
