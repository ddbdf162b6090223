import type { EpochMillis } from '@ginkoai/contract';
import { IndexedHeap } from './indexed-heap.js';
import type { TaskFacts } from './run-state.js';

/** The ready tasks that need the same capabilities, most urgent first. */
export interface CapabilityGroup {
  readonly capabilities: readonly string[];
  readonly tasks: IndexedHeap<TaskFacts>;
}

/**
 * The tasks that wait for an agent: the ready ones by the capabilities they need, and those in back-off by time. An
 * event moves a task in O(log n); choosing looks at one task a group, and there are few groups.
 */
export class TaskQueues {
  readonly #groups = new Map<string, CapabilityGroup>();
  readonly #deferred = new IndexedHeap<TaskFacts>(
    (a, b) => (a.notBefore ?? 0) < (b.notBefore ?? 0) || (a.notBefore === b.notBefore && orderOf(a) < orderOf(b)),
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

  /** Tasks in back-off, the soonest first. */
  deferred(): Iterable<TaskFacts> {
    return this.#deferred.inOrder();
  }

  /** When the next task leaves its back-off; null: none is waiting. */
  nextNotBefore(): EpochMillis | null {
    return this.#deferred.first()?.notBefore ?? null;
  }

  add(facts: TaskFacts): void {
    if (facts.notBefore !== null) {
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
    if (facts.position < 0) return;
    if (this.#deferred.has(facts)) {
      this.#deferred.remove(facts);
      return;
    }
    this.#groupOf(facts).tasks.remove(facts);
    this.#ready -= 1;
  }

  #groupOf(facts: TaskFacts): CapabilityGroup {
    const capabilities = facts.definition?.capabilities ?? [];
    const key = capabilities.join('\n');
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: CapabilityGroup = { capabilities, tasks: new IndexedHeap(goesFirst) };
    this.#groups.set(key, group);
    return group;
  }
}

/** Urgent before less urgent; of equals the one that waits longer; then the order of the sprint. */
export function goesFirst(a: TaskFacts, b: TaskFacts): boolean {
  const rankA = a.definition?.rank ?? 0;
  const rankB = b.definition?.rank ?? 0;
  if (rankA !== rankB) return rankA < rankB;
  if (a.readySince !== b.readySince) return a.readySince < b.readySince;
  return orderOf(a) < orderOf(b);
}

function orderOf(facts: TaskFacts): number {
  return facts.definition?.order ?? 0;
}
