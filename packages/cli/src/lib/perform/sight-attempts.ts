import { unreachable, type LauncherAttempt, type TaskId } from '@ginkoai/contract';
import type { AttemptSighting } from '../decide/actual-task.js';
import type { AttemptId } from '../decide/close-attempt.js';
import { isCurrentAttempt, type RunState, type TaskFacts } from '../decide/run-state.js';
import { parseAttemptKey } from './agents/attempt-key.js';
import { sightings, type LocalAgents } from './agents/local-agents.js';
import { sightForeignAttempts, type ForeignAttemptsOptions } from './foreign-attempts.js';

export interface SightOptions extends ForeignAttemptsOptions {
  readonly agents: LocalAgents;
  readonly attempts: readonly LauncherAttempt[];
}

/**
 * What is seen of the attempts of a recovered state. The launchers of this working copy know each of theirs that was
 * accepted and not forgotten. An open one that they do not know was never started, unless it left a trace: then their
 * journal was lost, and it may even be at work. They may also know one that the state has not heard of yet, because the
 * newest journal is gone.
 */
export function sightAttempts(options: SightOptions): ReadonlyMap<TaskId, AttemptSighting> {
  const { state, agents, attempts } = options;
  const seen = sightForeignAttempts(options);
  const own = sightings(agents, state.runId, attempts);
  for (const facts of state.open) {
    if (facts.assignment === null || facts.assignment.place !== state.place) continue;
    const sighted = own.get(facts.id);
    const isIt = sighted !== undefined && isCurrentAttempt(facts, sighted);
    seen.set(facts.id, isIt ? sighted : sightUnknown(facts, agents));
  }
  for (const [taskId, sighted] of own) {
    if (isAhead(state.tasks.get(taskId), sighted)) seen.set(taskId, { ...sighted, place: state.place });
  }
  return seen;
}

function sightUnknown(facts: TaskFacts, agents: LocalAgents): AttemptSighting {
  const { generation, attempt } = facts;
  const trace = agents.trace(facts);
  switch (trace) {
    case 'alive':
      return { generation, attempt, state: 'running' };
    case 'gone':
      return { generation, attempt, state: 'lost', lossReason: 'launcher_gone' };
    case 'none':
      return { generation, attempt, state: 'not_accepted' };
    default:
      return unreachable(trace);
  }
}

/** Whether an attempt came after everything the state knows of its task. */
function isAhead(facts: TaskFacts | undefined, of: { generation: number; attempt: number }): boolean {
  if (facts === undefined) return true;
  return (
    facts.assignment === null &&
    facts.status === 'pending' &&
    facts.generation === of.generation &&
    of.attempt > facts.attempt
  );
}

/** Attempts that the launchers hold although the record has no use for them. */
export function strayAttempts(
  state: RunState,
  attempts: readonly LauncherAttempt[],
): { readonly running: readonly StrayAttempt[]; readonly over: readonly string[] } {
  const running: StrayAttempt[] = [];
  const over: string[] = [];
  for (const attempt of attempts) {
    const parsed = parseAttemptKey(attempt.key);
    const facts = parsed === null || parsed.runId !== state.runId ? undefined : state.tasks.get(parsed.id.taskId);
    const isOurs = parsed !== null && parsed.runId === state.runId;
    if (isOurs && ((facts !== undefined && isCurrentAttempt(facts, parsed.id)) || isAhead(facts, parsed.id))) continue;
    if (attempt.state === 'finished') over.push(attempt.key);
    else running.push({ key: attempt.key, id: parsed?.id ?? null, isOurs });
  }
  return { running, over };
}

export interface StrayAttempt {
  readonly key: string;
  /** null: the key is none of ours. */
  readonly id: AttemptId | null;
  /** False: of an earlier run of the epic. */
  readonly isOurs: boolean;
}
