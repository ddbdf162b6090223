import { restoreState } from '../../src/lib/decide/restore-state.js';
import { findFaults, settled, withoutCounts } from '../support/orchestrate-rig-history.js';
import { graphKnowsAll } from '../support/graph-knows-all.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import { orchestratorIdOf } from '../support/orchestrator-id-of.js';
import type { GraphProcess } from '../support/processes.js';
import { flatPlan, type PlannedTask } from '../support/sprint-files.js';

const stage = new Stage();
let graph: GraphProcess;
let first: WorkingCopy;
let second: WorkingCopy;

beforeEach(async () => {
  graph = await stage.graph();
});

afterEach(() => stage.clear());

/** Two working copies of one project, with one ledger. */
function twoMachines(plan: readonly PlannedTask[], workMs: number): void {
  first = stage.copy({ plan, workMs, env: graph.env });
  second = stage.copy({ plan, workMs, env: graph.env, ledger: first.ledgerPath });
}

/** Open assignments whose process the graph knows. */
async function startedInGraph(): Promise<number> {
  const read = await graph.client().readState({ epicId: 'EPIC-1' });
  if (!read.ok || read.value.state === null) return 0;
  const state = restoreState(read.value.state, read.value.events, 'nowhere');
  return [...state.open].filter(({ assignment }) => assignment?.process !== undefined).length;
}

describe('a second machine', () => {
  it('goes on from the graph when the first one and its folder are gone', async () => {
    twoMachines(flatPlan(50), 800);
    const running = first.orchestrate();
    await running.prints(told('task_completed'));
    const firstAt = Date.parse(String(ofKind(running.lines, 'task_completed')[0]?.at));
    await until(() => Date.now() - firstAt > 2_600);
    const completed = ofKind(running.lines, 'task_completed');
    // Agents that the graph has not heard of yet would be waited for until that machine's time is over.
    first.hold();
    await until(async () => (await startedInGraph()) === 4);
    const killedAt = Date.now();
    await first.machineDies();

    const resumed = second.orchestrateInWords(['--resume']);
    const { code, stdout, stderr } = await resumed.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toBe('✓ Recovered state from graph (cross-machine recovery)');
    const ends = second.ledger().ends();
    const old = completed
      .filter(({ at }) => killedAt - Date.parse(String(at)) > 2_000)
      .map(({ taskId }) => String(taskId));
    expect(old.length).toBeGreaterThan(0);
    expect(old.filter((taskId) => ends.get(taskId) !== 1)).toEqual([]);
    expect(withoutCounts(findFaults(second))).toEqual(withoutCounts(settled));
  });

  it('is refused while the first one is alive, in words that name it', async () => {
    twoMachines(flatPlan(4), 50);
    first.hold();
    const running = first.orchestrate();
    await running.prints(told('task_started', 4));
    const holder = first.lockHolder();
    const refused = await second.orchestrateInWords(['--resume']).ended;
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(holder.orchestratorId);
    expect(refused.stderr).toContain('on this machine');
    expect(second.journalNames()).toEqual([]);
    first.release();
    expect((await running.ended).code).toBe(0);
  });

  it('takes the run over with --takeover, and the first one stops and says who it was', async () => {
    // When TASK-4 is done, the first has nothing to give out that the second may have begun.
    const later = ['TASK-9', 'TASK-10', 'TASK-11', 'TASK-12'].map((id) => ({ id, dependsOn: ['TASK-2'] }));
    twoMachines([...flatPlan(8), ...later], 50);
    for (const id of ['TASK-2', 'TASK-4', 'TASK-7', 'TASK-8']) first.hold(id);
    const running = first.orchestrateInWords();
    // Of agents that the graph has not heard of, its successor would not know that they are at work.
    await until(() => graphKnowsAll(graph, { copy: first, starts: 8 }));
    const successor = second.orchestrate(['--resume', '--takeover']);
    await successor.prints(told('recovered'));
    const [recovered] = ofKind(successor.lines, 'recovered');
    // The first has something to tell, and so hears of it at once; otherwise it would when it renews its lease.
    first.release('TASK-4');
    const stopped = await running.ended;
    expect({ code: stopped.code, stderr: stopped.stderr }).toEqual({ code: 75, stderr: '' });
    expect(stopped.stdout).toContain(orchestratorIdOf(successor));
    expect(recovered).toMatchObject({ source: 'graph' });
    expect((await successor.ended).code).toBe(0);
    expect(withoutCounts(findFaults(second))).toEqual(withoutCounts(settled));
  });
});
