// write-events <file> <after>: appends event after event, with a state now and then, and prints each sequence once it
// is acknowledged. It never ends by itself.
import { openSqliteStore } from '../../../dist/store/sqlite/sqlite-store.js';

const [file, after] = process.argv.slice(2);
const opened = await openSqliteStore({ file, now: Date.now });
if (!opened.ok) throw new Error(opened.failure.message);
const store = opened.value;
const key = { graphId: 'graph-1', epicId: 'EPIC-1' };
const run = { runId: 'run-1', epoch: 1 };
const numbers = { completed: 0, inProgress: 0, blocked: 0 };

for (let sequence = Number(after) + 1; ; sequence += 1) {
  const text = JSON.stringify({ sequence });
  if (sequence === 1 || sequence % 25 === 0) {
    const state = { ...run, ...numbers, orchestratorId: 'a', sequence, savedAt: '2026-01-01T10:00:00.000Z', text };
    await store.persistState(key, state);
  } else {
    await store.appendEvents(key, { ...run, firstSequence: sequence, lastSequence: sequence }, [{ sequence, text }]);
  }
  process.stdout.write(`${sequence}\n`);
}
