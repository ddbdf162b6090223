import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, processStartedAt } from '../../src/lib/perform/agents/process-identity.js';
import { LauncherWorkingCopy, until, waitFor, type TestOrchestrator } from '../support/launcher-working-copy.js';
import {
  acceptedCompletions,
  findFaults,
  historyOf,
  settled,
  withoutCounts,
} from '../support/orchestrate-rig-history.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told, type WorkingCopy } from '../support/orchestrate-rig.js';
import { flatPlan } from '../support/sprint-files.js';
import { killProcess } from '../support/kill-process.js';

/** What can happen to the launchers' journals behind the launcher's back. */
const damages = {
  removed: (launchers: string) => eachJournal(launchers, (path) => rmSync(path)),
  'cut off': (launchers: string) => eachJournal(launchers, (path) => truncateSync(path, 30)),
  'changed in one bit': (launchers: string) =>
    eachJournal(launchers, (path) => {
      const bytes = readFileSync(path);
      bytes[20] = (bytes[20] ?? 0) ^ 4;
      writeFileSync(path, bytes);
    }),
  'removed with its folder': (launchers: string) => rmSync(launchers, { recursive: true }),
};

function eachJournal(launchers: string, damage: (path: string) => void): void {
  for (const name of readdirSync(launchers)) if (name.endsWith('.ndjson')) damage(join(launchers, name));
}

describe('a launcher without the journal of the one before it', () => {
  let copy: LauncherWorkingCopy;
  const orphans: ChildProcess[] = [];
  beforeEach(() => {
    copy = new LauncherWorkingCopy();
  });
  afterEach(async () => {
    for (const child of orphans.splice(0)) child.kill('SIGKILL');
    await copy.remove();
  });

  async function loseJournal(orchestrator: TestOrchestrator, damage = damages.removed): Promise<void> {
    const lost = copy.launcher();
    damage(copy.launchers);
    if (isSameProcess(lost)) killProcess(lost.pid, 'SIGKILL');
    await orchestrator.heard('reconnected');
  }

  it.each(Object.entries(damages))('that was %s watches what still runs, and starts nothing', async (_, damage) => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `echo "$KEY" >> "$LEDGER"; ${waitFor('go')}` });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    await loseJournal(orchestrator, damage);
    const started = () => orchestrator.events.filter(({ kind }) => kind === 'started');
    await until(() => started().length >= 2);
    expect(started()[1]).toMatchObject({ key: start.key, pid });
    copy.signal('go');
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
    expect(processStartedAt(pid)).toBeNull();
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('says once which tasks it does not know', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: waitFor('go') });
    orchestrator.start(start);
    await orchestrator.heard('started', start.key);
    await loseJournal(orchestrator);
    await until(() => orchestrator.events.filter(({ kind }) => kind === 'started').length >= 2);
    await copy.killLauncher();
    await until(() => orchestrator.events.filter(({ kind }) => kind === 'reconnected').length >= 2);
    copy.signal('go');
    await orchestrator.outcome(start.key);
    const troubles = orchestrator.events.filter((event) => event.kind === 'trouble');
    expect(troubles).toHaveLength(1);
    expect(troubles[0]?.failure.message).toMatch(/does not know of the work on TASK-1\. What still runs/);
  });

  it('says once that a part of it was damaged and where it is kept', async () => {
    const orchestrator = await copy.connect();
    await loseJournal(orchestrator, damages['changed in one bit']);
    const { failure } = await orchestrator.heard('trouble');
    expect(failure.message).toMatch(/1\.ndjson is damaged from line 1 on; that part was kept as /);
    const next = await copy.connect({ epoch: 2, orchestratorId: 'orchestrator-2' });
    expect(next.warnings).toEqual([]);
  });

  it('tells the end of what is over', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: `echo "$KEY" >> "$LEDGER"; ${waitFor('go')}` });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    process.kill(copy.launcher().pid, 'SIGSTOP');
    copy.signal('go');
    await until(() => processStartedAt(pid) === null);
    await loseJournal(orchestrator);
    expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
    expect(copy.ledger()).toEqual([start.key]);
  });

  it('keeps the time limit of what still runs', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: 'sleep 61', timeoutMs: 4_000 });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    await loseJournal(orchestrator);
    expect(await orchestrator.outcome(start.key)).toMatchObject({ exit: { kind: 'unknown' }, timedOut: true });
    expect(processStartedAt(pid)).toBeNull();
  });

  it('ends what still runs on request', async () => {
    const orchestrator = await copy.connect();
    const start = copy.start({ script: 'sleep 61' });
    orchestrator.start(start);
    const { pid } = await orchestrator.heard('started', start.key);
    process.kill(copy.launcher().pid, 'SIGSTOP');
    orchestrator.stop(start.key, 100);
    await loseJournal(orchestrator);
    expect(await orchestrator.outcome(start.key)).toMatchObject({ stopped: true });
    expect(processStartedAt(pid)).toBeNull();
  });

  if (process.platform === 'linux') {
    it('finds a verify command by its key', async () => {
      const orchestrator = await copy.connect();
      const script = `echo $$ >> "$LEDGER"; ${waitFor('go')}`;
      const start = copy.start({ script: 'true', verify: { argv: ['sh', '-c', script], timeoutMs: 9_000 } });
      orchestrator.start(start);
      await orchestrator.heard('verifying', start.key);
      await until(() => copy.ledger().length > 0);
      await loseJournal(orchestrator);
      const pid = Number(copy.ledger()[0]);
      await until(() => orchestrator.events.some((event) => event.kind === 'started' && event.pid === pid));
      copy.signal('go');
      expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
      expect(processStartedAt(pid)).toBeNull();
    });

    it('does not start again what was started without an answer', async () => {
      const orchestrator = await copy.connect();
      process.kill(copy.launcher().pid, 'SIGSTOP');
      const start = copy.start({ script: 'echo twice >> "$LEDGER"' });
      orchestrator.start(start);
      writeFileSync(start.outputFile, '');
      const agent = spawn('sh', ['-c', waitFor('go')], {
        detached: true,
        stdio: 'ignore',
        env: { PATH: process.env['PATH'] ?? '', ...start.env },
      });
      orphans.push(agent);
      await once(agent, 'spawn');
      await loseJournal(orchestrator);
      expect((await orchestrator.heard('started', start.key)).pid).toBe(agent.pid);
      copy.signal('go');
      expect((await orchestrator.outcome(start.key)).exit).toEqual({ kind: 'unknown' });
      expect(copy.ledger()).toEqual([]);
    });
  }
});

