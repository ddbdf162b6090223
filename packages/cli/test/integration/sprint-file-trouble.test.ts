import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { told } from '../support/orchestrate-rig.js';
import { flatPlan } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

describe('a sprint file that cannot be read any more', () => {
  it('is told of, ends no run, and gets its marks when it is back', async () => {
    const copy = stage.copy({ plan: flatPlan(4), workMs: 20 });
    copy.hold('TASK-4');
    const running = copy.orchestrate(['--poll-interval', '100ms']);
    await running.prints(told('task_started', 1));
    const kept = `${copy.sprintPath}.kept`;
    renameSync(copy.sprintPath, kept);
    symlinkSync(copy.sprintPath, copy.sprintPath);
    await running.prints((lines) => lines.some((line) => line.includes('"code":"file_unreadable"')));
    rmSync(copy.sprintPath);
    renameSync(kept, copy.sprintPath);
    await running.prints(told('task_completed', 3));
    copy.release('TASK-4');
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    expect([...copy.statuses().values()]).toEqual(Array(4).fill('complete'));
  });
});
