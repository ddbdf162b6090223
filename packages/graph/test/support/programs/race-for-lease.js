// race-for-lease <file> <name> <rounds>: takes the lease of an epic over from whoever holds it, again and again, and
// prints each epoch that it was granted.
import { openSqliteStore } from '../../../dist/store/sqlite/sqlite-store.js';

const [file, name, rounds] = process.argv.slice(2);
const opened = await openSqliteStore({ file, now: Date.now });
if (!opened.ok) throw new Error(opened.failure.message);
const store = opened.value;
const key = { graphId: 'graph-1', epicId: 'EPIC-1' };

for (let round = 1; round <= Number(rounds); round += 1) {
  const orchestratorId = `${name}-${round}`;
  const holder = { orchestratorId, host: name, bootId: 'boot-1', pid: 1, processStartedAt: '1', place: name };
  const present = await store.readLease(key);
  const replaces = present === null ? null : { orchestratorId: present.holder.orchestratorId, epoch: present.epoch };
  const request = { holder, ttlMs: 60_000, atLeastEpoch: 0, replaces, reclaim: null };
  const decision = await store.acquireLease(key, request);
  console.log(decision.kind === 'granted' ? `granted ${decision.lease.epoch}` : decision.kind);
}
await store.close();
