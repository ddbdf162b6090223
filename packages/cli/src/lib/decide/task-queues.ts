import type { EpochMillis } from '@ginkoai/contract';
import { IndexedHeap } from './indexed-heap.js';
import type { TaskFacts, WaitingTask } from './run-state.js';

/** The ready tasks that need the same capabilities, most urgent first. */
export interface CapabilityGroup {
  readonly capabilities: readonly string[];
  readonly tasks: IndexedHeap<WaitingTask>;
}

type DeferredTask = WaitingTask & { readonly notBefore: EpochMillis };

/**
 * The tasks that wait for an agent: the ready ones by the capabilities they need, and those in back-off by time. An
 * event moves a task in O(log n); choosing looks at one task a group, and there are few groups.
 */
export class TaskQueues {
  readonly #groups = new Map<string, CapabilityGroup>();
  readonly #deferred = new IndexedHeap<DeferredTask>(
    (a, b) => a.notBefore < b.notBefore || (a.notBefore === b.notBefore && a.definition.order < b.definition.order),
  );
  #ready = 0;

  get readyCount(): number {
    return this.#ready;
  }

  get deferredCount(): number {
    return this.#deferred.size;
  }

  groups(): Iterable<CapabilityGroup> {
    return this.#groups.values();
  }

  /** A task whose back-off is over by then, the soonest first; null: there is none. */
  nextDue(now: EpochMillis): TaskFacts | null {
    const first = this.#deferred.first();
    return first === undefined || first.notBefore > now ? null : first;
  }

  /** When the next task leaves its back-off; null: none is waiting. */
  nextNotBefore(): EpochMillis | null {
    return this.#deferred.first()?.notBefore ?? null;
  }

  add(facts: WaitingTask): void {
    if (isDeferred(facts)) {
      this.#deferred.add(facts);
      return;
    }
    this.#groupOf(facts).tasks.add(facts);
    this.#ready += 1;
  }

  clear(): void {
    for (const group of this.#groups.values()) group.tasks.clear();
    this.#groups.clear();
    this.#deferred.clear();
    this.#ready = 0;
  }

  remove(facts: TaskFacts): void {
    if (!isQueued(facts)) return;
    if (isDeferred(facts)) {
      this.#deferred.remove(facts);
      return;
    }
    this.#groupOf(facts).tasks.remove(facts);
    this.#ready -= 1;
  }

  #groupOf({ definition: { capabilities } }: WaitingTask): CapabilityGroup {
    const key = capabilities.join('\n');
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: CapabilityGroup = { capabilities, tasks: new IndexedHeap(goesFirst) };
    this.#groups.set(key, group);
    return group;
  }
}

/** Urgent before less urgent; of equals the one that waits longer; then the order of the sprint. */
export function goesFirst(a: WaitingTask, b: WaitingTask): boolean {
  if (a.definition.rank !== b.definition.rank) return a.definition.rank < b.definition.rank;
  if (a.readySince !== b.readySince) return a.readySince < b.readySince;
  return a.definition.order < b.definition.order;
}

const isQueued = (facts: TaskFacts): facts is WaitingTask => facts.position >= 0;
const isDeferred = (facts: WaitingTask): facts is DeferredTask => facts.notBefore !== null;
