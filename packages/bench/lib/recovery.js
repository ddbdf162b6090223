import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../cli/dist/lib/perform/journal.js';
import { loadLocalState } from '../../cli/dist/lib/perform/local-state.js';
import { planRecovery } from '../../cli/dist/lib/perform/plan-recovery.js';
import { createStateFile } from '../../cli/dist/lib/perform/state-file.js';
import { checkpointIn, halfDone } from './checkpoints.js';
import { at, definitionsOf, holder, now, place } from './memory-run.js';
import { loadBare } from '../limits/bare-file.js';

const epicId = 'epic';
const later = 50;

/** Leaves on disk what a crash in the middle of a run leaves there. */
export async function crashed(root, count) {
  const state = halfDone(count);
  const saved = await createStateFile({ directory: root, epicId }).save(checkpointIn(state));
  if (!saved.ok) throw new Error(saved.failure.message);
  await journalAfter(root, state);
}

/** The two ways to recover it, each a function that does it once. */
export function recoveries(root, count) {
  const sprint = observationOf(definitionsOf(count), count / 2);
  const lastSeen = new Map(sprint.marks.map(({ id, mark }) => [id, mark]));
  const stateFile = createStateFile({ directory: root, epicId });
  return {
    ours: () => recover({ stateFile, sprint, lastSeen }),
    limit: () => void readAndReconcile({ root, sprint }),
  };
}

/** A checkpoint is always a little older than the journal. */
async function journalAfter(directory, state) {
  const journal = await openJournal({ directory, epoch: state.epoch });
  if (!journal.ok) throw new Error(journal.failure.message);
  const waiting = [...state.queues.groups()].flatMap(readyTasks).slice(0, later / 2);
  const events = waiting.flatMap(({ id: taskId }, index) => {
    const attempt = { taskId, agentId: `local-${index + 1}`, generation: 1, attempt: 1, at };
    return [
      { kind: 'task_assigned', ...attempt, place, sequence: state.sequence + 2 * index + 1 },
      { kind: 'task_completed', ...attempt, by: 'agent', sequence: state.sequence + 2 * index + 2 },
    ];
  });
  const written = await journal.value.append(events);
  if (!written.ok) throw new Error(written.failure.message);
  await journal.value.close();
}

function readyTasks(group) {
  const tasks = [];
  for (let task = group.first(); task !== null; task = group.after(task)) tasks.push(task);
  return tasks;
}

function observationOf(definitions, complete) {
  const marks = definitions.map(({ id }, order) => ({ id, mark: order < complete ? 'complete' : 'pending' }));
  return { title: 'Sprint', definitions, marks };
}

async function recover({ stateFile, sprint, lastSeen }) {
  const local = await loadLocalState({ stateFile, place, readOnly: true });
  if (!local.ok) throw new Error(local.failure.message);
  const plan = planRecovery({
    sources: { local: local.value, graph: { kind: 'none' }, persistedAt: null, graphRevision: 0 },
    sprint,
    lastSeen,
    words: new Map(),
    sight: () => new Map(),
    successor: { holder, orchestratorName: 'orchestrator', epoch: 2 },
    now,
    chance: () => 0.5,
    limits: { maxAttempts: 3, maxLosses: 5, backoffMs: 10_000, maxBackoffMs: 600_000 },
    includeInProgress: false,
    keepRunning: false,
    isForDisplay: false,
  });
  if (plan === null) throw new Error('Nothing was recovered.');
}

/**
 * The least that a recovery can be, with nothing of ginko's: the files read and parsed, the journal folded in, and one
 * plain pass over the sprint that gives a corrected checkpoint, as a reconciliation does: what the sprint shows as
 * complete is complete, what is gone from it is gone from every list, and marks that are owed are found. No attempts,
 * no words of people, no dependencies. Only to list the differences would be less than a recovery gives.
 */
function readAndReconcile({ root, sprint }) {
  const checkpoint = loadBare(join(root, 'checkpoint.json'));
  const complete = new Set(checkpoint.completedTasks);
  const inProgress = new Map(Object.entries(checkpoint.inProgressTasks));
  const lines = readFileSync(join(root, `journal-${checkpoint.epoch}.ndjson`), 'utf8').split('\n');
  for (const line of lines) {
    if (line === '') continue;
    const { event } = JSON.parse(line);
    if (event.kind === 'task_assigned') inProgress.set(event.taskId, event.agentId);
    if (event.kind !== 'task_completed') continue;
    inProgress.delete(event.taskId);
    complete.add(event.taskId);
  }
  const marks = new Map(sprint.marks.map(({ id, mark }) => [id, mark]));
  const external = sprint.marks.filter(({ id, mark }) => mark === 'complete' && !complete.has(id)).map(({ id }) => id);
  const completedTasks = [...[...complete].filter((id) => marks.has(id)), ...external];
  const blockedTasks = checkpoint.blockedTasks.filter((id) => marks.has(id));
  const inProgressTasks = Object.fromEntries([...inProgress].filter(([id]) => marks.get(id) === 'pending'));
  const owed = completedTasks.filter((id) => marks.get(id) !== 'complete');
  if (owed.length !== later / 2) throw new Error('The journal was not read.');
  return { ...checkpoint, completedTasks, inProgressTasks, blockedTasks };
}
