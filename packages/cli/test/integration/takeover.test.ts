import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  acceptedCompletions,
  findFaults,
  historyOf,
  settled,
  withoutCounts,
} from '../support/orchestrate-rig-history.js';
import { graphKnowsAll } from '../support/graph-knows-all.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import { orchestratorIdOf } from '../support/orchestrator-id-of.js';
import type { GinkoProcess } from '../support/processes.js';
import { chainPlan, flatPlan } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

/** Everything in the state directory but the journal of one epoch, as text. */
function stateOf(copy: WorkingCopy): object {
  return {
    checkpoint: copy.checkpointText(),
    sprint: copy.sprint(),
    sprintSavedAt: statSync(copy.sprintPath).mtimeMs,
    journals: copy.journalNames().map((name) => [name, copy.journalText(name)]),
  };
}

describe('an orchestrator that was stopped and comes back to life', () => {
  it('writes nothing, and says who took over in this working copy', async () => {
    const copy = stage.copy({ plan: flatPlan(16), workMs: 200 });
    copy.hold();
    const first = copy.orchestrateInWords();
    await until(() => copy.ledger().attempts.length === 4);
    first.kill('SIGSTOP');
    copy.release();
    await until(() => copy.ledger().ends().size === 4);

    const second = copy.orchestrate(['--resume', '--takeover']);
    const { code } = await second.ended;
    expect(code).toBe(0);
    const before = stateOf(copy);
    first.kill('SIGCONT');
    const stopped = await first.ended;
    expect({ code: stopped.code, stderr: stopped.stderr }).toEqual({ code: 75, stderr: '' });
    expect(stopped.stdout).toContain(orchestratorIdOf(second));
    expect(stateOf(copy)).toEqual(before);
    expect(findFaults(copy)).toEqual(settled);
  });

  it('writes nothing while its successor is still at work', async () => {
    const copy = stage.copy({ plan: chainPlan(12), workMs: 100 });
    copy.hold('TASK-3');
    copy.hold('TASK-8');
    const first = copy.orchestrateInWords();
    await until(() => copy.ledger().of('TASK-3').length === 1);
    first.kill('SIGSTOP');
    const second = copy.orchestrate(['--resume', '--takeover']);
    await second.prints(told('recovered'));
    copy.release('TASK-3');
    await until(() => copy.ledger().of('TASK-8').length === 1);
    first.kill('SIGCONT');
    expect((await first.ended).code).toBe(75);
    expect((await first.ended).stdout).toContain(orchestratorIdOf(second));
    copy.release('TASK-8');
    expect((await second.ended).code).toBe(0);
    expect(findFaults(copy)).toEqual(settled);
  });

  it('is refused by the graph when the run was taken over in another working copy', async () => {
    const graph = await stage.graph();
    const plan = flatPlan(12);
    const first = stage.copy({ plan, workMs: 100, env: graph.env });
    const second = stage.copy({ plan, workMs: 100, env: graph.env, ledger: first.ledgerPath });
    first.hold();
    const stopped = first.orchestrate();
    // Of agents that the graph has not heard of, its successor would not know that they are at work.
    await until(() => graphKnowsAll(graph, { copy: first, starts: 4 }));
    await until(() => first.ledger().attempts.length === 4);
    const client = graph.client();
    stopped.kill('SIGSTOP');
    const stoppedAt = performance.now();
    const successor = second.orchestrate(['--resume', '--takeover']);
    await successor.prints(told('recovered'));
    const fileBefore = first.sprint();
    const checkpointBefore = first.checkpointText();
    first.release();
    await until(() => first.ledger().ends().size >= 4);
    // A process that was away for seconds asks before it believes anything.
    await until(() => performance.now() - stoppedAt > 4_000);
    stopped.kill('SIGCONT');
    const { code, stderr, stdout } = await stopped.ended;
    expect({ code, stderr }).toEqual({ code: 75, stderr: '' });
    expect(stdout).toContain(orchestratorIdOf(successor));
    expect({ file: first.sprint(), checkpoint: first.checkpointText() }).toEqual({
      file: fileBefore,
      checkpoint: checkpointBefore,
    });
    expect((await successor.ended).code).toBe(0);
    expect(withoutCounts(findFaults(second))).toEqual(withoutCounts(settled));
    const state = await client.readState({ epicId: 'EPIC-1' });
    expect(state).toMatchObject({ ok: true, value: { state: { epoch: 2 } } });
    const accepted = acceptedCompletions(historyOf(second));
    expect(plan.filter(({ id }) => (accepted.get(id) ?? 0) !== 1)).toEqual([]);
  });

  it('says of what it recorded meanwhile that it is not accepted', async () => {
    const graph = await stage.graph();
    const plan = flatPlan(6);
    // It renews its lease in ten minutes, and until then hears of a successor only when it tells something.
    const defaults = { leaseTtl: '30m', leaseDeadline: '20m', leaseRenewal: '10m' };
    const first = stage.copy({ plan, workMs: 10, env: graph.env, defaults });
    const second = stage.copy({ plan, workMs: 10, env: graph.env });
    for (const { id } of plan) first.hold(id);
    second.hold();
    const overtaken = first.orchestrateInWords([]);
    await until(() => first.ledger().attempts.length === 4);
    // Nothing is left to be sent, by whose refusal it would hear of its successor before the task is done.
    await until(() => graphKnowsAll(graph, { copy: first, starts: 4 }));
    const successor = second.orchestrate(['--resume', '--takeover']);
    await successor.prints(told('recovered'));
    first.release('TASK-1');
    const { code, stdout } = await overtaken.ended;
    expect(code).toBe(75);
    expect(stdout).toMatch(/completion of TASK-1 \(attempt 1\) is not accepted: another orchestrator had taken over/);
    second.release();
    expect((await successor.ended).code).toBe(0);
    const accepted = acceptedCompletions(historyOf(second));
    expect(plan.filter(({ id }) => (accepted.get(id) ?? 0) !== 1)).toEqual([]);
  });
});

