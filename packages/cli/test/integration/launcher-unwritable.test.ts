import { join } from 'node:path';
import { findFaults, settled } from '../support/orchestrate-rig-history.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told, until } from '../support/orchestrate-rig.js';
import { flatPlan } from '../support/sprint-files.js';
import { makeReadOnly } from '../support/read-only.js';

const stage = new Stage();
afterEach(() => stage.clear());

it('a folder of attempts that cannot be written to stops the run, counts for no task, and is gone on from', async () => {
  const copy = stage.copy({ plan: flatPlan(8), workMs: 100 });
  copy.hold();
  const run = copy.orchestrate();
  await run.prints(told('task_started', 4));
  const runs = join(copy.root, '.ginko', 'runs');
  const makeWritable = makeReadOnly(runs);
  let isReadOnly = true;
  stage.onClear(() => {
    if (isReadOnly) makeWritable();
  });
  copy.release();
  const stopped = await run.endsWithin(120_000);
  expect(stopped.code).toBe(1);
  const [end] = ofKind(run.lines, 'run_stopped');
  expect(end?.['message']).toMatch(
    /folder .*\.ginko\/runs\/EPIC-1\/TASK-\d.* could not be written \(.*\)\. Make sure that .* is a folder you may write to, then continue with --resume\.$/,
  );
  expect(ofKind(run.lines, 'task_failed')).toEqual([]);
  expect(ofKind(run.lines, 'task_blocked')).toEqual([]);
  await until(() => copy.ledger().attempts.every(({ endedAt }) => endedAt !== null));

  makeWritable();
  isReadOnly = false;
  const next = copy.orchestrate(['--resume']);
  expect(await next.endsWithin(120_000)).toMatchObject({ code: 0 });
  expect(ofKind(next.lines, 'task_failed')).toEqual([]);
  expect(ofKind(next.lines, 'task_lost')).toEqual([]);
  expect(findFaults(copy)).toEqual(settled);
});
