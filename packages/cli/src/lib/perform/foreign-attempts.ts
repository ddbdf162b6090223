import type { Holder, Millis, TaskId } from '@ginkoai/contract';
import type { AttemptSighting } from '../decide/actual-task.js';
import type { RunState, TaskFacts } from '../decide/run-state.js';
import type { Clock, RunInput } from '../ports.js';
import { currentBootId, isSameProcess } from './agents/process-identity.js';

/** An attempt of another machine may be given again this long after that machine's orchestrator was last heard. */
export const foreignLeaseMs: Millis = 70_000;

export interface ForeignAttemptsOptions {
  readonly state: RunState;
  /** How long ago the orchestrator before this one gave its last sign of life. */
  readonly heardMsAgo: Millis;
  /** A person says that the former machine is gone. */
  readonly isGone: boolean;
}

/**
 * What is known of open attempts that launchers of other working copies run. On this host and boot their processes can
 * be looked at; elsewhere only time tells.
 */
export function sightForeignAttempts({
  state,
  heardMsAgo,
  isGone,
}: ForeignAttemptsOptions): Map<TaskId, AttemptSighting> {
  const seen = new Map<TaskId, AttemptSighting>();
  for (const facts of state.open) {
    if (facts.assignment === null || facts.assignment.place === state.place) continue;
    const base = { agentId: facts.assignment.agentId, generation: facts.generation, attempt: facts.attempt };
    const holder = facts.assignment.place === undefined ? undefined : state.holders.get(facts.assignment.place);
    const process = facts.assignment.process;
    const isHere = holder !== undefined && process !== undefined && holder.bootId === currentBootId();
    if (isHere && !isAlive(process, holder)) seen.set(facts.id, { ...base, state: 'lost', lossReason: 'process_gone' });
    else if (!isHere && isGone) seen.set(facts.id, { ...base, state: 'lost', lossReason: 'machine_gone' });
    else if (!isHere && heardMsAgo >= foreignLeaseMs)
      seen.set(facts.id, { ...base, state: 'lost', lossReason: 'lease_over' });
    else seen.set(facts.id, { ...base, state: 'silent' });
  }
  return seen;
}

function isAlive(process: NonNullable<NonNullable<TaskFacts['assignment']>['process']>, holder: Holder): boolean {
  return isSameProcess({ ...process, bootId: holder.bootId });
}

export interface FollowForeignAttempts {
  readonly state: RunState;
  readonly clock: Clock;
  readonly intervalMs: Millis;
  /** See `lastHeard`: by the monotonic clock. */
  readonly lastHeardAt: Millis;
  readonly isGone: boolean;
  readonly onInput: (input: RunInput) => void;
}

/** Looks at them again and again until none is left. Returns the function that stops it. */
export function followForeignAttempts({
  state,
  clock,
  intervalMs,
  lastHeardAt,
  isGone,
  onInput,
}: FollowForeignAttempts): () => void {
  let cancel: () => void = () => undefined;
  const look = (): void => {
    const seen = sightForeignAttempts({ state, heardMsAgo: clock.monotonic() - lastHeardAt, isGone });
    for (const [taskId, { generation, attempt, state: now, lossReason }] of seen) {
      if (now !== 'lost') continue;
      onInput({
        kind: 'attempt_ended',
        id: { taskId, generation, attempt },
        end: { kind: 'lost', reason: lossReason ?? 'lease_over' },
      });
    }
    if (seen.size > 0) schedule();
  };
  const schedule = (): void => {
    cancel = clock.after(intervalMs, look);
  };
  look();
  return () => cancel();
}
