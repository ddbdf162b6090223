import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { findFaults, historyOf, settled } from '../support/orchestrate-rig-history.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import type { GinkoProcess } from '../support/processes.js';
import { flatPlan } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

/** A run of eight tasks with four agents that wait to be released. */
async function busyRun(args: readonly string[] = [], env = {}): Promise<{ copy: WorkingCopy; running: GinkoProcess }> {
  const copy = stage.copy({ plan: flatPlan(8), workMs: 50, env });
  copy.hold();
  const running = copy.orchestrate(args);
  await running.prints(told('task_started', 4));
  await until(() => copy.ledger().attempts.length === 4);
  return { copy, running };
}

const interrupted =
  (count = 1) =>
  (lines: readonly string[]): boolean =>
    lines.filter((line) => line.includes('"code":"interrupted"')).length >= count;

async function resumesToTheEnd(copy: WorkingCopy): Promise<GinkoProcess> {
  const resumed = copy.orchestrate(['--resume']);
  const { code, stderr } = await resumed.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return resumed;
}

describe('SIGINT', () => {
  it('once: no new tasks; it waits for the running ones, whose work counts, and exits with 130', async () => {
    const { copy, running } = await busyRun();
    running.kill('SIGINT');
    await running.prints(interrupted());
    copy.release();
    expect(await running.ended).toMatchObject({ code: 130, stderr: '' });
    expect(copy.ledger().attempts).toHaveLength(4);
    expect(copy.checkpoint().completedTasks).toHaveLength(4);
    expect(copy.checkpoint()).toMatchObject({ exitReason: 'interrupted', exitCode: 130 });
    await resumesToTheEnd(copy);
    expect(findFaults(copy)).toEqual(settled);
  });

  it('while the last tasks run: everything is complete then, and so is the run', async () => {
    const copy = stage.copy({ plan: flatPlan(2), workMs: 20 });
    copy.hold();
    const running = copy.orchestrate();
    await running.prints(told('task_started', 2));
    running.kill('SIGINT');
    await running.prints(interrupted());
    copy.release();
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    expect(copy.checkpoint()).toMatchObject({ exitReason: 'complete', exitCode: 0 });
    expect(findFaults(copy)).toEqual(settled);
  });

  it('again after more than a second: running tasks are stopped and released, not failed', async () => {
    const { copy, running } = await busyRun();
    running.kill('SIGINT');
    await running.prints(interrupted());
    await pause(1_100);
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, stderr: '' });
    expect(ofKind(running.lines, 'task_released').map(({ reason }) => reason)).toEqual(Array(4).fill('stopped'));
    expect(ofKind(running.lines, 'task_failed')).toEqual([]);
    expect(copy.checkpoint()).toMatchObject({ inProgressTasks: {}, exitCode: 130 });
    copy.release();
    await resumesToTheEnd(copy);
    expect(findFaults(copy)).toEqual(settled);
  });

  it('pressed again and again is heard again after a second, however quick the presses are', async () => {
    const { copy, running } = await busyRun();
    while (!running.isOver && !interrupted(2)(running.lines)) {
      running.kill('SIGINT');
      await pause(400);
      // What was said during the pause is read before the next press.
      await nextTurn();
    }
    expect((await running.ended).code).toBe(130);
    expect(copy.checkpoint().inProgressTasks).toEqual({});
  });

  it('a third time: ends at once with its state saved, and the agents are adopted', async () => {
    const { copy, running } = await busyRun([], { STUBBORN: '1' });
    running.kill('SIGINT');
    await running.prints(interrupted());
    await pause(1_100);
    running.kill('SIGINT');
    await running.prints(interrupted(2));
    await pause(1_100);
    const saidAt = performance.now();
    running.kill('SIGINT');
    const { code, signal } = await running.ended;
    // Before the agents, which take no notice, would be ended for good.
    expect(performance.now() - saidAt).toBeLessThan(4_500);
    expect(code === 130 || signal === 'SIGINT').toBe(true);
    expect(Object.keys(copy.checkpoint().inProgressTasks)).toHaveLength(4);
    copy.release();
    await resumesToTheEnd(copy);
    const faults = findFaults(copy);
    expect(faults).toEqual({ ...settled, notDoneOnce: faults.notDoneOnce });
  });
});

describe('SIGTERM', () => {
  it.each(['SIGTERM', 'SIGHUP'] as const)('%s leaves the agents at work, which --resume adopts', async (signal) => {
    const { copy, running } = await busyRun();
    const saidAt = performance.now();
    running.kill(signal);
    expect(await running.ended).toMatchObject({ code: 143, stderr: '' });
    expect(performance.now() - saidAt).toBeLessThan(8_000);
    expect(copy.checkpoint()).toMatchObject({ exitReason: 'terminated', exitCode: 143 });
    expect(Object.keys(copy.checkpoint().inProgressTasks)).toHaveLength(4);
    const resumed = copy.orchestrate(['--resume']);
    await resumed.prints(told('task_adopted', 4));
    copy.release();
    expect((await resumed.ended).code).toBe(0);
    expect(findFaults(copy)).toEqual(settled);
    expect(historyOf(copy).filter(({ kind }) => kind === 'task_adopted')).toHaveLength(4);
  });

  it('with --stop-agents ends them, and their tasks are released', async () => {
    const { copy, running } = await busyRun(['--stop-agents']);
    const saidAt = performance.now();
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 143, stderr: '' });
    expect(performance.now() - saidAt).toBeLessThan(8_000);
    expect(copy.checkpoint().inProgressTasks).toEqual({});
    expect(ofKind(running.lines, 'task_released')).toHaveLength(4);
    copy.release();
    await resumesToTheEnd(copy);
    expect(findFaults(copy)).toEqual(settled);
  });

  it('after a SIGINT goes at once', async () => {
    const { copy, running } = await busyRun();
    running.kill('SIGINT');
    await running.prints(interrupted());
    await pause(1_100);
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(143);
    expect(Object.keys(copy.checkpoint().inProgressTasks)).toHaveLength(4);
    copy.release();
    await resumesToTheEnd(copy);
    expect(findFaults(copy)).toEqual(settled);
  });
});
