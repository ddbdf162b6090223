import { isMet } from './apply-event.js';
import { factsOf, isWaitingForAgent, type RunState, type TaskDefinition } from './run-state.js';

/**
 * Takes over what the sprint says its tasks are: who depends on whom, how urgent, in what order. Called when the sprint
 * was read, not per event; linear. What happened to the tasks stays as it is: that is for `reconcile` to judge.
 */
export function applySprint(state: RunState, definitions: readonly TaskDefinition[]): void {
  const waiting = new Set([...state.tasks.values()].filter((facts) => facts.position >= 0));
  state.queues.clear();
  state.dependants.clear();
  for (const status of Object.keys(state.counts) as (keyof typeof state.counts)[]) state.counts[status] = 0;
  for (const facts of state.tasks.values()) {
    facts.definition = null;
    facts.unmet = 0;
  }
  for (const definition of definitions) factsOf(state, definition.id).definition = definition;
  for (const definition of definitions) {
    const facts = factsOf(state, definition.id);
    state.counts[facts.status] += 1;
    for (const needed of new Set(definition.dependsOn)) {
      const dependants = state.dependants.get(needed);
      if (dependants === undefined) state.dependants.set(needed, [facts]);
      else dependants.push(facts);
      if (!isMet(state.tasks.get(needed))) facts.unmet += 1;
    }
    if (!isWaitingForAgent(facts)) continue;
    if (!waiting.has(facts)) facts.readySince = state.sequence;
    state.queues.add(facts);
  }
}
