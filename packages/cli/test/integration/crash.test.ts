import { setTimeout as pause } from 'node:timers/promises';
import type { RunEvent } from '@ginkoai/contract';
import { findFaults, historyOf, settled } from '../support/orchestrate-rig-history.js';
import { seededChance, testSeed, type SeededChance } from '../support/orchestrate-rig-chance.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { told, type WorkingCopy } from '../support/orchestrate-rig.js';
import type { GinkoProcess } from '../support/processes.js';
import { chancePlan } from '../support/sprint-files.js';

const seed = testSeed();
const tasks = 32;
const stage = new Stage();

afterEach(() => stage.clear());

/** Waits for the moment of a blow: somewhere in the start-up, or right after something became true. False: it ended. */
async function momentToStrike(copy: WorkingCopy, orchestrator: GinkoProcess, chance: SeededChance): Promise<boolean> {
  const open = [...copy.statuses().values()].filter((status) => status !== 'complete').length;
  const moment =
    open <= 2
      ? 'end'
      : chance.pick([
          'start-up',
          'run_started',
          'checkpoint_saved',
          'task_assigned',
          'task_assigned',
          'task_started',
          'task_completed',
          'task_completed',
        ]);
  if (moment === 'start-up') {
    await Promise.race([pause(chance.between(0, 700)), orchestrator.ended]);
  } else if (moment === 'end') {
    await orchestrator.reaches((lines) =>
      open === 0 ? told('checkpoint_saved')(lines) : told('task_completed', open)(lines),
    );
    await pause(chance.between(0, 40));
  } else {
    const count = moment.startsWith('task_') ? chance.between(1, 2) : 1;
    await orchestrator.reaches(
      (lines) => told(moment, count)(lines) || (moment === 'run_started' && told('recovered')(lines)),
    );
    await pause(chance.pick([0, 0, chance.between(0, 6), chance.between(0, 40)]));
  }
  return !orchestrator.isOver;
}

interface StormOptions {
  readonly chance: SeededChance;
  /** How many processes it killed that had not ended by themselves. */
  readonly strike: (copy: WorkingCopy, orchestrator: GinkoProcess) => Promise<number>;
  readonly most: number;
}

/** One run, killed and resumed again and again until it is through. */
async function storm({ chance, strike, most }: StormOptions) {
  const copy = stage.copy({ plan: chancePlan(tasks, chance), workMs: 400, extraMs: 1_200 });
  let kills = 0;
  for (let lives = 0; ; lives += 1) {
    const orchestrator = copy.orchestrate(lives === 0 ? [] : ['--resume']);
    while (kills < most && (await momentToStrike(copy, orchestrator, chance))) {
      kills += await strike(copy, orchestrator);
      copy.journalled();
    }
    const { code, signal, stderr } = await orchestrator.endsWithin(120_000);
    copy.journalled();
    if (signal === 'SIGKILL') continue;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return { copy, kills, lives: lives + 1, history: historyOf(copy) };
  }
}

async function killOrchestrator(_: WorkingCopy, orchestrator: GinkoProcess): Promise<number> {
  return (await orchestrator.killHard()).signal === 'SIGKILL' ? 1 : 0;
}

function killLaunchers(copy: WorkingCopy): Promise<number> {
  return Promise.resolve(copy.killLaunchers());
}

async function killBoth(copy: WorkingCopy, orchestrator: GinkoProcess): Promise<number> {
  orchestrator.kill('SIGKILL');
  copy.killLaunchers();
  return killOrchestrator(copy, orchestrator);
}

const count = (history: readonly RunEvent[], kind: RunEvent['kind']): number =>
  history.filter((event) => event.kind === kind).length;

describe('after kill -9 at any moment', () => {
  it('of the orchestrator every task is done exactly once, in order, and living agents are adopted', async () => {
    const chance = seededChance(seed);
    const figures = { seed, runs: 0, kills: 0, adopted: 0, resultsTaken: 0, attempts: 0 };
    while (figures.kills < 50) {
      const { copy, kills, history } = await storm({ chance, strike: killOrchestrator, most: 25 });
      expect({ seed, ...findFaults(copy) }).toEqual({ seed, ...settled });
      figures.runs += 1;
      figures.kills += kills;
      figures.adopted += count(history, 'task_adopted');
      figures.attempts += copy.ledger().attempts.length;
      figures.resultsTaken += resultsTakenOver(history);
    }
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    expect(figures.adopted).toBeGreaterThan(0);
    expect(figures.resultsTaken).toBeGreaterThan(0);
  }, 600_000);

  it.each([
    ['of the launchers', killLaunchers],
    ['of the launchers and the orchestrator', killBoth],
  ])(
    '%s a task may be worked on again, but never beside its earlier attempt, and is accepted once',
    async (_, strike) => {
      const chance = seededChance(seed);
      const { copy, kills, history, lives } = await storm({ chance, strike, most: 12 });
      const faults = findFaults(copy);
      expect({ seed, ...faults }).toEqual({ seed, ...settled, notDoneOnce: faults.notDoneOnce });
      const figures = { seed, kills, lives, lost: count(history, 'task_lost'), doneAgain: faults.notDoneOnce.length };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
      expect(kills).toBeGreaterThan(5);
    },
  );
});

/** Completions of attempts that an earlier process had begun and that were not adopted, as they were over by then. */
function resultsTakenOver(history: readonly RunEvent[]): number {
  let taken = 0;
  const begunHere = new Set<string>();
  for (const event of history) {
    if (event.kind === 'recovered') begunHere.clear();
    if (event.kind === 'task_assigned' || event.kind === 'task_adopted') begunHere.add(event.taskId);
    if (event.kind === 'task_completed' && !begunHere.has(event.taskId)) taken += 1;
  }
  return taken;
}
