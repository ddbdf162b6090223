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

/** Each time in a process of its own: a run drains its sprint once, and nothing is compiled before. */
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
  for (const [name, { prepare, target, note }] of Object.entries(passes)) {
    const small = prepare(1_000);
    const large = prepare(100_000);
    // So often that a small sprint takes long enough to be measured; compiled before it counts.
    const often = () => {
      for (let time = 0; time < 50; time += 1) small();
    };
    often();
    large();
    const { figures, quiet } = await interleave(rounds, { small: often, large });
    const ours = exponents({ small: figures.small.map((time) => time / 50), large: figures.large, factor: 100 });
    rows.push(row({ name: `B2 exponent of ${name}, 1,000 to 100,000 tasks`, unit: '', ours, target, note, quiet }));
    rows.push(row({ name: `B2 ${name}, 100,000 tasks`, unit: 'ms', ours: figures.large, quiet }));
  }
  return rows;
}

const linear = { target: { atMost: 1.2 }, note: 'Linear but for the processor caches: 100,000 tasks do not fit.' };

const passes = {
  'build and drain': {
    prepare(count) {
      const definitions = definitionsOf(count);
      return () => drain(begin(definitions, agents));
    },
    target: { atMost: 1.1 },
  },
  'build and drain of a chain': {
    prepare(count) {
      const definitions = definitionsOf(count, { dependsOn: chain });
      return () => drain(begin(definitions, agents));
    },
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