describe('a run whose launchers lost their journal', () => {
  const stage = new Stage();
  afterEach(() => stage.clear());

  function loseLaunchers(copy: WorkingCopy, damage: (launchers: string) => void): void {
    const living = copy.launchers();
    damage(join(copy.root, '.ginko', 'launchers'));
    for (const { pid } of living) killProcess(pid, 'SIGKILL');
  }

  it.each(Object.entries(damages))(
    '%s goes on, gives the tasks again after they have ended, and says so',
    async (_, damage) => {
      const copy = stage.copy({ plan: flatPlan(6), workMs: 100 });
      copy.hold();
      const run = copy.orchestrate();
      await run.prints(told('task_started', 4));
      loseLaunchers(copy, damage);
      await run.prints((lines) =>
        ofKind(lines, 'warning').some((event) => /does not know of the work on/.test(String(event['message']))),
      );
      copy.release();
      expect(await run.endsWithin(120_000)).toMatchObject({ code: 0 });
      expect(withoutCounts(findFaults(copy))).toEqual(withoutCounts(settled));
      expect([...acceptedCompletions(historyOf(copy)).values()]).toEqual([1, 1, 1, 1, 1, 1]);
      expect(ofKind(run.lines, 'task_lost')).toHaveLength(4);
    },
  );

  it('adopts what still runs when it is resumed, and starts nothing beside it', async () => {
    const copy = stage.copy({ plan: flatPlan(5), workMs: 100 });
    copy.hold();
    const first = copy.orchestrate();
    await first.prints(told('task_started', 4));
    await first.killHard();
    loseLaunchers(copy, damages.removed);
    const second = copy.orchestrate(['--resume']);
    await second.prints(told('task_adopted', 4));
    copy.release();
    expect(await second.endsWithin(120_000)).toMatchObject({ code: 0 });
    expect(withoutCounts(findFaults(copy))).toEqual(withoutCounts(settled));
    expect(ofKind(second.lines, 'task_lost')).toHaveLength(4);
  });

  it('counts what is over as lost when it is resumed', async () => {
    const copy = stage.copy({ plan: flatPlan(4), workMs: 100 });
    copy.hold();
    const first = copy.orchestrate();
    await first.prints(told('task_started', 4));
    await first.killHard();
    loseLaunchers(copy, damages.removed);
    copy.release();
    const { attempts } = copy.ledger();
    for (const { pid } of attempts)
      while (processStartedAt(pid) !== null) await new Promise((done) => setTimeout(done, 5));
    const second = copy.orchestrate(['--resume']);
    expect(await second.endsWithin(120_000)).toMatchObject({ code: 0 });
    expect(ofKind(second.lines, 'task_lost').map((event) => event['reason'])).toEqual(Array(4).fill('launcher_gone'));
    expect(withoutCounts(findFaults(copy))).toEqual(withoutCounts(settled));
  });
});