describe('started twice in one working copy', () => {
  it('the second says who runs, exits with 1 and changes nothing', async () => {
    const copy = stage.copy({ plan: flatPlan(4), workMs: 50 });
    copy.hold();
    const first = copy.orchestrate();
    await first.prints(told('task_started', 4));
    await first.prints(told('persisted'));
    const before = stateOf(copy);
    for (const args of [[], ['--resume']]) {
      const { code, stdout, stderr } = await copy.orchestrateInWords(args).ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(copy.lockHolder().orchestratorId);
      expect(stderr).toContain(String(first.pid));
    }
    expect(stateOf(copy)).toEqual(before);
    copy.release();
    expect((await first.ended).code).toBe(0);
    expect(findFaults(copy)).toEqual(settled);
  });

  it.each([
    ['nothing was there before', false],
    ['a dead one left its lock', true],
  ])('at the very same moment exactly one runs, when %s', async (_, isLockLeft) => {
    const copy = stage.copy({ plan: flatPlan(6), workMs: 50 });
    copy.hold();
    if (isLockLeft) {
      const dead = copy.orchestrate();
      await dead.prints(told('checkpoint_saved'));
      await dead.killHard();
      expect(existsSync(join(copy.stateDirectory, 'lock'))).toBe(true);
    }
    const rivals = Array.from({ length: 5 }, () => copy.orchestrate(['--resume']));
    const losers = (): number => rivals.filter((rival) => rival.isOver).length;
    // The dead one may have given out tasks before it died: then there is nothing else to give out yet.
    const isAtWork = ({ lines }: GinkoProcess): boolean => told('task_assigned')(lines) || told('task_adopted')(lines);
    await until(() => losers() === 4 && rivals.some(isAtWork));
    copy.release();
    const ends = await Promise.all(rivals.map((rival) => rival.ended));
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 1, 1, 1, 1]);
    for (const { code, stderr } of ends) expect(stderr).toMatch(code === 0 ? /^$/ : /orchestrator/);
    expect(findFaults(copy)).toEqual(settled);
  });
});

describe('a fresh start while agents of an earlier run still work', () => {
  it.each([
    ['', {}],
    [' that take their time', { STUBBORN: '1' }],
  ])('ends agents%s before their tasks are given out again', async (_, env) => {
    const copy = stage.copy({ plan: flatPlan(8), workMs: 50, env });
    copy.hold();
    const first = copy.orchestrate();
    await until(() => copy.ledger().attempts.length === 4);
    await first.killHard();
    const second = copy.orchestrate();
    await until(() => copy.ledger().attempts.length >= 8);
    copy.release();
    expect((await second.ended).code).toBe(0);
    expect(copy.ledger().overlaps).toEqual([]);
    expect(new Set(copy.statuses().values())).toEqual(new Set(['complete']));
  });
});
