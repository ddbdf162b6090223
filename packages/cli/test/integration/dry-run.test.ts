import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import { dryRunOfResume, isRecorded, launchersKnow, resume } from '../support/resume-rehearsal.js';
import { chainPlan, flatPlan } from '../support/sprint-files.js';
import { killProcess } from '../support/kill-process.js';

const stage = new Stage();

afterEach(() => stage.clear());

const databaseOf = ({ root }: WorkingCopy): string => join(root, '.ginko', 'graph.db');

/** Its orchestrator is dead, its one agent is at work. */
async function leftAtWork(env: Readonly<Record<string, string>> = { GINKO_GRAPH_ID: 'graph-1' }): Promise<WorkingCopy> {
  const copy = stage.copy({ plan: chainPlan(2), workMs: 10, env });
  copy.hold();
  const running = copy.orchestrate();
  await running.prints(told('task_started'));
  await running.killHard();
  return copy;
}

function removeDatabase(copy: WorkingCopy): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(databaseOf(copy) + suffix, { force: true });
}

describe('a dry run of a resume', () => {
  it('warns of a damaged graph, by the name of the file that is damaged, as the resume does', async () => {
    const copy = await leftAtWork();
    removeDatabase(copy);
    writeFileSync(databaseOf(copy), 'this is no database\n');
    const temporary = join(copy.root, 'temporary');
    mkdirSync(temporary);
    const args = ['--resume', '--dry-run'];
    const { code, stdout, stderr } = await copy.orchestrateInWords(args, { TMPDIR: temporary }).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Task TASK-1 is still running (local-1, attempt 1); adopted');
    expect(stderr).toContain(`${databaseOf(copy)} is not a database`);
    expect(stdout + stderr).not.toContain(temporary);
    expect(readdirSync(temporary)).toEqual([]);
    const dry = await dryRunOfResume(copy);
    expect(await resume(copy)).toEqual(dry);
  });

  it('says of a graph that is gone what the resume says, which makes a new one', async () => {
    const copy = await leftAtWork();
    removeDatabase(copy);
    const dry = await dryRunOfResume(copy);
    expect(dry.base).toMatchObject({ source: 'local', reason: 'graph has no state' });
    expect(await resume(copy)).toEqual(dry);
  });

  it('asks no configured graph with --offline', async () => {
    const graph = await stage.graph();
    const copy = await leftAtWork(graph.env);
    const online = await dryRunOfResume(copy, { env: graph.env });
    expect(await dryRunOfResume(copy, { flags: { offline: true } })).toMatchObject({
      base: { reason: 'graph has no state' },
    });
    expect(online.base.reason).not.toBe('graph has no state');
  });

  it('counts attempts as the run does', async () => {
    const copy = stage.copy({ plan: flatPlan(1), workMs: 10, env: { GINKO_GRAPH_ID: 'graph-1' } });
    copy.hold();
    const running = copy.orchestrate(['--max-attempts', '1']);
    await running.prints(told('task_started'));
    await until(() => copy.ledger().attempts.length === 1);
    await running.killHard();
    for (const { pid } of copy.ledger().attempts) killProcess(-pid, 'SIGKILL');
    await until(async () => (await launchersKnow(copy)).every(isRecorded));
    const flags = { maxAttempts: '1' };
    const dry = await dryRunOfResume(copy, { flags });
    expect(dry.events.at(-1)).toMatchObject({ kind: 'task_blocked', reason: 'attempts_exhausted' });
    expect(await resume(copy, { flags })).toEqual(dry);
  });
});
