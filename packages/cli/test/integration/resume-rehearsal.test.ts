import { readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { LauncherAttempt } from '@ginkoai/contract';
import type { LauncherConnection } from '../../src/lib/perform/agents/launcher-client.js';
import type { OrchestrateFlags } from '../../src/lib/options/orchestrate-options.js';
import { parseAttemptKey } from '../../src/lib/perform/agents/attempt-key.js';
import { seededChance, type SeededChance } from '../support/orchestrate-rig-chance.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import type { GraphProcess } from '../support/processes.js';
import { besideTheLauncher, dryRunOfResume, isRecorded, launchersKnow, resume } from '../support/resume-rehearsal.js';
import { chancePlan, statusesIn, taskId, taskText, withMark, withoutTask } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

const size = 14;

/** A run whose orchestrator was killed in the middle. */
interface CrashedRun {
  readonly copy: WorkingCopy;
  /** null: the embedded one. */
  graph: GraphProcess | null;
  /** Their agents wait at the end of their work. */
  readonly held: Set<string>;
}

async function crashedRun(chance: SeededChance): Promise<CrashedRun> {
  const graph = chance.next() < 0.5 ? await stage.graph() : null;
  const env = graph?.env ?? { GINKO_GRAPH_ID: 'graph-1' };
  const copy = stage.copy({ plan: chancePlan(size, chance), workMs: 40, env });
  const run: CrashedRun = { copy, graph, held: new Set() };
  for (let count = 0; count < 3; count += 1) {
    const id = taskId(chance.between(size - 7, size - 1));
    run.held.add(id);
    copy.hold(id);
  }
  const running = copy.orchestrate(['--persist-interval', chance.pick(['200ms', '60s'])]);
  await running.prints(told('task_completed', chance.between(1, 3)));
  // From here on the local state is the newer one.
  if (graph !== null && chance.next() < 0.4) await graph.end();
  await running.prints(told('task_completed', chance.between(4, 7)));
  await running.killHard();
  return run;
}

/** Every agent that does not wait is through, and the launcher, if it lives, has written that down and stays. */
async function settled({ copy, held }: CrashedRun, killed: ReadonlySet<number>): Promise<LauncherConnection | null> {
  const beside = await besideTheLauncher(copy);
  stage.onClear(() => beside?.close());
  const isHeld = (attempt: LauncherAttempt): boolean =>
    attempt.state === 'running' &&
    held.has(parseAttemptKey(attempt.key)?.id.taskId ?? '') &&
    // One that was killed is there for a moment longer.
    !killed.has(attempt.pid);
  const isSettled = (attempt: LauncherAttempt): boolean =>
    isRecorded(attempt) || isHeld(attempt) || (attempt.state === 'finished' && copy.launchers().length === 0);
  await until(async () => (await launchersKnow(copy)).every(isSettled));
  return beside;
}

/** Gives their processes. */
function endAgents({ copy }: CrashedRun): ReadonlySet<number> {
  const atWork = copy.ledger().attempts.filter(({ endedAt }) => endedAt === null);
  for (const { pid } of atWork) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return new Set(atWork.map(({ pid }) => pid));
}

/** Those that waited stay at work, finish, die under a launcher that sees it, or die unseen. */
async function agentsGoOn(run: CrashedRun, chance: SeededChance): Promise<LauncherConnection | null> {
  const fate = chance.pick(['stay', 'finish', 'die', 'die unseen']);
  if (fate === 'finish') {
    for (const id of run.held) run.copy.release(id);
    run.held.clear();
  }
  if (fate === 'die unseen') {
    run.copy.killLaunchers();
    await until(() => run.copy.launchers().length === 0);
  }
  const killed = fate === 'die' || fate === 'die unseen' ? endAgents(run) : new Set<number>();
  return settled(run, killed);
}

const editKinds = ['tick', 'tick', 'reword', 'remove', 'add', 'pause', 'claim', 'chain'] as const;

function peopleEdit({ copy }: CrashedRun, chance: SeededChance): void {
  for (let edits = chance.between(0, 4); edits > 0; edits -= 1) {
    const text = copy.sprint();
    const [...there] = statusesIn(text);
    const [id, status] = there[chance.between(0, there.length - 1)] ?? [taskId(0), 'pending'];
    const kind = chance.pick(editKinds);
    copy.edit(() => {
      switch (kind) {
        case 'tick':
          return withMark(text, id, status === 'complete' ? ' ' : 'x');
        case 'reword':
          return text.replace(`Do ${id}.`, `Do ${id} well, ${chance.between(0, 999)} times.`);
        case 'remove':
          return withoutTask(text, id);
        case 'add':
          return `${text}\n${taskText(`TASK-${chance.between(100, 999)}`)}`;
        case 'pause':
          return status === 'blocked' ? text : withMark(text, id, 'Z');
        case 'claim':
          return status === 'in_progress' ? text : withMark(text, id, '@');
        case 'chain':
          return text.replace(new RegExp(`(### ${id}: [^\\n]*\\n[^\\n]*\\n)`), `$1**Depends:** ${taskId(size - 1)}\n`);
      }
    });
  }
}

async function peopleSpeak({ copy }: CrashedRun, chance: SeededChance): Promise<void> {
  for (let words = chance.between(0, 2); words > 0; words -= 1) {
    const word = chance.pick([['complete'], ['block', '--reason', 'no key'], ['release'], ['reopen']]);
    const [verb = '', ...more] = word;
    // One that makes no sense for the task is refused.
    await copy.ginko(['task', verb, taskId(chance.between(0, size - 1)), ...more]).ended;
  }
}

/** The end of the newest journal is lost: then the graph may know more. */
function tailIsLost({ copy }: CrashedRun, chance: SeededChance): void {
  const newest = readdirSync(copy.stateDirectory)
    .filter((name) => /^journal-\d+\.ndjson$/.test(name))
    .sort((a, b) => parseInt(a.slice(8), 10) - parseInt(b.slice(8), 10))
    .at(-1);
  if (newest === undefined) return;
  const lines = copy.journalText(newest).split('\n');
  const kept = lines.slice(0, Math.max(1, lines.length - chance.between(2, 8)));
  truncateSync(join(copy.stateDirectory, newest), Buffer.byteLength(`${kept.join('\n')}\n`));
}

describe('a dry run of a resume', () => {
  it.each(seeds())('changes nothing, and says exactly what the resume then does (seed %i)', async (seed) => {
    const chance = seededChance(seed);
    const run = await crashedRun(chance);
    const { copy } = run;
    for (let round = 1; round <= 2; round += 1) {
      if (chance.next() < 0.3) tailIsLost(run, chance);
      const beside = await agentsGoOn(run, chance);
      if (run.graph?.process.isOver === true && chance.next() < 0.7) {
        run.graph = await stage.graphAgain(run.graph.folder, new URL(run.graph.url).host);
      }
      peopleEdit(run, chance);
      await peopleSpeak(run, chance);
      const flags = chance.pick<OrchestrateFlags>([
        {},
        { maxAttempts: '1' },
        { includeInProgress: true },
        { keepRunning: true },
      ]);
      const dry = await dryRunOfResume(copy, { flags, ...(run.graph === null ? {} : { env: run.graph.env }) });
      expect(await resume(copy, { flags })).toEqual(dry);
      const resumed = copy.processes.at(-1);
      await resumed?.reaches(told('checkpoint_saved'));
      await resumed?.killHard();
      await beside?.close();
    }
  });
});

/** The situations differ with the seed; `GINKO_TEST_SEED` names a single one. */
function seeds(): number[] {
  const given = process.env['GINKO_TEST_SEED'];
  return given === undefined ? [1, 2, 3, 4, 5, 6, 7, 8] : [Number(given)];
}
