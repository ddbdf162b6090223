import type { EpochMillis } from '@ginkoai/contract';
import type { CycleDecisions, Decision } from './decision.js';
import type { RunLimits } from './limits.js';
import type { RunState } from './run-state.js';
import { selectAssignments } from './select-assignments.js';
import { nextStopCheckAt, stallAhead, stopReason } from './stop-reason.js';

/** What should be done now, and when to look again. Costs no more with a large sprint than with a small one. */
export function decideCycle(state: RunState, now: EpochMillis, limits: RunLimits): CycleDecisions {
  const settled = heldWorkThatCounts(state);
  if (settled.length > 0) return { decisions: settled, wakeAt: now };
  const stop = stopReason(state, now, limits);
  if (stop !== null) return { decisions: [{ kind: 'stop', ...stop }], wakeAt: null };
  const decisions = selectAssignments(state);
  const wakeAt = earliest(state.queues.nextNotBefore(), nextStopCheckAt(state, now, limits));
  const waiting = decisions.length === 0 ? stallAhead(state, now, limits) : null;
  return { decisions, wakeAt, ...(waiting === null ? {} : { waiting }) };
}

/** Finished work that was held back counts as soon as the dependencies that were added meanwhile are complete. */
function heldWorkThatCounts(state: RunState): Decision[] {
  const decisions: Decision[] = [];
  for (const facts of state.held) {
    if (facts.definition === null || facts.unmet > 0) continue;
    const { id: taskId, generation, attempt } = facts;
    decisions.push({ kind: 'record', event: { kind: 'task_completed', taskId, generation, attempt, by: 'agent' } });
  }
  return decisions;
}

function earliest(a: EpochMillis | null, b: EpochMillis | null): EpochMillis | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
