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
const bareQueue = 'The limit is a bare ready queue: a record a task, an array, a map. Both compiled before it counts.';
const firstTime = 'Both once, in a fresh process: nothing of either has been compiled before.';
const timesLimit = { ratioAtMost: 2.5 };

/** Scheduling in memory: 50 agents that take no time. */
export async function b2Scheduling() {
  const rows = [];
  const first = new Map();
  for (const count of sizes) {
    const measured = await scheduling(count);
    rows.push(...measured.rows);
    first.set(count, measured.first);
  }
  return [...rows, ...(await cycles()), firstGrowth(first), ...(await growths())];
}

async function scheduling(count) {
  const definitions = definitionsOf(count);
  const name = `B2 ${count.toLocaleString('en')} tasks`;
  const side = (build, empty) => compiled(count, () => timed(() => build(definitions), empty));
  const sides = {
    ours: side((all) => begin(all, agents), drain),
    bare: side(buildBare, (queue) => drainBare(queue, agents)),
  };
  const all = await measured({ ours: sides.ours('total'), bare: sides.bare('total') });
  const build = await measured({ ours: sides.ours('build'), bare: sides.bare('build') });
  const first = await measured({ ours: firstDrain('ours', count), bare: firstDrain('bare', count) });
  const rows = [
    row({ name: `${name}, build and drain`, ...all, target: timesLimit, note: bareQueue }),
    row({ name: `${name}, build alone`, ...build }),
    row({ name: `${name}, build and drain, the first time`, ...first, note: firstTime }),
  ];
  return { rows, first };
}

function firstGrowth(first) {
  const [small, large] = [first.get(1_000), first.get(100_000)];
  const growth = (side) => exponents({ small: small[side], large: large[side], factor: 100 });
  const name = 'B2 exponent of build and drain, the first time, 1,000 to 100,000 tasks';
  const quiet = [...small.quiet, ...large.quiet];
  return row({ name, unit: '', ours: growth('ours'), limit: growth('limit'), quiet, note: firstTime });
}

async function measured(candidates) {
  const { figures, quiet } = await interleave(rounds, candidates);
  return { unit: 'ms', ours: figures.ours, limit: figures.bare, quiet };
}

/** As often as it takes for a tenth of a second, so that what is collected as garbage falls to its own side. */
function compiled(count, once) {
  const times = Math.max(...sizes) / count;
  const round = (part) => () => {
    let sum = 0;
    for (let time = 0; time < times; time += 1) sum += once()[part];
    return sum / times;
  };
  round('total')();
  round('total')();
  return round;
}

function timed(build, empty) {
  const startedAt = performance.now();
  const built = build();
  const builtAt = performance.now();
  empty(built);
  return { build: builtAt - startedAt, total: performance.now() - startedAt };
}

/**
 * In a process of its own, as a run drains its sprint once. With 1,000 tasks that weighs on ours: of its 5 ms 1 ms is
 * spent compiling some seventy functions on their first call (the limit has two), and the rest runs before the
 * optimising compiler is done.
 */
function firstDrain(who, count) {
  return async () => {
    const { text } = await run(process.execPath, ['--expose-gc', drainOnce, who, String(count)]);
    return JSON.parse(text);
  };
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
  for (const [name, { prepare, limit, isSameWork = false, target, note }] of Object.entries(passes)) {
    const { growth, large, quiet } = await growthOf(prepare, limit);
    const exponent = { unit: '', ours: growth.ours, limit: growth.limit, target, note, quiet };
    const time = { unit: 'ms', ours: large.ours, limit: isSameWork ? large.limit : null, quiet };
    rows.push(
      row({ name: `B2 exponent of ${name}, 1,000 to 100,000 tasks`, ...exponent }),
      row({ name: `B2 ${name}, 100,000 tasks`, ...time }),
    );
  }
  return rows;
}

/** Compiled before it counts, and a small sprint so often that it takes long enough to be measured. */
async function growthOf(prepare, limit) {
  const times = 50;
  const sides = { ours: prepare, limit };
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

const layers = (count) => definitionsOf(count);
const inARow = (count) => definitionsOf(count, { dependsOn: chain });
const bareQueueOf = (definitions) => (count) => {
  const all = definitions(count);
  return () => drainBare(buildBare(all), agents);
};

const asTheBareQueue =
  'The limit is the exponent of the bare ready queue: 1,000 tasks fit into the processor caches, 100,000 do not.';
/** Beside it stands a program that is linear by its build. */
const linear = { limit: bareQueueOf(layers), target: { atMost: 1.2 }, note: asTheBareQueue };

const passes = {
  'build and drain': {
    prepare(count) {
      const definitions = layers(count);
      return () => drain(begin(definitions, agents));
    },
    limit: bareQueueOf(layers),
    isSameWork: true,
    target: { atMost: 1.1 },
    note: asTheBareQueue,
  },
  'build and drain of a chain': {
    prepare(count) {
      const definitions = inARow(count);
      return () => drain(begin(definitions, agents));
    },
    ...linear,
    limit: bareQueueOf(inARow),
    isSameWork: true,
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
      const definitions = layers(count);
      return () => findCycles(definitions);
    },
    ...linear,
  },
  'cycle check of a chain, last task first': {
    prepare(count) {
      const definitions = inARow(count).reverse();
      return () => findCycles(definitions);
    },
    ...linear,
  },
};
