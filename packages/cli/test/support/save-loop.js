// Appends and saves without a pause, and prints the sequence of what was acknowledged: to be killed at any moment.
import { writeSync } from 'node:fs';
import { openJournal } from '../../dist/lib/perform/journal.js';
import { loadLocalRun } from '../../dist/lib/perform/load-local-run.js';
import { createStateFile } from '../../dist/lib/perform/state-file.js';

const directory = process.argv[2];
const at = '2026-01-05T10:00:00.000Z';
const holder = { orchestratorId: 'o', host: 'h', bootId: 'b', pid: 1, processStartedAt: '1', place: 'p' };

const valueOf = (result) => {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
};

const stateFile = createStateFile({ directory, epicId: 'epic-1', graphId: 'graph-1' });
const before = await loadLocalRun({ stateFile });
if (before.kind === 'failed') throw new Error(before.failure.message);
const events = before.kind === 'found' ? before.replay.events : [];
const last = events.at(-1) ?? (before.kind === 'found' ? before.checkpoint : undefined);
const base = { epoch: lastEpoch(), sequence: last?.sequence ?? 0 };
const epoch = base.epoch + 1;
let sequence = base.sequence;
// How many events the state has folded: the same as the sequence, unless one was lost or came twice.
let folded = (before.kind === 'found' ? (before.checkpoint?.folded ?? 0) : 0) + events.length;

function lastEpoch() {
  const begun = events.findLast((event) => event.kind === 'run_started' || event.kind === 'recovered');
  return begun?.epoch ?? (before.kind === 'found' ? before.checkpoint?.epoch : undefined) ?? 0;
}

const journal = valueOf(await openJournal({ directory, epoch }));

async function record(fields) {
  const stamped = fields.map((field, index) => ({ ...field, sequence: sequence + 1 + index, at }));
  valueOf(await journal.append(stamped));
  sequence += stamped.length;
  folded += stamped.length;
  writeSync(1, `${sequence}\n`);
}

const named = { orchestratorName: 'o', epoch, holder };
await record([
  sequence === 0
    ? { kind: 'run_started', runId: 'run-1', graphId: 'graph-1', epicId: 'epic-1', sprintId: 's', ...named }
    : { kind: 'recovered', recoveredFrom: `run-1@${sequence}`, source: 'local', base, ...named },
]);

const checkpoint = () => ({
  ...{ version: 2, runId: 'run-1', orchestratorId: 'o', orchestratorName: 'o', graphId: 'graph-1' },
  ...{ epicId: 'epic-1', sprintId: 's', epoch, sequence, startedAt: at, savedAt: at, lastProgressAt: at, folded },
  ...{ cyclesWithoutProgress: 0, completedTasks: Array.from({ length: 400 }, (_, index) => `TASK-${index}`) },
  ...{ inProgressTasks: {}, blockedTasks: [], assignmentHistory: [], taskState: {}, holders: {} },
});

async function keepAppending() {
  for (;;) {
    const count = 1 + Math.floor(Math.random() * 20);
    await record(Array.from({ length: count }, () => ({ kind: 'task_added', taskId: 'TASK-1' })));
  }
}

async function keepSaving() {
  for (;;) {
    const synchronous = Math.random() < 0.1;
    valueOf(synchronous ? stateFile.saveSync(checkpoint()) : await stateFile.save(checkpoint()));
  }
}

await Promise.all([keepAppending(), keepSaving()]);
