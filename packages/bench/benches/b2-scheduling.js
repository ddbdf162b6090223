import { fileURLToPath } from 'node:url';
import { findCycles } from '../../cli/dist/lib/decide/find-cycles.js';
import { runView } from '../../cli/dist/lib/perform/run-view.js';
import { sprintPlan } from '../../cli/dist/lib/report/sprint-plan.js';
import { parseSprint } from '../../cli/dist/lib/sprint/parse-sprint.js';
import { run } from '../lib/command.js';
import { exponents, interleave, median } from '../lib/measure.js';
import { assign, begin, chain, complete, decide, definitionsOf, drain } from '../lib/memory-run.js';
import { row } from '../lib/row.js';
import { sprintText } from '../lib/sprint-text.js';
import { buildBare, drainBare } from '../limits/bare-ready-queue.js';

const drainOnce = fileURLToPath(new URL('../limits/drain-once.js', import.meta.url));
const rounds = 7;
const agents = 50;
const sizes = [1_000, 10_000, 100_000];
const bareQueue =
  'The limit is a bare ready queue: a record a task, an array, a map. Both in a fresh process each time.';
const timesLimit = { ratioAtMost: 2.5 };

/** Scheduling in memory: 50 agents that take no time. */
export async function b2Scheduling() {
  const rows = [];
  for (const count of sizes) {
    const { figures, quiet, build } = await scheduling(count);
    const name = `B2 ${count.toLocaleString('en')} tasks`;
    const of = ({ ours, bare }) => ({ unit: 'ms', ours, limit: bare, quiet });
    rows.push(row({ name: `${name}, build and drain`, ...of(figures), target: timesLimit, note: bareQueue }));
    rows.push(row({ name: `${name}, build alone`, ...of(build) }));
  }
  return [...rows, ...(await cycles()), ...(await growths())];
}

/**
 * Each time in a process of its own: a run drains its sprint once. Both sides have loaded their modules, and nothing of
 * either has been compiled before. With 1,000 tasks that weighs on ours: of its 5 ms 1 ms is spent compiling some seventy
 * functions on their first call (the limit has two), and the rest runs before the optimising compiler is done. That is
 * what a user gets. Once compiled, it is 2.2 times the limit at 1,000 tasks (measured).
 */
async function scheduling(count) {
  const build = { ours: [], bare: [] };
  const once = (who) => async () => {
    const { text } = await run(process.execPath, ['--expose-gc', drainOnce, who, String(count)]);
    const times = JSON.parse(text);
    build[who].push(times.build);
    return times.total;
  };
  return { ...(await interleave(rounds, { ours: once('ours'), bare: once('bare') })), build };
}

/** 50 ends are folded, the next 50 tasks chosen, and their assignments folded. */
async function cycles() {
  const cost = (count) => {
    const definitions = definitionsOf(count);
    return () => {
      const state = begin(definitions, agents);
      let running = decide(state);
      for (const decision of running) assign(state, decision);
      const times = [];
      for (let cycle = 0; cycle < 15; cycle += 1) {
        const startedAt = performance.now();
        for (const decision of running) complete(state, decision);
        running = decide(state);
        for (const decision of running) assign(state, decision);
        times.push(performance.now() - startedAt);
      }
      return median(times);
    };
  };
  drain(begin(definitionsOf(20_000), agents));
  const { figures, quiet } = await interleave(rounds, { small: cost(1_000), large: cost(100_000) });
  const name = 'B2 a cycle: 50 ends, 50 choices, 50 assignments';
  const note = 'The limit is the same cycle with 1,000 tasks.';
  const target = { atMost: 0.5 };
  return [
    row({ name: `${name}, 1,000 tasks`, unit: 'ms', ours: figures.small, target, quiet }),
    row({ name: `${name}, 100,000 tasks`, unit: 'ms', ours: figures.large, limit: figures.small, target, note, quiet }),
  ];
}

/** What goes over all tasks: how its cost grows from 1,000 to 100,000 of them. */
async function growths() {
  const rows = [];
  for (const [name, { prepare, limit = null, target, note }] of Object.entries(passes)) {
    const { growth, large, quiet } = await growthOf(prepare, limit);
    const { ours, bare = null } = growth;
    rows.push(
      row({ name: `B2 exponent of ${name}, 1,000 to 100,000 tasks`, unit: '', ours, limit: bare, target, note, quiet }),
    );
    rows.push(
      row({ name: `B2 ${name}, 100,000 tasks`, unit: 'ms', ours: large.ours, limit: large.bare ?? null, quiet }),
    );
  }
  return rows;
}

/** Compiled before it counts, and a small sprint so often that it takes long enough to be measured. */
async function growthOf(prepare, limit) {
  const times = 50;
  const sides = limit === null ? { ours: prepare } : { ours: prepare, bare: limit };
  const candidates = {};
  for (const [side, prepareSide] of Object.entries(sides)) {
    const small = prepareSide(1_000);
    candidates[`${side} small`] = () => {
      for (let time = 0; time < times; time += 1) small();
    };
    candidates[`${side} large`] = prepareSide(100_000);
  }
  for (const warmUp of Object.values(candidates)) warmUp();
  const { figures, quiet } = await interleave(rounds, candidates);
  const growth = {};
  const large = {};
  for (const side of Object.keys(sides)) {
    large[side] = figures[`${side} large`];
    const small = figures[`${side} small`].map((time) => time / times);
    growth[side] = exponents({ small, large: large[side], factor: 100 });
  }
  return { growth, large, quiet };
}

const ofTheBareQueue = (definitions) => () => drainBare(buildBare(definitions), agents);
const cachesToo =
  'The limit is the exponent of the bare ready queue: 1,000 tasks fit into the processor caches, 100,000 do not.';

const linear = { target: { atMost: 1.2 }, note: 'Linear but for the processor caches: 100,000 tasks do not fit.' };

const passes = {
  'build and drain': {
    prepare(count) {
      const definitions = definitionsOf(count);
      return () => drain(begin(definitions, agents));
    },
    limit: (count) => ofTheBareQueue(definitionsOf(count)),
    target: { atMost: 1.1 },
    note: cachesToo,
  },
  'build and drain of a chain': {
    prepare(count) {
      const definitions = definitionsOf(count, { dependsOn: chain });
      return () => drain(begin(definitions, agents));
    },
    limit: (count) => ofTheBareQueue(definitionsOf(count, { dependsOn: chain })),
    ...linear,
  },
  waves: {
    prepare(count) {
      const { tasks } = parseSprint(sprintText(count), 'sprint.md');
      return () => sprintPlan({ tasks, agents: [{ id: 'local-1', capabilities: ['*'] }] });
    },
    ...linear,
  },
  '1,000 statistics': {
    prepare(count) {
      const state = begin(definitionsOf(count), agents);
      const parts = { state, sprintTitle: 'Sprint', graphTrouble: null, activityOf: () => ({ activity: 'running' }) };
      return () => {
        for (let time = 0; time < 1_000; time += 1) runView(parts);
      };
    },
    ...linear,
  },
  'cycle check': {
    prepare(count) {
      const definitions = definitionsOf(count);
      return () => findCycles(definitions);
    },
    ...linear,
  },
  'cycle check of a chain, last task first': {
    prepare(count) {
      const definitions = definitionsOf(count, { dependsOn: chain }).reverse();
      return () => findCycles(definitions);
    },
    ...linear,
  },
};
