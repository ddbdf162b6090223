import type { AgentId, BlockedReason, EpicId, TaskId, TaskStatus } from '@ginkoai/contract';
import { findCycles } from '../decide/find-cycles.js';
import { priorityRank } from '../decide/priority-rank.js';

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
  const known = new Map(tasks.map((task) => [task.id, task]));
  const canBeDone = capabilityCheck(agents);
  const complete: PlanTask[] = [];
  const inProgress: PlanTask[] = [];
  const blocked: StuckTask[] = [];
  const withoutAgent: PlanTask[] = [];
  const open: PlanTask[] = [];
  for (const task of tasks) {
    const missing = task.dependsOn.filter((id) => !known.has(id));
    if (task.status === 'complete') complete.push(task);
    else if (task.status === 'in_progress') inProgress.push(task);
    else if (task.status === 'blocked' || task.status === 'cancelled') blocked.push(stuck(task));
    else if (missing.length > 0) blocked.push(withoutDependency(task, missing));
    else if (!canBeDone(task.capabilities)) withoutAgent.push(task);
    else open.push(task);
  }
  const isMet = (id: TaskId): boolean => known.get(id)?.status === 'complete';
  const { waves, planned } = wavesOf(open, isMet);
  const cycleOf = new Map(findCycles(open).flatMap((cycle) => cycle.map((id) => [id, cycle.join(' -> ')] as const)));
  const waiting: WaitingTask[] = [];
  for (const task of open) {
    const cycle = cycleOf.get(task.id);
    if (cycle !== undefined) blocked.push({ task, reason: 'dependency_cycle', detail: cycle });
    else if (!planned.has(task.id))
      waiting.push({ task, waitsFor: waitsFor(task, (id) => isMet(id) || planned.has(id)) });
  }
  return { waves, complete, inProgress, blocked, withoutAgent, waiting };
}

/** The first dependency that will not be complete. */
function waitsFor(task: PlanTask, willBeMet: (id: TaskId) => boolean): TaskId {
  const unmet = task.dependsOn.find((id) => !willBeMet(id));
  if (unmet === undefined) throw new Error(`Task ${task.id} is in no wave, though nothing holds it back.`);
  return unmet;
}

function withoutDependency(task: PlanTask, missing: readonly TaskId[]): StuckTask {
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

interface Waves {
  readonly waves: PlanTask[][];
  readonly planned: ReadonlySet<TaskId>;
}

function wavesOf(open: readonly PlanTask[], isMet: (id: TaskId) => boolean): Waves {
  const unmet = new Map<TaskId, number>();
  const dependants = new Map<TaskId, PlanTask[]>();
  for (const task of open) {
    const needed = new Set(task.dependsOn.filter((id) => !isMet(id)));
    unmet.set(task.id, needed.size);
    for (const id of needed) {
      const list = dependants.get(id);
      if (list === undefined) dependants.set(id, [task]);
      else list.push(task);
    }
  }
  const order = new Map(open.map(({ id }, index) => [id, index]));
  const orderOf = ({ id }: PlanTask): number => order.get(id) ?? 0;
  const byTurn = (a: PlanTask, b: PlanTask): number =>
    priorityRank(a.priority) - priorityRank(b.priority) || orderOf(a) - orderOf(b);
  const waves: PlanTask[][] = [];
  const planned = new Set<TaskId>();
  let wave = open.filter((task) => unmet.get(task.id) === 0);
  while (wave.length > 0) {
    waves.push(wave.toSorted(byTurn));
    const next: PlanTask[] = [];
    for (const task of wave) {
      planned.add(task.id);
      for (const dependant of dependants.get(task.id) ?? []) {
        const rest = (unmet.get(dependant.id) ?? 0) - 1;
        unmet.set(dependant.id, rest);
        if (rest === 0) next.push(dependant);
      }
    }
    wave = next;
  }
  return { waves, planned };
}
