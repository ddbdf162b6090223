import { isMet } from './apply-event.js';
import { byTurn } from './goes-first.js';
import {
  factsOf,
  isWaitingForAgent,
  noTasks,
  type RunState,
  type TaskDefinition,
  type TaskFacts,
  type WaitingTask,
} from './run-state.js';
import { withOne } from './with-one.js';

/**
 * Takes over what the sprint says its tasks are: who depends on whom, how urgent, in what order. Called when the sprint
 * was read, not per event; linear. What happened to the tasks stays as it is: that is for `reconcile` to judge.
 */
export function applySprint(state: RunState, definitions: readonly TaskDefinition[]): void {
  const waiting = forgetSprint(state);
  const present = definitions.map((definition) => define(state, definition));
  const ready: WaitingTask[] = [];
  for (const facts of present) {
    state.counts[facts.status] += 1;
    waitForOthers(state, facts);
    if (!isWaitingForAgent(facts)) continue;
    if (!waiting.has(facts)) facts.readySince = state.sequence;
    ready.push(facts);
  }
  // In their turn each finds its place at once; those of a fresh start have all waited equally long.
  if (waiting.size > 0) ready.sort(byTurn);
  for (const facts of ready) state.queues.add(facts);
}

type SprintTask = TaskFacts & { readonly definition: TaskDefinition };

function define(state: RunState, definition: TaskDefinition): SprintTask {
  const facts = factsOf(state, definition.id);
  facts.definition = definition;
  return facts as SprintTask;
}

/** Returns the tasks that were waiting for an agent. */
function forgetSprint(state: RunState): ReadonlySet<TaskFacts> {
  const waiting = new Set<TaskFacts>();
  for (const facts of state.tasks.values()) {
    if (state.queues.has(facts)) waiting.add(facts);
    facts.definition = null;
    facts.unmet = 0;
    facts.dependants = noTasks;
  }
  state.unordered.clear();
  state.queues.clear();
  for (const status of Object.keys(state.counts) as (keyof typeof state.counts)[]) state.counts[status] = 0;
  return waiting;
}

/** A dependency that is named twice counts once; one that does not exist is never met. */
function waitForOthers(state: RunState, facts: SprintTask): void {
  const { dependsOn, order } = facts.definition;
  let missing: Set<string> | null = null;
  for (const id of dependsOn) {
    const needed = state.tasks.get(id);
    if (needed === undefined) {
      missing = (missing ?? new Set()).add(id);
      continue;
    }
    if (needed.definition === null || needed.definition.order >= order) state.unordered.add(facts);
    // Whom this task waits for has heard of it last.
    if (needed.dependants[needed.dependants.length - 1] === facts) continue;
    needed.dependants = withOne(needed.dependants, facts);
    if (!isMet(needed)) facts.unmet += 1;
  }
  if (missing === null) return;
  state.unordered.add(facts);
  facts.unmet += missing.size;
}
