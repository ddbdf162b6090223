import type { AgentId, BlockedReason, EpicId, TaskId, TaskStatus } from '@ginkoai/contract';
import { findCycles } from '../decide/find-cycles.js';
import { priorityRank } from '../decide/priority-rank.js';
import { withOne } from '../decide/with-one.js';

/** What a dry run starts from: the sprint as it stands and the agents that would do it. */
export interface PlanInput {
  readonly sprintTitle: string;
  readonly epicId: EpicId;
  readonly agents: readonly PlanAgent[];
  /** In the order of the sprint. */
  readonly tasks: readonly PlanTask[];
}

export interface PlanAgent {
  readonly id: AgentId;
  /** `*` means any. */
  readonly capabilities: readonly string[];
}

export interface PlanTask {
  readonly id: TaskId;
  readonly title: string;
  readonly status: TaskStatus;
  readonly dependsOn: readonly TaskId[];
  /** As written in the sprint file; null: none. */
  readonly priority: string | null;
  readonly effort: string | null;
  readonly capabilities: readonly string[];
  /** Set when the status is `blocked` or `cancelled`. */
  readonly blockedReason?: BlockedReason;
  readonly blockedDetail?: string;
}

/** Every task stands in exactly one of these. */
export interface SprintPlan {
  /** Tasks that can run: those of a wave depend on earlier waves only. Within a wave in the order they are given out. */
  readonly waves: readonly (readonly PlanTask[])[];
  readonly complete: readonly PlanTask[];
  /** In progress by somebody else. */
  readonly inProgress: readonly PlanTask[];
  readonly blocked: readonly StuckTask[];
  /** No agent has what they need. */
  readonly withoutAgent: readonly PlanTask[];
  /** They would run but for a task, named here, that will not: it is stuck, or under way elsewhere. */
  readonly waiting: readonly WaitingTask[];
}

export interface StuckTask {
  readonly task: PlanTask;
  readonly reason: BlockedReason;
  readonly detail?: string;
}

export interface WaitingTask {
  readonly task: PlanTask;
  readonly waitsFor: TaskId;
}

/** Linear in tasks and dependencies, but for the sorting of each wave. */
export function sprintPlan({ tasks, agents }: PlanInput): SprintPlan {
  const known = new Map<TaskId, PlanTask>();
  for (const task of tasks) known.set(task.id, task);
  const canBeDone = capabilityCheck(agents);
  const complete: PlanTask[] = [];
  const inProgress: PlanTask[] = [];
  const blocked: StuckTask[] = [];
  const withoutAgent: PlanTask[] = [];
  const open: PlanTask[] = [];
  for (const task of tasks) {
    if (task.status === 'complete') complete.push(task);
    else if (task.status === 'in_progress') inProgress.push(task);
    else if (task.status === 'blocked' || task.status === 'cancelled') blocked.push(stuck(task));
    else if (!task.dependsOn.every((id) => known.has(id))) blocked.push(withoutDependency(task, known));
    else if (!canBeDone(task.capabilities)) withoutAgent.push(task);
    else open.push(task);
  }
  const isMet = (id: TaskId): boolean => known.get(id)?.status === 'complete';
  const nodes = nodesOf(open, isMet);
  const waves = wavesOf(nodes);
  // A circle keeps its tasks out of every wave: mostly there is nothing left to look at.
  const left = [...nodes.values()].filter(({ unmet }) => unmet > 0).map(({ task }) => task);
  const cycleOf = new Map(findCycles(left).flatMap((cycle) => cycle.map((id) => [id, cycle.join(' -> ')] as const)));
  const willBeMet = (id: TaskId): boolean => isMet(id) || nodes.get(id)?.unmet === 0;
  const waiting: WaitingTask[] = [];
  for (const task of left) {
    const cycle = cycleOf.get(task.id);
    if (cycle !== undefined) blocked.push({ task, reason: 'dependency_cycle', detail: cycle });
    else waiting.push({ task, waitsFor: waitsFor(task, willBeMet) });
  }
  return { waves, complete, inProgress, blocked, withoutAgent, waiting };
}

/** The first dependency that will not be complete. */
function waitsFor(task: PlanTask, willBeMet: (id: TaskId) => boolean): TaskId {
  const unmet = task.dependsOn.find((id) => !willBeMet(id));
  if (unmet === undefined) throw new Error(`Task ${task.id} is in no wave, though nothing holds it back.`);
  return unmet;
}

function withoutDependency(task: PlanTask, known: ReadonlyMap<TaskId, PlanTask>): StuckTask {
  const missing = task.dependsOn.filter((id) => !known.has(id));
  const detail = `depends on ${missing.join(', ')}, which the sprint does not have`;
  return { task, reason: 'missing_dependency', detail };
}

function stuck(task: PlanTask): StuckTask {
  const reason = task.blockedReason ?? (task.status === 'cancelled' ? 'cancelled' : 'person');
  return { task, reason, ...(task.blockedDetail === undefined ? {} : { detail: task.blockedDetail }) };
}

/** Asked once for each set of capabilities: many tasks need the same. */
function capabilityCheck(agents: readonly PlanAgent[]): (needed: readonly string[]) => boolean {
  // With no agent at all the plan shows what a run with one that can do everything would do.
  if (agents.length === 0) return () => true;
  const offers = agents.map(({ capabilities }) => new Set(capabilities));
  const answers = new Map<string, boolean>();
  return (needed) => {
    const key = needed.join('\n');
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = offers.some((offer) => offer.has('*') || needed.every((capability) => offer.has(capability)));
    answers.set(key, answer);
    return answer;
  };
}

/** A task that can be done, among others that can. */
interface PlanNode {
  readonly task: PlanTask;
  readonly rank: number;
  readonly order: number;
  /** Dependencies that are neither complete nor in an earlier wave. 0 in the end: it stands in a wave. */
  unmet: number;
  dependants: PlanNode[];
}

function nodesOf(open: readonly PlanTask[], isMet: (id: TaskId) => boolean): ReadonlyMap<TaskId, PlanNode> {
  const nodes = new Map<TaskId, PlanNode>();
  for (const task of open) {
    nodes.set(task.id, { task, rank: priorityRank(task.priority), order: nodes.size, unmet: 0, dependants: noNodes });
  }
  for (const node of nodes.values()) {
    for (const id of node.task.dependsOn) {
      const needed = nodes.get(id);
      // One that is named twice has heard of this task last.
      if (needed?.dependants.at(-1) === node) continue;
      if (needed !== undefined) needed.dependants = withOne(needed.dependants, node);
      if (needed !== undefined || !isMet(id)) node.unmet += 1;
    }
  }
  return nodes;
}

const noNodes: never[] = [];

function wavesOf(nodes: ReadonlyMap<TaskId, PlanNode>): PlanTask[][] {
  const waves: PlanTask[][] = [];
  let wave = [...nodes.values()].filter(({ unmet }) => unmet === 0);
  while (wave.length > 0) {
    wave.sort((a, b) => a.rank - b.rank || a.order - b.order);
    waves.push(wave.map(({ task }) => task));
    const next: PlanNode[] = [];
    for (const { dependants } of wave) {
      for (const dependant of dependants) {
        dependant.unmet -= 1;
        if (dependant.unmet === 0) next.push(dependant);
      }
    }
    wave = next;
  }
  return waves;
}
