import type { AgentId, TaskId } from '@ginkoai/contract';
import { joinBehind, leaveLine, type Line, type LineEntry } from './line.js';

/** An agent as decisions see it. */
export interface Agent {
  readonly id: AgentId;
  /** `*` means any. */
  readonly capabilities: ReadonlySet<string>;
  readonly taskId: TaskId | null;
  /** Of two idle agents the one with the smaller number has been idle longer. */
  readonly idleSince: number;
  /** Of its class the one that has been idle next longest. */
  readonly behind: Agent | null;
}

/** Agents with the same capabilities are interchangeable: choosing looks at one of them. */
export interface AgentClass {
  readonly capabilities: ReadonlySet<string>;
  /** How many capabilities; agents that can do anything are the broadest. */
  readonly breadth: number;
  /** The one that has been idle longest; null: none is idle. */
  readonly first: Agent | null;
}

interface Member extends Agent, LineEntry<Member> {
  readonly of: MemberClass;
  taskId: TaskId | null;
  idleSince: number;
  behind: Member | null;
}

interface MemberClass extends AgentClass, Line<Member> {
  first: Member | null;
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
    const able = known.capabilities;
    const member: Member = { id, capabilities: able, of: known, taskId: null, idleSince: 0, ahead: null, behind: null };
    this.#members.set(id, member);
    this.#rest(member);
  }

  /** An agent that is not one of ours (of another machine, or of an earlier start with more agents) is passed over. */
  occupy(id: AgentId, taskId: TaskId): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    if (member.taskId === null) leaveLine(member.of, member);
    member.taskId = taskId;
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
    joinBehind(member.of, member.of.last, member);
  }
}

function emptyClass(capabilities: ReadonlySet<string>): MemberClass {
  const breadth = capabilities.has('*') ? Number.MAX_SAFE_INTEGER : capabilities.size;
  return { capabilities, breadth, first: null, last: null };
}

export function canDo(agent: Pick<Agent, 'capabilities'>, needed: readonly string[]): boolean {
  return agent.capabilities.has('*') || needed.every((capability) => agent.capabilities.has(capability));
}
