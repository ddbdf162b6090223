import type { TaskId } from '@ginkoai/contract';

/** A task and what it waits for; ids that name no task of the list make no edge. */
export interface DependencyNode {
  readonly id: TaskId;
  readonly dependsOn: readonly TaskId[];
}

/** The way round, the first id repeated at the end: `['A', 'B', 'A']`. A task that waits for itself: `['A', 'A']`. */
export type DependencyCycle = readonly TaskId[];

/**
 * One shortest cycle through the first task of each knot of tasks that wait for each other. Where
 * several cycles share tasks, breaking one brings the next to light. Linear in tasks and edges.
 */
export function findCycles(nodes: Iterable<DependencyNode>): readonly DependencyCycle[] {
  const dependsOn = new Map<TaskId, readonly TaskId[]>();
  for (const { id, dependsOn: ids } of nodes) {
    const earlier = dependsOn.get(id);
    dependsOn.set(id, earlier === undefined ? ids : [...earlier, ...ids]);
  }
  const cycles: DependencyCycle[] = [];
  for (const knot of knotsOf(dependsOn)) {
    const cycle = cycleIn(knot, dependsOn);
    if (cycle !== null) cycles.push(cycle);
  }
  return cycles;
}

interface Visit {
  readonly id: TaskId;
  readonly order: number;
  lowest: number;
  nextEdge: number;
  isOpen: boolean;
}

interface Knot {
  readonly first: TaskId;
  readonly members: ReadonlySet<TaskId>;
}

/** Strongly connected components (Tarjan), without recursion: a chain may be 100,000 tasks long. */
function* knotsOf(dependsOn: ReadonlyMap<TaskId, readonly TaskId[]>): Generator<Knot> {
  const visits = new Map<TaskId, Visit>();
  const open: Visit[] = [];
  const enter = (id: TaskId): Visit => {
    const visit = { id, order: visits.size, lowest: visits.size, nextEdge: 0, isOpen: true };
    visits.set(id, visit);
    open.push(visit);
    return visit;
  };
  for (const root of dependsOn.keys()) {
    if (visits.has(root)) continue;
    const path = [enter(root)];
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const target = dependsOn.get(visit.id)?.[visit.nextEdge];
      visit.nextEdge += 1;
      if (target !== undefined) {
        const seen = visits.get(target);
        if (seen === undefined) {
          if (dependsOn.has(target)) path.push(enter(target));
        } else if (seen.isOpen) {
          visit.lowest = Math.min(visit.lowest, seen.order);
        }
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) parent.lowest = Math.min(parent.lowest, visit.lowest);
      if (visit.lowest === visit.order) {
        const members = open.splice(open.lastIndexOf(visit));
        for (const member of members) member.isOpen = false;
        yield { first: visit.id, members: new Set(members.map((member) => member.id)) };
      }
    }
  }
}

/** Breadth first from the knot's first task back to itself; null: a single task that does not wait for itself. */
function cycleIn({ first, members }: Knot, dependsOn: ReadonlyMap<TaskId, readonly TaskId[]>): DependencyCycle | null {
  const cameFrom = new Map<TaskId, TaskId>();
  const queue = [first];
  for (const id of queue) {
    for (const target of dependsOn.get(id) ?? []) {
      if (target === first) return wayBack(first, id, cameFrom);
      if (!members.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, id);
      queue.push(target);
    }
  }
  return null;
}

function wayBack(first: TaskId, last: TaskId, cameFrom: ReadonlyMap<TaskId, TaskId>): DependencyCycle {
  const path = [first];
  for (let id: TaskId | undefined = last; id !== undefined; id = cameFrom.get(id)) path.push(id);
  return path.reverse();
}
