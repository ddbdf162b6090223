import type { EpochMillis } from '@ginkoai/contract';
import { CapabilityGroup } from './capability-group.js';
import { IndexedHeap } from './indexed-heap.js';
import { leaveLine } from './line.js';
import type { TaskFacts, WaitingTask } from './run-state.js';

type DeferredTask = WaitingTask & { readonly notBefore: EpochMillis };

/**
 * The tasks that wait for an agent: the ready ones by the capabilities they need, and those in back-off by time. Choosing
 * looks at one task a group, and there are few groups. An event moves a ready task in constant time, for tasks become
 * ready one after the other, and one in back-off in O(log n). A heap for the ready ones too was a third of
 * the time of a drain of 1,000 tasks (profiled).
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

  /** Lets the tasks go whose back-off is over by then, the soonest first. */
  takeDue(now: EpochMillis): WaitingTask[] {
    const due: WaitingTask[] = [];
    for (
      let next = this.#deferred.first();
      next !== undefined && next.notBefore <= now;
      next = this.#deferred.first()
    ) {
      this.#deferred.remove(next);
      due.push(next);
    }
    return due;
  }

  /** When the next task leaves its back-off; null: none is waiting. */
  nextNotBefore(): EpochMillis | null {
    return this.#deferred.first()?.notBefore ?? null;
  }

  has(facts: TaskFacts): boolean {
    return facts.line !== null || isDeferred(facts);
  }

  add(facts: WaitingTask): void {
    if (this.has(facts)) return;
    if (isBackingOff(facts)) {
      this.#deferred.add(facts);
      return;
    }
    this.#groupOf(facts.definition.capabilities).add(facts);
    this.#ready += 1;
  }

  clear(): void {
    for (const group of this.#groups.values()) {
      for (let task = group.first(); task !== null; task = group.first()) this.remove(task);
    }
    this.#groups.clear();
    this.#deferred.clear();
  }

  remove(facts: TaskFacts): void {
    if (facts.line !== null) {
      leaveLine(facts.line, facts);
      facts.line = null;
      this.#ready -= 1;
    } else if (isDeferred(facts)) {
      this.#deferred.remove(facts);
    }
  }

  #groupOf(capabilities: readonly string[]): CapabilityGroup {
    const key = capabilities.join('\n');
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group = new CapabilityGroup(capabilities);
    this.#groups.set(key, group);
    return group;
  }
}

/** `position` is the place among those in back-off. */
const isDeferred = (facts: TaskFacts): facts is DeferredTask => facts.position >= 0;
const isBackingOff = (facts: WaitingTask): facts is DeferredTask => facts.notBefore !== null;
