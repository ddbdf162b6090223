import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told } from '../support/orchestrate-rig.js';
import { chainPlan } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

it('an error inside the embedded graph is told once, and the run goes on', async () => {
  const copy = stage.copy({ plan: chainPlan(6), workMs: 10 });
  copy.hold();
  const running = copy.orchestrate(['--persist-interval', '50ms']);
  await running.prints(told('persisted'));
  const database = new DatabaseSync(join(copy.root, '.ginko', 'graph.db'));
  // The graph may be in the midst of a write.
  database.exec('PRAGMA busy_timeout = 10000; DROP TABLE state; DROP TABLE event;');
  database.close();
  copy.release();
  expect((await running.ended).code).toBe(0);
  const warnings = ofKind(running.lines, 'warning').filter(({ code }) => code === 'graph_error');
  const messages = warnings.map(({ message }) => String(message));
  expect(messages.length).toBeGreaterThan(0);
  expect(new Set(messages).size).toBe(messages.length);
  expect(messages[0]).toMatch(/^The embedded graph met an error: no such table: .*\. The run goes on\.$/);
  expect(running.lines.at(-1)).toContain('"kind":"run_stopped"');
});
