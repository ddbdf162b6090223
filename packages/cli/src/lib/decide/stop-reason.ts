import type { EpochMillis, StopReason } from '@ginkoai/contract';
import { canDo } from './agent-pool.js';
import { contextPressureStopAt, type RunLimits } from './limits.js';
import type { RunState, TaskFacts } from './run-state.js';

export interface Stop {
  readonly reason: StopReason;
  readonly message: string;
}

/**
 * Why the run should end now; null: it goes on. While an assignment is open nothing counts as a stall. Held work alone
 * keeps no run going: once its dependencies were complete it would count (`decideCycle`).
 */
export function stopReason(state: RunState, now: EpochMillis, limits: RunLimits): Stop | null {
  const limit = reachedLimit(now, limits);
  if (limit !== null) return limit;
  if (state.open.size > 0) return null;
  const { pending, in_progress, blocked } = state.counts;
  if (pending + in_progress + blocked === 0) return { reason: 'complete', message: 'Every task is complete.' };
  if (state.queues.deferredCount > 0) return null;
  if (state.queues.readyCount > 0) return stalledWithReadyTasks(state, now, limits);
  return waitingForPeople(state, now, limits);
}

/** When `stopReason` could change its mind with time alone; null: never. */
export function nextStopCheckAt(state: RunState, now: EpochMillis, limits: RunLimits): EpochMillis | null {
  const moments: EpochMillis[] = [];
  if (limits.maxRuntimeMs !== null) moments.push(limits.startedAt + limits.maxRuntimeMs);
  if (state.open.size === 0 && state.queues.deferredCount === 0) moments.push(stallsAt(state, limits));
  const ahead = moments.filter((at) => at > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

/** The stall that is under way, if any: unless something happens, the run ends for this reason at that time. */
export function stallAhead(
  state: RunState,
  now: EpochMillis,
  limits: RunLimits,
): { readonly message: string; readonly until: EpochMillis } | null {
  if (state.open.size > 0 || state.queues.deferredCount > 0) return null;
  const until = stallsAt(state, limits);
  if (until <= now) return null;
  const stop = stopReason(state, until, { ...limits, maxRuntimeMs: null });
  return stop === null ? null : { message: stop.message, until };
}

function reachedLimit(now: EpochMillis, limits: RunLimits): Stop | null {
  if (limits.contextPressure !== null && limits.contextPressure >= contextPressureStopAt) {
    const percent = Math.round(limits.contextPressure * 100);
    return {
      reason: 'context_pressure',
      message: `This command's output fills ${percent} % of the context of the harness that reads it.`,
    };
  }
  if (limits.maxRuntimeMs !== null && now - limits.startedAt >= limits.maxRuntimeMs) {
    return { reason: 'max_runtime', message: `The run time limit of ${limits.maxRuntimeMs / 1000} s is reached.` };
  }
  return null;
}

function stallsAt(state: RunState, limits: RunLimits): EpochMillis {
  return Math.max(Date.parse(state.lastProgressAt), limits.startedAt) + limits.stallAfterMs;
}

function stalledWithReadyTasks(state: RunState, now: EpochMillis, limits: RunLimits): Stop | null {
  const ready = [...state.queues.groups()].filter((group) => group.first() !== null);
  const agents = state.agents.classes();
  if (ready.some(({ capabilities }) => agents.some((agent) => canDo(agent, capabilities)))) return null;
  if (now < stallsAt(state, limits)) return null;
  if (agents.length === 0) {
    return {
      reason: 'no_progress',
      message: `There is no agent to do the ready tasks (${state.queues.readyCount}).`,
    };
  }
  const needed = new Set(ready.flatMap(({ capabilities }) => capabilities));
  return {
    reason: 'no_progress',
    message: `No agent has the capabilities that the ready tasks need: ${[...needed].join(', ')}.`,
  };
}

/** Nothing is ready and nothing is under way: what is left waits, in the end, for blocked tasks. */
function waitingForPeople(state: RunState, now: EpochMillis, limits: RunLimits): Stop | null {
  const left = [...state.tasks.values()].filter((facts) => facts.definition !== null && isUnfinished(facts));
  const blocked = left.filter((facts) => facts.status === 'blocked');
  const elsewhere = blocked.filter(
    (facts) => facts.blocked?.reason === 'in_progress_elsewhere' || facts.blocked?.reason === 'foreign_assignment',
  );
  if (elsewhere.length > 0) {
    if (now < stallsAt(state, limits)) return null;
    return { reason: 'no_progress', message: `What is left waits for work done elsewhere: ${names(elsewhere)}.` };
  }
  const reason = (wanted: string): TaskFacts[] => blocked.filter((facts) => facts.blocked?.reason === wanted);
  const exhausted = [...reason('attempts_exhausted'), ...reason('losses_exhausted')];
  if (exhausted.length > 0)
    return { reason: 'attempts_exhausted', message: `No attempts are left for ${names(exhausted)}.` };
  const cyclic = reason('dependency_cycle');
  if (cyclic.length > 0)
    return { reason: 'dependency_cycle', message: `Tasks depend on each other in a circle: ${names(cyclic)}.` };
  return { reason: 'blocked', message: `What is left is blocked: ${names(blocked.length > 0 ? blocked : left)}.` };
}

function isUnfinished({ status }: TaskFacts): boolean {
  return status !== 'complete' && status !== 'cancelled';
}

function names(tasks: readonly TaskFacts[]): string {
  const shown = tasks.slice(0, 5).map((facts) => facts.id);
  return tasks.length > shown.length ? `${shown.join(', ')} and ${tasks.length - shown.length} more` : shown.join(', ');
}
