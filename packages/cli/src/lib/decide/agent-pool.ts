import type { AgentId, TaskId } from '@ginkoai/contract';

/** An agent as decisions see it. */
export interface Agent {
  readonly id: AgentId;
  /** `*` means any. */
  readonly capabilities: ReadonlySet<string>;
  readonly taskId: TaskId | null;
}

/** Agents with the same capabilities are interchangeable: choosing looks at one of them. */
export interface AgentClass {
  readonly capabilities: ReadonlySet<string>;
  /** Longest idle first. */
  readonly idle: ReadonlyMap<AgentId, Agent>;
}

interface Member {
  readonly id: AgentId;
  readonly capabilities: ReadonlySet<string>;
  taskId: TaskId | null;
  readonly idle: Map<AgentId, Agent>;
}

/** The agents that take tasks from this orchestrator. */
export class AgentPool {
  readonly #members = new Map<AgentId, Member>();
  readonly #classes = new Map<
    string,
    { readonly capabilities: ReadonlySet<string>; readonly idle: Map<AgentId, Agent> }
  >();

  get size(): number {
    return this.#members.size;
  }

  all(): Iterable<Agent> {
    return this.#members.values();
  }

  /** The most specialised first; agents that can do anything come last. */
  classes(): AgentClass[] {
    return [...this.#classes.values()].sort((a, b) => breadth(a.capabilities) - breadth(b.capabilities));
  }

  join(id: AgentId, capabilities: readonly string[]): void {
    const key = [...new Set(capabilities)].sort().join('\n');
    const known = this.#classes.get(key) ?? { capabilities: new Set(capabilities), idle: new Map<AgentId, Agent>() };
    this.#classes.set(key, known);
    const member: Member = { id, capabilities: known.capabilities, taskId: null, idle: known.idle };
    this.#members.set(id, member);
    known.idle.set(id, member);
  }

  /** An agent that is not one of ours (of another machine, or of an earlier start with more agents) is passed over. */
  occupy(id: AgentId, taskId: TaskId): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.taskId = taskId;
    member.idle.delete(id);
  }

  free(id: AgentId, taskId: TaskId): void {
    const member = this.#members.get(id);
    if (member === undefined || member.taskId !== taskId) return;
    member.taskId = null;
    member.idle.set(id, member);
  }
}

function breadth(capabilities: ReadonlySet<string>): number {
  return capabilities.has('*') ? Infinity : capabilities.size;
}

export function canDo(agent: Pick<Agent, 'capabilities'>, needed: readonly string[]): boolean {
  return agent.capabilities.has('*') || needed.every((capability) => agent.capabilities.has(capability));
}
