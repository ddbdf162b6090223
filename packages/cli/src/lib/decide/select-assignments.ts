import { canDo, type Agent } from './agent-pool.js';
import type { CapabilityGroup } from './capability-group.js';
import type { AssignDecision } from './decision.js';
import { goesFirst } from './goes-first.js';
import type { RunState, WaitingTask } from './run-state.js';

/** Interchangeable idle agents, the one that has been idle longest in front; null: all are taken. */
interface Bench {
  readonly breadth: number;
  readonly capabilities: ReadonlySet<string>;
  next: Agent | null;
}

/** Ready tasks that need the same, the most urgent one in front, and who can do them, the most specialised first. */
interface Queue {
  readonly group: CapabilityGroup;
  readonly able: readonly Bench[];
  next: WaitingTask;
}

/**
 * Gives the most urgent ready tasks to idle agents that can do them: to the agent with the fewest other talents, so
 * that the versatile stay free, and of equals to the one that has been idle longest. Looks at no more tasks than there
 * are idle agents and capability groups.
 */
export function selectAssignments(state: RunState): AssignDecision[] {
  const decisions: AssignDecision[] = [];
  const queues = queuesOf(state);
  for (let queue = mostUrgent(queues); queue !== null; queue = mostUrgent(queues)) {
    const task = queue.next;
    const agent = takeLongestIdle(queue.able);
    const following = agent === null ? null : queue.group.after(task);
    if (following === null) queues.splice(queues.indexOf(queue), 1);
    else queue.next = following;
    if (agent === null) continue;
    decisions.push({
      kind: 'assign',
      taskId: task.id,
      agentId: agent.id,
      generation: task.generation,
      attempt: task.attempt + 1,
    });
  }
  return decisions;
}

function mostUrgent(queues: readonly Queue[]): Queue | null {
  let best: Queue | null = null;
  for (const queue of queues) if (best === null || goesFirst(queue.next, best.next)) best = queue;
  return best;
}

/** Of the most specialised idle agents; null: all are taken. */
function takeLongestIdle(able: readonly Bench[]): Agent | null {
  let from: Bench | null = null;
  let agent: Agent | null = null;
  for (const bench of able) {
    if (bench.next === null) continue;
    if (from !== null && bench.breadth > from.breadth) break;
    if (agent !== null && bench.next.idleSince > agent.idleSince) continue;
    from = bench;
    agent = bench.next;
  }
  if (from !== null && agent !== null) from.next = agent.behind;
  return agent;
}

function queuesOf(state: RunState): Queue[] {
  const benches: Bench[] = [];
  for (const { capabilities, breadth, first } of state.agents.classes()) {
    if (first !== null) benches.push({ capabilities, breadth, next: first });
  }
  const queues: Queue[] = [];
  if (benches.length === 0) return queues;
  for (const group of state.queues.groups()) {
    const next = group.first();
    if (next === null) continue;
    const able = benches.filter((bench) => canDo(bench, group.capabilities));
    if (able.length > 0) queues.push({ group, able, next });
  }
  return queues;
}
