import { applyEvent } from '../../cli/dist/lib/decide/apply-event.js';
import { applySprint } from '../../cli/dist/lib/decide/apply-sprint.js';
import { decideCycle } from '../../cli/dist/lib/decide/decide-cycle.js';
import { defaultLimits } from '../../cli/dist/lib/decide/limits.js';
import { emptyRunState } from '../../cli/dist/lib/decide/run-state.js';
import { dependenciesOf, taskId } from './dag.js';

export const place = 'here';
export const at = '2026-01-01T00:00:00.000Z';
export const now = Date.parse(at);
const limits = { ...defaultLimits, stallAfterMs: 50_000, maxRuntimeMs: null, startedAt: now, contextPressure: null };
const hash = { title: 'aaaaaaaaaaaaaaaa', body: 'bbbbbbbbbbbbbbbb' };

/** What the sprint says its tasks are, as decisions get it. */
export function definitionsOf(count, { dependsOn = dependenciesOf } = {}) {
  return Array.from({ length: count }, (_, order) => ({
    id: taskId(order),
    title: `Task number ${order + 1}`,
    dependsOn: dependsOn(order).map(taskId),
    rank: order % 4,
    capabilities: [],
    order,
    hash,
  }));
}

/** Each task waits for the one before it. */
export const chain = (order) => (order === 0 ? [] : [order - 1]);

export const holder = { orchestratorId: 'o', host: 'h', bootId: 'b', pid: 1, processStartedAt: '1', place };

/** The state of a run that has just begun. */
export function begin(definitions, agents) {
  const state = emptyRunState(place);
  applySprint(state, definitions);
  for (let agent = 1; agent <= agents; agent += 1) state.agents.join(`local-${agent}`, ['*']);
  applyEvent(state, {
    kind: 'run_started',
    sequence: 1,
    at,
    runId: 'run-1',
    orchestratorName: 'orchestrator',
    graphId: 'graph',
    epicId: 'epic',
    sprintId: 'sprint',
    epoch: 1,
    holder,
  });
  return state;
}

export function assign(state, { taskId: id, agentId, generation, attempt }) {
  const sequence = state.sequence + 1;
  applyEvent(state, {
    kind: 'task_assigned',
    sequence,
    at,
    taskId: id,
    agentId,
    generation,
    attempt,
    place,
    definition: hash,
  });
}

export function complete(state, { taskId: id, agentId, generation, attempt }) {
  const sequence = state.sequence + 1;
  applyEvent(state, { kind: 'task_completed', sequence, at, taskId: id, agentId, generation, attempt, by: 'agent' });
}

/** As an event that has no place in the history yet. */
export function assignedEvent({ taskId: id, agentId, generation, attempt }) {
  return { kind: 'task_assigned', taskId: id, agentId, generation, attempt, place, definition: hash };
}

/** The assignments that are due; null: every task is complete. */
export function decide(state) {
  const { decisions } = decideCycle(state, now, limits);
  // A stop is never one of several.
  const [first] = decisions;
  if (first?.kind !== 'stop') return decisions;
  if (first.reason !== 'complete') throw new Error(first.message);
  return null;
}

/** Goes through the run until `most` tasks are complete, every agent finishing its task in each cycle. */
export function drain(state, most = Infinity) {
  let done = 0;
  for (let decisions = decide(state); decisions !== null && done < most; decisions = decide(state)) {
    for (const decision of decisions) assign(state, decision);
    for (const decision of decisions) complete(state, decision);
    done += decisions.length;
  }
}
