import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import { flatPlan } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

const plan = flatPlan(12);

/** Everything that this copy knows of the run but the marks it has seen. */
function loseState(copy: WorkingCopy): void {
  for (const name of readdirSync(copy.stateDirectory)) {
    if (name.startsWith('journal-') || name.startsWith('checkpoint.json')) rmSync(join(copy.stateDirectory, name));
  }
}

describe('a resume from a state that is older than what was finished', () => {
  it('does nothing again that the sprint file shows as complete', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan, workMs: 30, env: graph.env });
    copy.hold('TASK-12');
    const first = copy.orchestrate(['--agents', '2']);
    await first.prints(told('task_completed', 3));
    await graph.end();
    await first.prints(told('task_completed', 11));
    await until(() => [...copy.statuses().values()].filter((status) => status === 'complete').length === 11);
    await until(() => copy.seenMark('TASK-11') === 'complete');
    await first.killHard();
    loseState(copy);
    await stage.graphAgain(graph.folder, new URL(graph.url).host);
    copy.release('TASK-12');
    const { code, stderr } = await copy.orchestrate(['--resume']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const again = plan.filter(({ id }) => id !== 'TASK-12' && copy.ledger().of(id).length !== 1);
    expect(again).toEqual([]);
  });

  it('goes on with the later run of this copy where the graph has only an earlier one', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan, workMs: 30, env: graph.env });
    copy.hold();
    const first = copy.orchestrate();
    await first.prints(told('persisted'));
    await first.killHard();
    copy.release();
    copy.hold('TASK-12');
    const offline = copy.orchestrate(['--offline', '--no-write-back']);
    await offline.prints(told('task_completed', 11));
    await offline.killHard();
    const resumed = copy.orchestrateInWords(['--resume', '--no-write-back']);
    copy.release('TASK-12');
    const { code, stdout, stderr } = await resumed.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^✓ Recovered state from local checkpoint \(the graph has an earlier run\)/);
    expect(stdout).toContain('Completed: 11 tasks');
    expect(copy.ledger().overlaps).toEqual([]);
  });
});
