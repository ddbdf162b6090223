import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '@ginkoai/contract';
import { connectLaunchers } from '../../src/lib/perform/agents/launcher-client.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told, type WorkingCopy } from '../support/orchestrate-rig.js';
import { flatPlan } from '../support/sprint-files.js';

const stage = new Stage();
afterEach(() => stage.clear());

/** Checkpoints, journals and the embedded graph: everything that knows an epoch, but the launchers. */
function loseState(copy: WorkingCopy): void {
  rmSync(copy.stateDirectory, { recursive: true });
  const ginko = join(copy.root, '.ginko');
  for (const name of readdirSync(ginko)) if (name.startsWith('graph.')) rmSync(join(ginko, name));
}

/** Several orchestrators one after the other, the last of them dead too. */
async function epochsOf(copy: WorkingCopy, count: number): Promise<void> {
  copy.hold();
  for (let starts = 1; starts <= count; starts += 1) {
    const run = copy.orchestrate(starts === 1 ? [] : ['--resume']);
    await run.prints(told(starts === 1 ? 'task_started' : 'task_adopted', 4));
    await run.killHard();
  }
}

describe('launchers that remember epochs of a state that was lost', () => {
  const starts = { 'a resume': ['--resume'], 'a fresh start': [] };
  it.each(Object.entries(starts))('follow %s at once when the last orchestrator is dead', async (_, args) => {
    const copy = stage.copy({ plan: flatPlan(6), workMs: 100 });
    await epochsOf(copy, 3);
    loseState(copy);
    copy.release();
    const next = copy.orchestrate(args);
    expect(await next.endsWithin(120_000)).toMatchObject({ code: 0, stderr: '' });
    expect(ofKind(next.lines, 'run_started')).toMatchObject([{ epoch: 4 }]);
    expect(copy.ledger().overlaps).toEqual([]);
    expect(new Set(copy.statuses().values())).toEqual(new Set(['complete']));
  });

  it('also after they were killed themselves', async () => {
    const copy = stage.copy({ plan: flatPlan(4), workMs: 100 });
    await epochsOf(copy, 2);
    copy.killLaunchers();
    loseState(copy);
    copy.release();
    const next = copy.orchestrate(['--resume']);
    expect(await next.endsWithin(120_000)).toMatchObject({ code: 0 });
    expect(ofKind(next.lines, 'run_started')).toMatchObject([{ epoch: 3 }]);
  });

  it('refuse it while the other one lives, connected or not, and say what to do; a person can take over', async () => {
    const copy = stage.copy({ plan: flatPlan(4), workMs: 100 });
    await epochsOf(copy, 1);
    const scope = `${copy.checkpoint().graphId}/EPIC-1`;
    const living = unwrap(
      await connectLaunchers({
        root: copy.root,
        scope,
        epoch: 9,
        orchestratorId: 'orchestrator-alive',
        env: process.env,
        onMessage: () => undefined,
      }),
    );
    loseState(copy);
    copy.release();
    const says =
      /orchestrator-alive \(epoch 9, process \d+ on .*\), which now gives the orders.*Leave the run to it, or end it and continue with --resume/s;
    const isRefused = async (): Promise<void> => {
      const { code, stderr } = await copy.orchestrate(['--resume']).endsWithin(120_000);
      expect(code).toBe(1);
      expect(stderr).toMatch(says);
    };
    await isRefused();
    await living.close();
    await isRefused();
    const taking = copy.orchestrate(['--resume', '--takeover']);
    expect(await taking.endsWithin(120_000)).toMatchObject({ code: 0 });
    expect(ofKind(taking.lines, 'run_started')).toMatchObject([{ epoch: 10 }]);
  });
});
