import type { TaskId } from '@ginkoai/contract';

/** A task and what it waits for; ids that name no task of the list make no edge. */
export interface DependencyNode {
  readonly id: TaskId;
  readonly dependsOn: readonly TaskId[];
}

/** The way round, the first id repeated at the end: `['A', 'B', 'A']`. A task that waits for itself: `['A', 'A']`. */
export type DependencyCycle = readonly [TaskId, ...TaskId[]];

/**
 * One shortest cycle through the first task of each knot of tasks that wait for each other. Where
 * several cycles share tasks, breaking one brings the next to light. Linear in tasks and edges.
 */
export function findCycles(nodes: Iterable<DependencyNode>): readonly DependencyCycle[] {
  const dependsOn = edgesOf(nodes);
  if (dependsOn === null) return [];
  const cycles: DependencyCycle[] = [];
  for (const knot of knotsOf(dependsOn)) {
    const cycle = cycleIn(knot);
    if (cycle !== null) cycles.push(cycle);
  }
  return cycles;
}

/** By task, the entries of one id as one; null: every task waits only for tasks before it, so there is no cycle. */
function edgesOf(nodes: Iterable<DependencyNode>): ReadonlyMap<TaskId, readonly TaskId[]> | null {
  const edges = new Map<TaskId, TaskId[]>();
  let isOrdered = true;
  for (const { id, dependsOn } of nodes) {
    const earlier = edges.get(id);
    isOrdered &&= earlier === undefined && dependsOn.every((target) => edges.has(target));
    if (earlier === undefined) edges.set(id, [...dependsOn]);
    else for (const target of dependsOn) earlier.push(target);
  }
  return isOrdered ? null : edges;
}

interface Visit {
  readonly id: TaskId;
  readonly dependsOn: readonly TaskId[];
  readonly order: number;
  lowest: number;
  nextEdge: number;
  isOpen: boolean;
}

interface Knot {
  readonly first: Visit;
  readonly members: ReadonlyMap<TaskId, Visit>;
}

/** Strongly connected components (Tarjan), without recursion: a chain may be 100,000 tasks long. */
function* knotsOf(dependsOn: ReadonlyMap<TaskId, readonly TaskId[]>): Generator<Knot> {
  const visits = new Map<TaskId, Visit>();
  const open: Visit[] = [];
  const enter = (id: TaskId, targets: readonly TaskId[]): Visit => {
    const order = visits.size;
    const visit = { id, dependsOn: targets, order, lowest: order, nextEdge: 0, isOpen: true };
    visits.set(id, visit);
    open.push(visit);
    return visit;
  };
  for (const [root, rootTargets] of dependsOn) {
    if (visits.has(root)) continue;
    const path = [enter(root, rootTargets)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const target = visit.dependsOn[visit.nextEdge];
      visit.nextEdge += 1;
      if (target !== undefined) {
        const seen = visits.get(target);
        const targets = dependsOn.get(target);
        if (seen?.isOpen === true) visit.lowest = Math.min(visit.lowest, seen.order);
        else if (seen === undefined && targets !== undefined) path.push(enter(target, targets));
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) parent.lowest = Math.min(parent.lowest, visit.lowest);
      if (visit.lowest === visit.order) {
        const members = open.splice(open.lastIndexOf(visit));
        for (const member of members) member.isOpen = false;
        yield { first: visit, members: new Map(members.map((member) => [member.id, member])) };
      }
    }
  }
}

/** Breadth first from the knot's first task back to itself; null: a single task that does not wait for itself. */
function cycleIn({ first, members }: Knot): DependencyCycle | null {
  const cameFrom = new Map<TaskId, TaskId>();
  const queue = [first];
  for (const { id, dependsOn } of queue) {
    for (const target of dependsOn) {
      if (target === first.id) return [first.id, ...wayTo(id, cameFrom)];
      const member = members.get(target);
      if (member === undefined || cameFrom.has(target)) continue;
      cameFrom.set(target, id);
      queue.push(member);
    }
  }
  return null;
}

/** From behind the first task to the last one, and to the first again. */
function wayTo(last: TaskId, cameFrom: ReadonlyMap<TaskId, TaskId>): TaskId[] {
  const path: TaskId[] = [];
  let id = last;
  for (let before = cameFrom.get(id); before !== undefined; before = cameFrom.get(id)) {
    path.push(id);
    id = before;
  }
  return [...path.reverse(), id];
}
