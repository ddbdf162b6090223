import type { Agent } from './agent-pool.js';
import { canDo } from './agent-pool.js';
import type { AssignDecision } from './decision.js';
import type { RunState, TaskFacts } from './run-state.js';
import { goesFirst } from './task-queues.js';

/**
 * Gives the most urgent ready tasks to idle agents that can do them: to the agent with the fewest other talents, so
 * that the versatile stay free, and of equals to the one that has been idle longest. Looks at no more tasks than there
 * are idle agents and capability groups.
 */
export function selectAssignments(state: RunState): AssignDecision[] {
  const idle = new Set(state.agents.idle());
  const lines = [...state.queues.groups()].map((group) => {
    const tasks = group.tasks.inOrder();
    return { capabilities: group.capabilities, tasks, next: nextFree(tasks) };
  });
  const decisions: AssignDecision[] = [];
  while (idle.size > 0) {
    let best: { line: (typeof lines)[number]; task: TaskFacts; agent: Agent } | null = null;
    for (const line of lines) {
      if (line.next === null || (best !== null && !goesFirst(line.next, best.task))) continue;
      const agent = mostFitting(idle, line.capabilities);
      if (agent !== null) best = { line, task: line.next, agent };
    }
    if (best === null) break;
    idle.delete(best.agent);
    best.line.next = nextFree(best.line.tasks);
    decisions.push({
      kind: 'assign',
      taskId: best.task.id,
      agentId: best.agent.id,
      generation: best.task.generation,
      attempt: best.task.attempt + 1,
    });
  }
  return decisions;
}

function nextFree(tasks: Generator<TaskFacts>): TaskFacts | null {
  const next = tasks.next();
  return next.done === true ? null : next.value;
}

function mostFitting(idle: Iterable<Agent>, needed: readonly string[]): Agent | null {
  let best: Agent | null = null;
  for (const agent of idle) {
    if (canDo(agent, needed) && (best === null || breadth(agent) < breadth(best))) best = agent;
  }
  return best;
}

function breadth(agent: Agent): number {
  return agent.capabilities.has('*') ? Infinity : agent.capabilities.size;
}
