import type { LauncherAttempt, TaskId } from '@ginkoai/contract';
import type { AttemptSighting } from '../decide/actual-task.js';
import type { AttemptId } from '../decide/close-attempt.js';
import { isCurrentAttempt, type RunState } from '../decide/run-state.js';
import { parseAttemptKey } from './agents/attempt-key.js';
import { sightings, type LocalAgents } from './agents/local-agents.js';
import { sightForeignAttempts, type ForeignAttemptsOptions } from './foreign-attempts.js';

export interface SightOptions extends ForeignAttemptsOptions {
  readonly agents: LocalAgents;
  readonly attempts: readonly LauncherAttempt[];
}

/**
 * What is seen of every open attempt of a recovered state. The launchers of this working copy know each of theirs that
 * was ever accepted: one that they do not know was never started.
 */
export async function sightOpenAttempts(options: SightOptions): Promise<ReadonlyMap<TaskId, AttemptSighting>> {
  const { state, agents, attempts } = options;
  const seen = sightForeignAttempts(options);
  const own = await sightings(agents, state.runId, attempts);
  for (const facts of state.open) {
    if (facts.assignment === null || facts.assignment.place !== state.place) continue;
    const { generation, attempt } = facts;
    const sighted = own.byTask.get(facts.id);
    const isIt = sighted !== undefined && isCurrentAttempt(facts, sighted);
    seen.set(facts.id, isIt ? sighted : { generation, attempt, state: 'not_accepted' });
  }
  return seen;
}

/** Attempts that the launchers hold although the record has no open assignment for them. */
export function strayAttempts(
  state: RunState,
  attempts: readonly LauncherAttempt[],
): { readonly running: readonly StrayAttempt[]; readonly over: readonly string[] } {
  const running: StrayAttempt[] = [];
  const over: string[] = [];
  for (const attempt of attempts) {
    const parsed = parseAttemptKey(attempt.key);
    const facts = parsed === null || parsed.runId !== state.runId ? undefined : state.tasks.get(parsed.id.taskId);
    const isOpen = parsed !== null && facts !== undefined && isCurrentAttempt(facts, parsed.id);
    if (isOpen) continue;
    if (attempt.state === 'finished') over.push(attempt.key);
    else running.push({ key: attempt.key, id: facts === undefined ? null : (parsed?.id ?? null) });
  }
  return { running, over };
}

export interface StrayAttempt {
  readonly key: string;
  /** null: of another run. */
  readonly id: AttemptId | null;
}
