import type { AgentId } from '@ginkoai/contract';
import { canDo } from './agent-pool.js';
import type { AssignDecision } from './decision.js';
import type { RunState, WaitingTask } from './run-state.js';
import { goesFirst } from './task-queues.js';

/** Interchangeable idle agents, the next one of them in front. */
interface Bench {
  readonly agents: Iterator<AgentId>;
  next: AgentId | null;
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
    let best: { line: Line; task: WaitingTask; bench: Bench } | null = null;
    for (const line of lines) {
      if (line.next === null || (best !== null && !goesFirst(line.next, best.task))) continue;
      const bench = line.able.find(({ next }) => next !== null);
      if (bench !== undefined) best = { line, task: line.next, bench };
    }
    if (best === null) return decisions;
    const { line, task, bench } = best;
    decisions.push({
      kind: 'assign',
      taskId: task.id,
      agentId: bench.next as AgentId,
      generation: task.generation,
      attempt: task.attempt + 1,
    });
    line.next = nextOf(line.tasks);
    bench.next = nextOf(bench.agents);
  }
}

function linesOf(state: RunState): Line[] {
  const benches = state.agents.classes().flatMap(({ capabilities, idle }) => {
    if (idle.size === 0) return [];
    const agents = idle.keys();
    return [{ capabilities, bench: { agents, next: nextOf(agents) } }];
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
