// Draining a sprint in memory: tasks with two dependencies each, 50 simulated agents. The limit is a bare ready-queue
// loop written for the purpose: counters and an array, no capabilities, no priorities, no events.
import { interleave } from './median.js';
import { applyEvent } from '../cli/dist/lib/decide/apply-event.js';
import { applySprint } from '../cli/dist/lib/decide/apply-sprint.js';
import { decideCycle } from '../cli/dist/lib/decide/decide-cycle.js';
import { defaultLimits } from '../cli/dist/lib/decide/limits.js';
import { emptyRunState } from '../cli/dist/lib/decide/run-state.js';

const agents = 50;
const at = '2026-01-01T00:00:00.000Z';
const now = Date.parse(at);
const limits = { ...defaultLimits, stallAfterMs: 50_000, maxRuntimeMs: null, startedAt: now, contextPressure: null };
const hash = { title: 'aaaaaaaa', body: 'bbbbbbbb' };

function definitionsOf(count) {
  return Array.from({ length: count }, (_, order) => ({
    id: `TASK-${order}`,
    title: `Task ${order}`,
    dependsOn: order < 50 ? [] : [`TASK-${order - 50}`, `TASK-${order - 49 < order ? order - 49 : order - 50}`],
    rank: order % 4,
    capabilities: [],
    order,
    hash,
  }));
}

function drainOurs(definitions) {
  const state = emptyRunState('here');
  applySprint(state, definitions);
  for (let agent = 0; agent < agents; agent += 1) state.agents.join(`agent-${agent}`, ['*']);
  const fold = (event) => applyEvent(state, event);
  const holder = { orchestratorId: 'o', host: 'h', bootId: 'b', pid: 1, processStartedAt: '1', place: 'here' };
  fold({
    kind: 'run_started',
    sequence: 1,
    at,
    runId: 'r',
    orchestratorName: 'o',
    graphId: 'g',
    epicId: 'e',
    sprintId: 's',
    epoch: 1,
    holder,
  });
  for (;;) {
    const { decisions } = decideCycle(state, now, limits);
    const assigned = [];
    for (const decision of decisions) {
      if (decision.kind === 'stop') {
        if (decision.reason !== 'complete') throw new Error(decision.message);
        return;
      }
      const { taskId, agentId, generation, attempt } = decision;
      fold({
        kind: 'task_assigned',
        sequence: state.sequence + 1,
        at,
        taskId,
        agentId,
        generation,
        attempt,
        place: 'here',
        definition: hash,
      });
      assigned.push(decision);
    }
    for (const { taskId, agentId, generation, attempt } of assigned) {
      fold({
        kind: 'task_completed',
        sequence: state.sequence + 1,
        at,
        taskId,
        agentId,
        generation,
        attempt,
        by: 'agent',
      });
    }
  }
}

function drainBare(definitions) {
  const unmet = new Map();
  const dependants = new Map();
  const ready = [];
  for (const { id, dependsOn } of definitions) {
    const needed = new Set(dependsOn);
    unmet.set(id, needed.size);
    for (const other of needed) {
      const known = dependants.get(other);
      if (known === undefined) dependants.set(other, [id]);
      else known.push(id);
    }
    if (needed.size === 0) ready.push(id);
  }
  let next = 0;
  let done = 0;
  const running = [];
  while (done < definitions.length) {
    while (running.length < agents && next < ready.length) running.push(ready[next++]);
    for (const id of running.splice(0)) {
      done += 1;
      for (const dependant of dependants.get(id) ?? []) {
        const left = unmet.get(dependant) - 1;
        unmet.set(dependant, left);
        if (left === 0) ready.push(dependant);
      }
    }
  }
}

export function core() {
  const rows = [];
  for (const count of [1_000, 10_000, 100_000]) {
    const definitions = definitionsOf(count);
    // Small sprints are drained several times a round, so that a round is long enough to be measured.
    const repeats = Math.ceil(20_000 / count);
    const often = (drain) => () => {
      for (let n = 0; n < repeats; n += 1) drain(definitions);
    };
    const [ours, limit] = interleave(7, [often(drainOurs), often(drainBare)]);
    rows.push({ what: `${count} tasks drained`, ours: ours / repeats, limit: limit / repeats, target: 4 });
  }
  console.log(`  memory: ${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB resident (target below 300)`);
  return rows;
}
