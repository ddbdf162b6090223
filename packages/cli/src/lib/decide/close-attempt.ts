import type { AgentId, EpochMillis, Failure, NewRunEvent, TaskId, Usage } from '@ginkoai/contract';
import type { RunLimits } from './limits.js';
import { isCurrentAttempt, type RunState, type TaskFacts } from './run-state.js';

export interface AttemptId {
  readonly taskId: TaskId;
  readonly generation: number;
  readonly attempt: number;
}

/** How an attempt ended, as far as anybody knows. */
export type AttemptEnd =
  | { readonly kind: 'completed'; readonly durationMs?: number; readonly summary?: string; readonly usage?: Usage }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly durationMs?: number; readonly usage?: Usage }
  /** `agent`: by its agent's word; `no_command`: there is nothing that could be run for it. A person has to help. */
  | {
      readonly kind: 'blocked';
      readonly reason: 'agent' | 'no_command';
      readonly detail: string;
      readonly usage?: Usage;
    }
  /** Nobody's failure, given again later. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  | { readonly kind: 'stopped'; readonly usage?: Usage }
  | { readonly kind: 'not_accepted' }
  | { readonly kind: 'lost'; readonly reason: 'process_gone' | 'lease_over' | 'machine_gone' | 'launcher_gone' };

export interface CloseContext {
  readonly now: EpochMillis;
  readonly limits: Pick<RunLimits, 'maxAttempts' | 'maxLosses' | 'backoffMs' | 'maxBackoffMs'>;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly chance: () => number;
}

/**
 * The events by which an attempt ends and what follows from it: complete, held, given again after a back-off, or
 * waiting for a person. Empty when the attempt is not current: its result is not accepted.
 */
export function closeAttempt(state: RunState, id: AttemptId, end: AttemptEnd, context: CloseContext): NewRunEvent[] {
  const facts = state.tasks.get(id.taskId);
  if (facts === undefined || facts.assignment === null || !isCurrentAttempt(facts, id)) return [];
  return endOfAttempt({ facts, agentId: facts.assignment.agentId, id, end }, context);
}

export interface EndingAttempt {
  /** As they stand while it is the current attempt. */
  readonly facts: Pick<TaskFacts, 'id' | 'failures' | 'losses' | 'unmet'>;
  readonly agentId: AgentId;
  readonly id: AttemptId;
  readonly end: AttemptEnd;
}

/** The same for an attempt that is about to become current. */
export function endOfAttempt({ facts, agentId, id, end }: EndingAttempt, context: CloseContext): NewRunEvent[] {
  switch (end.kind) {
    case 'completed':
      return [
        {
          kind: 'task_completed',
          ...id,
          agentId,
          by: 'agent',
          ...(facts.unmet > 0 ? { held: true } : {}),
          ...(end.durationMs === undefined ? {} : { durationMs: end.durationMs }),
          ...(end.summary === undefined ? {} : { summary: end.summary }),
          ...usageIn(end),
        },
      ];
    case 'failed':
      return [
        {
          kind: 'task_failed',
          ...id,
          agentId,
          failure: { code: end.failure.code, message: end.failure.message },
          ...(end.durationMs === undefined ? {} : { durationMs: end.durationMs }),
          ...usageIn(end),
        },
        afterFailure(facts, end.failure, context),
      ];
    case 'blocked':
      return [
        {
          kind: 'task_released',
          ...id,
          reason: end.reason === 'agent' ? 'blocked_by_agent' : 'could_not_start',
          ...usageIn(end),
        },
        { kind: 'task_blocked', taskId: id.taskId, reason: end.reason, detail: end.detail },
      ];
    case 'throttled':
      return [
        { kind: 'task_released', ...id, reason: 'throttled', notBefore: isoTime(context.now + end.retryAfterMs) },
      ];
    case 'stopped':
      return [{ kind: 'task_released', ...id, reason: 'stopped', ...usageIn(end) }];
    case 'not_accepted':
      return [{ kind: 'task_released', ...id, reason: 'not_accepted' }];
    case 'lost':
      return [{ kind: 'task_lost', ...id, reason: end.reason }, afterLoss(facts, context)];
  }
}

const usageIn = ({ usage }: { readonly usage?: Usage }): { usage?: Usage } => (usage === undefined ? {} : { usage });

function afterFailure(facts: EndingAttempt['facts'], failure: Failure, context: CloseContext): NewRunEvent {
  const failures = facts.failures + 1;
  if (failures >= context.limits.maxAttempts) {
    const detail = `${failures} ${failures === 1 ? 'attempt' : 'attempts'} failed, the last one: ${failure.message}`;
    return { kind: 'task_blocked', taskId: facts.id, reason: 'attempts_exhausted', detail };
  }
  return retry(facts, failures, context);
}

function afterLoss(facts: EndingAttempt['facts'], context: CloseContext): NewRunEvent {
  const losses = facts.losses + 1;
  if (losses >= context.limits.maxLosses) {
    const detail = `its agent vanished ${losses} times`;
    return { kind: 'task_blocked', taskId: facts.id, reason: 'losses_exhausted', detail };
  }
  // A vanished agent says nothing against the task: the first repetition need not wait.
  return losses === 1
    ? { kind: 'task_retry_scheduled', taskId: facts.id, notBefore: isoTime(context.now) }
    : retry(facts, losses - 1, context);
}

function retry(facts: EndingAttempt['facts'], nth: number, { now, limits, chance }: CloseContext): NewRunEvent {
  const ceiling = Math.min(limits.maxBackoffMs, limits.backoffMs * 2 ** (nth - 1));
  return { kind: 'task_retry_scheduled', taskId: facts.id, notBefore: isoTime(now + Math.floor(chance() * ceiling)) };
}

function isoTime(at: EpochMillis): string {
  return new Date(at).toISOString();
}
