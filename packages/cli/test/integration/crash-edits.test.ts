import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { findFaults, settled } from '../support/orchestrate-rig-history.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told, until } from '../support/orchestrate-rig.js';
import type { GinkoProcess } from '../support/processes.js';
import { flatPlan, taskText, withMark, withoutTask } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

const pollMs = 200;
/** Of the configuration, so that it is the option which counts; the difference is for a machine that is busy. */
const defaults = { pollInterval: '2m' };
const noticedWithinMs = 20_000;

const of =
  (kind: string, taskId: string) =>
  (lines: readonly string[]): boolean =>
    lines.some((line) => line.startsWith(`{"kind":"${kind}"`) && line.includes(`"taskId":"${taskId}"`));

async function noticed(running: GinkoProcess, isSo: (lines: readonly string[]) => boolean): Promise<void> {
  const editedAt = performance.now();
  await running.prints(isSo);
  expect(performance.now() - editedAt).toBeLessThan(noticedWithinMs);
}

describe('what a person does to the sprint file while the run goes on', () => {
  it('is honoured within the poll interval, and survives our marks', async () => {
    const copy = stage.copy({ plan: flatPlan(10), workMs: 50, defaults });
    copy.hold();
    const running = copy.orchestrate(['--poll-interval', `${pollMs}ms`]);
    await running.prints(told('task_started', 4));

    copy.edit((text) => withMark(text, 'TASK-9', 'x'));
    await noticed(running, of('task_completed', 'TASK-9'));
    copy.edit((text) => withMark(text, 'TASK-10', 'Z'));
    await noticed(running, of('task_blocked', 'TASK-10'));
    copy.edit((text) => withoutTask(text, 'TASK-8'));
    await noticed(running, of('task_removed', 'TASK-8'));
    copy.edit((text) => `${text}\nA word of the person.\n\n${taskText('TASK-11', ['TASK-1'])}`);
    copy.hold('TASK-11');
    copy.release();
    await running.prints(of('task_assigned', 'TASK-11'));

    // Everything else is done and marked by now, or will be at once.
    await until(() => copy.statuses().get('TASK-1') === 'complete');
    copy.edit((text) => withMark(text, 'TASK-1', ' '));
    await noticed(running, of('task_reopened', 'TASK-1'));
    await running.prints(
      (lines) => ofKind(lines, 'task_completed').filter(({ taskId }) => taskId === 'TASK-1').length === 2,
    );
    copy.edit((text) => withMark(text, 'TASK-10', ' '));
    await noticed(running, of('task_unblocked', 'TASK-10'));
    copy.release('TASK-11');

    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(copy.sprint()).toContain('A word of the person.');
    expect(new Set(copy.statuses().values())).toEqual(new Set(['complete']));
    expect(copy.statuses().has('TASK-8')).toBe(false);
    const ends = copy.ledger().ends();
    expect(['TASK-1', 'TASK-8', 'TASK-9', 'TASK-10', 'TASK-11'].map((id) => ends.get(id) ?? 0)).toEqual([
      2, 0, 0, 1, 1,
    ]);
    expect(copy.ledger().overlaps).toEqual([]);
  });

  it('is not lost however often it is saved between our marks', async () => {
    const copy = stage.copy({ plan: flatPlan(40), workMs: 60 });
    const running = copy.orchestrate(['--poll-interval', `${pollMs}ms`]);
    let notes = 0;
    while (!running.isOver) {
      notes += 1;
      copy.edit((text) => `${text}\nNote ${notes}.\n`);
      // A run does not end while no mark gets in between two saves, which on a slow disk takes longer than 17 ms.
      const isDone = told('task_completed', 40)(running.lines);
      await Promise.race([pause(isDone ? 2_000 : 17), running.ended]);
    }
    expect((await running.ended).code).toBe(0);
    const kept = new Set(copy.sprint().match(/Note \d+\./g));
    expect(Array.from({ length: notes }, (_, index) => `Note ${index + 1}.`).filter((note) => !kept.has(note))).toEqual(
      [],
    );
    expect(new Set(copy.checkpoint().completedTasks).size).toBe(40);
    // The very last marks may find a file that is saved all the time; the next start writes them.
    expect((await copy.orchestrate(['--resume']).ended).code).toBe(0);
    expect(new Set(copy.statuses().values())).toEqual(new Set(['complete']));
  });

  it('counts after a crash too: marks set and taken back meanwhile', async () => {
    const plan = flatPlan(11);
    const copy = stage.copy({ plan: [...plan, { id: 'TASK-12', dependsOn: ['TASK-4'] }], workMs: 50 });
    copy.hold('TASK-4');
    const first = copy.orchestrate();
    // A mark that was written but not yet remembered cannot be told from one that was never written.
    await until(() => copy.seenMark('TASK-1') === 'complete');
    await first.prints(told('task_completed', 5));
    await first.killHard();
    const open =
      [...copy.statuses()]
        .filter(([, status]) => status === 'pending')
        .map(([id]) => id)
        .at(-1) ?? '';
    copy.edit((text) => withMark(withMark(text, 'TASK-1', ' '), open, 'x'));
    copy.release('TASK-4');
    const { code } = await copy.orchestrate(['--resume']).ended;
    expect(code).toBe(0);
    const ends = copy.ledger().ends();
    expect(ends.get('TASK-1')).toBe(2);
    expect(ends.get(open) ?? 0).toBeLessThanOrEqual(1);
    expect(findFaults(copy).notCompleteInFile).toEqual(settled.notCompleteInFile);
  });

  it('that was saved while the run was starting is noticed', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan: flatPlan(6), workMs: 50, env: graph.env, defaults });
    copy.hold();
    // A graph that takes its time makes the start long enough to save a file in it.
    graph.process.kill('SIGSTOP');
    const running = copy.orchestrate(['--poll-interval', `${pollMs}ms`]);
    await until(() => copy.hasLock());
    await pause(300);
    copy.edit((text) => withMark(text, 'TASK-6', 'x'));
    graph.process.kill('SIGCONT');
    await noticed(running, of('task_assigned', 'TASK-1'));
    await noticed(running, of('task_completed', 'TASK-6'));
    copy.release();
    expect((await running.ended).code).toBe(0);
    expect(copy.ledger().of('TASK-6')).toEqual([]);
  });

  it('may leave it empty for a moment', async () => {
    const copy = stage.copy({ plan: flatPlan(8), workMs: 50 });
    copy.hold();
    const running = copy.orchestrate(['--poll-interval', `${pollMs}ms`]);
    await running.prints(told('task_started', 4));
    const text = copy.sprint();
    writeFileSync(copy.sprintPath, '');
    copy.release();
    await running.prints(told('task_completed', 2));
    writeFileSync(copy.sprintPath, text);
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(findFaults(copy)).toEqual(settled);
  });
});
