import type { AgentId, TaskId } from '@ginkoai/contract';

/** An agent as decisions see it. */
export interface Agent {
  readonly id: AgentId;
  /** `*` means any. */
  readonly capabilities: ReadonlySet<string>;
  readonly taskId: TaskId | null;
}

/** The agents that take tasks from this orchestrator. Idle ones stand in the order in which they became idle. */
export class AgentPool {
  readonly #agents = new Map<AgentId, Agent>();
  readonly #idle = new Map<AgentId, Agent>();

  get size(): number {
    return this.#agents.size;
  }

  /** Longest idle first. */
  idle(): Iterable<Agent> {
    return this.#idle.values();
  }

  get idleCount(): number {
    return this.#idle.size;
  }

  all(): Iterable<Agent> {
    return this.#agents.values();
  }

  join(id: AgentId, capabilities: readonly string[]): void {
    const agent: Agent = { id, capabilities: new Set(capabilities), taskId: null };
    this.#agents.set(id, agent);
    this.#idle.set(id, agent);
  }

  /** An agent that is not one of ours (of another machine, or of an earlier start with more agents) is passed over. */
  occupy(id: AgentId, taskId: TaskId): void {
    const agent = this.#agents.get(id);
    if (agent === undefined) return;
    this.#agents.set(id, { ...agent, taskId });
    this.#idle.delete(id);
  }

  free(id: AgentId, taskId: TaskId): void {
    const agent = this.#agents.get(id);
    if (agent === undefined || agent.taskId !== taskId) return;
    const idle: Agent = { ...agent, taskId: null };
    this.#agents.set(id, idle);
    this.#idle.set(id, idle);
  }
}

export function canDo(agent: Agent, needed: readonly string[]): boolean {
  return agent.capabilities.has('*') || needed.every((capability) => agent.capabilities.has(capability));
}
