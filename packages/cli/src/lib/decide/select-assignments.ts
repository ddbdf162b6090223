import { canDo, type Agent } from './agent-pool.js';
import type { AssignDecision } from './decision.js';
import type { RunState, WaitingTask } from './run-state.js';
import { goesFirst } from './task-queues.js';

/** Interchangeable idle agents, the next one of them in front. */
interface Bench {
  readonly breadth: number;
  readonly agents: Iterator<Agent>;
  next: Agent | null;
}

/** Ready tasks that need the same, the most urgent one in front, and who can do them, the most specialised first. */
interface Line {
  readonly tasks: Iterator<WaitingTask>;
  readonly able: readonly Bench[];
  next: WaitingTask | null;
}

/**
 * Gives the most urgent ready tasks to idle agents that can do them: to the agent with the fewest other talents, so
 * that the versatile stay free, and of equals to the one that has been idle longest. Looks at no more tasks than there
 * are idle agents and capability groups.
 */
export function selectAssignments(state: RunState): AssignDecision[] {
  const lines = linesOf(state);
  const decisions: AssignDecision[] = [];
  for (;;) {
    let best: { line: Line; task: WaitingTask; bench: Bench; agent: Agent } | null = null;
    for (const line of lines) {
      if (line.next === null || (best !== null && !goesFirst(line.next, best.task))) continue;
      const idle = longestIdle(line.able);
      if (idle !== null) best = { line, task: line.next, ...idle };
    }
    if (best === null) return decisions;
    const { line, task, bench, agent } = best;
    decisions.push({
      kind: 'assign',
      taskId: task.id,
      agentId: agent.id,
      generation: task.generation,
      attempt: task.attempt + 1,
    });
    line.next = nextOf(line.tasks);
    bench.next = nextOf(bench.agents);
  }
}

/** Of the most specialised idle agents. */
function longestIdle(able: readonly Bench[]): { readonly bench: Bench; readonly agent: Agent } | null {
  let best: { readonly bench: Bench; readonly agent: Agent } | null = null;
  for (const bench of able) {
    if (best !== null && bench.breadth > best.bench.breadth) break;
    const { next: agent } = bench;
    if (agent !== null && (best === null || agent.idleSince < best.agent.idleSince)) best = { bench, agent };
  }
  return best;
}

function linesOf(state: RunState): Line[] {
  const benches = state.agents.classes().flatMap(({ capabilities, breadth, idle }) => {
    if (idle.size === 0) return [];
    const agents = idle.values();
    return [{ capabilities, bench: { breadth, agents, next: nextOf(agents) } }];
  });
  if (benches.length === 0) return [];
  return [...state.queues.groups()].map((group) => {
    const tasks = group.tasks.inOrder();
    const able = benches.filter((one) => canDo(one, group.capabilities)).map(({ bench }) => bench);
    return { tasks, able, next: able.length === 0 ? null : nextOf(tasks) };
  });
}

function nextOf<T>(iterator: Iterator<T>): T | null {
  const next = iterator.next();
  return next.done === true ? null : next.value;
}
