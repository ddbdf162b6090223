import type { AgentId, TaskId } from '@ginkoai/contract';

/** An agent as decisions see it. */
export interface Agent {
  readonly id: AgentId;
  /** `*` means any. */
  readonly capabilities: ReadonlySet<string>;
  readonly taskId: TaskId | null;
  /** Of two idle agents the one with the smaller number has been idle longer. */
  readonly idleSince: number;
}

/** Agents with the same capabilities are interchangeable: choosing looks at one of them. */
export interface AgentClass {
  readonly capabilities: ReadonlySet<string>;
  /** How many capabilities; agents that can do anything are the broadest. */
  readonly breadth: number;
  /** Longest idle first. */
  readonly idle: ReadonlyMap<AgentId, Agent>;
}

interface Member {
  readonly id: AgentId;
  readonly capabilities: ReadonlySet<string>;
  taskId: TaskId | null;
  idleSince: number;
  readonly idle: Map<AgentId, Agent>;
}

interface MemberClass extends AgentClass {
  readonly idle: Map<AgentId, Agent>;
}

/** The agents that take tasks from this orchestrator. */
export class AgentPool {
  readonly #members = new Map<AgentId, Member>();
  readonly #classes = new Map<string, MemberClass>();
  #idleCount = 0;

  get size(): number {
    return this.#members.size;
  }

  all(): Iterable<Agent> {
    return this.#members.values();
  }

  /** The most specialised first; agents that can do anything come last. */
  classes(): AgentClass[] {
    return [...this.#classes.values()].sort((a, b) => a.breadth - b.breadth);
  }

  join(id: AgentId, capabilities: readonly string[]): void {
    const key = [...new Set(capabilities)].sort().join('\n');
    const known = this.#classes.get(key) ?? emptyClass(new Set(capabilities));
    this.#classes.set(key, known);
    const member: Member = { id, capabilities: known.capabilities, taskId: null, idleSince: 0, idle: known.idle };
    this.#members.set(id, member);
    this.#rest(member);
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
    this.#rest(member);
  }

  #rest(member: Member): void {
    this.#idleCount += 1;
    member.idleSince = this.#idleCount;
    member.idle.set(member.id, member);
  }
}

function emptyClass(capabilities: ReadonlySet<string>): MemberClass {
  const breadth = capabilities.has('*') ? Number.MAX_SAFE_INTEGER : capabilities.size;
  return { capabilities, breadth, idle: new Map() };
}

export function canDo(agent: Pick<Agent, 'capabilities'>, needed: readonly string[]): boolean {
  return agent.capabilities.has('*') || needed.every((capability) => agent.capabilities.has(capability));
}
