// Writes until the disk takes no more, and prints what it was told.
import { writeSync } from 'node:fs';
import { openJournal } from '../../dist/lib/perform/journal.js';
import { createStateFile } from '../../dist/lib/perform/state-file.js';

const directory = process.argv[2];
const at = '2026-01-05T10:00:00.000Z';
const checkpoint = (taskCount) => ({
  ...{ version: 2, runId: 'run-1', orchestratorId: 'o', orchestratorName: 'o', graphId: 'graph-1' },
  ...{ epicId: 'epic-1', sprintId: 's', epoch: 1, sequence: 0, startedAt: at, savedAt: at, lastProgressAt: at },
  completedTasks: Array.from({ length: taskCount }, (_, index) => `TASK-${index}`),
  ...{ cyclesWithoutProgress: 0, inProgressTasks: {}, blockedTasks: [], assignmentHistory: [] },
  ...{ taskState: {}, holders: {} },
});

const stateFile = createStateFile({ directory, epicId: 'epic-1' });
const small = await stateFile.save(checkpoint(1));
// More than is written in one turn.
const large = await stateFile.save(checkpoint(150_000));
const largeSync = stateFile.saveSync(checkpoint(20_000));

const opened = await openJournal({ directory, epoch: 1 });
if (!opened.ok) throw new Error(opened.failure.message);
const journal = opened.value;
let acknowledged = 0;
let first;
while (acknowledged < 10_000) {
  const group = Array.from({ length: 7 }, (_, index) => ({
    ...{ kind: 'task_added', sequence: acknowledged + 1 + index, at, taskId: 'TASK-1' },
  }));
  first = await journal.append(group);
  if (!first.ok) break;
  acknowledged += group.length;
}
const later = await journal.append([{ kind: 'task_added', sequence: acknowledged + 1, at, taskId: 'TASK-1' }]);
const closed = await journal.close();
writeSync(1, JSON.stringify({ small, large, largeSync, acknowledged, bytes: journal.bytes, first, later, closed }));
