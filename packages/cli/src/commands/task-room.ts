import { failed, unwrap, type OrchestratorCheckpoint, type TaskId } from '@ginkoai/contract';
import { nearestIds } from '../lib/decide/nearest-ids.js';
import type { TaskFacts } from '../lib/decide/run-state.js';
import { checkEnvironment } from '../lib/options/environment.js';
import type { GraphConnection } from '../lib/perform/connect-graph.js';
import { graphToLookAt, type GraphToLookAt } from '../lib/perform/graph-to-look-at.js';
import { lookAtRun } from '../lib/perform/look-at-run.js';
import { findRunPlace, type RunPlace } from '../lib/perform/run-place.js';
import { taskSight } from '../lib/report/task-sight.js';
import type { TaskSight } from '../lib/report/task-view.js';
import { cleanText } from '../lib/report/clean-text.js';
import { graphReasonSentence } from '../lib/report/graph-reason.js';
import type { RunLook } from '../lib/report/run-look.js';
import type { CommandContext } from '../program.js';

export interface TaskOptions {
  readonly sprint: string | undefined;
  readonly epic: string | undefined;
  readonly json: boolean;
}

/** A run, looked at, and the graph while the look lasts. */
export interface TaskRoom {
  readonly place: RunPlace;
  readonly graph: GraphConnection | null;
  readonly look: RunLook;
}

/** Looks at the run that the options mean and does `work` there. Throws its failures. */
export async function inTaskRoom<T>(
  { sprint, epic }: TaskOptions,
  context: CommandContext,
  unserved: GraphToLookAt['unserved'],
  work: (room: TaskRoom) => Promise<T>,
): Promise<T> {
  const { cwd, env, output } = context;
  unwrap(checkEnvironment(env));
  const place = unwrap(await findRunPlace({ cwd, sprint, epic }));
  for (const warning of place.warnings) output.error(cleanText(warning));
  const graph = unwrap(await graphToLookAt({ root: place.root, config: place.config, env, unserved }));
  try {
    const look = unwrap(await lookAtRun({ place, graph, prefers: 'newest' }));
    for (const warning of look.warnings) output.error(cleanText(warning));
    if (look.reason?.startsWith('graph unavailable') === true)
      output.error(cleanText(graphReasonSentence(look.reason)));
    return await work({ place, graph, look });
  } finally {
    await graph?.close();
  }
}

/** The tasks of the sprint, in its order. */
export function sightsOf({ look }: TaskRoom): TaskSight[] {
  const words = new Map(look.unreadWords.map((word) => [word.id, word]));
  return sprintTasks(look).map((facts) => taskSight(facts, look.state, words.get(facts.id)));
}

/** The task of that id. Throws `not_found` naming the nearest ones. */
export function findTask(room: TaskRoom, id: TaskId): TaskSight {
  const facts = room.look.state.tasks.get(id);
  if (facts !== undefined && facts.definition !== null) {
    const word = room.look.unreadWords.find((each) => each.id === id);
    return taskSight(facts, room.look.state, word);
  }
  const near = nearestIds(
    id,
    sprintTasks(room.look).map((task) => task.id),
  );
  const hint = near.length === 0 ? 'See ginko task list for those there are' : `Did you mean ${near.join(', ')}?`;
  return unwrap(
    failed('not_found', `The epic ${room.place.epicId} has no task "${id}". ${hint.replace(/([^?])$/, '$1.')}`),
  );
}

function sprintTasks({ state }: RunLook): TaskFacts[] {
  const tasks = [...state.tasks.values()].filter(({ definition }) => definition !== null);
  return tasks.sort((a, b) => (a.definition?.order ?? 0) - (b.definition?.order ?? 0));
}

/** What is kept of the task's attempts, oldest first. */
export function attemptsOf({ look }: TaskRoom, id: TaskId): OrchestratorCheckpoint['assignmentHistory'] {
  const facts = look.state.tasks.get(id);
  const closed = [...look.state.closed].filter(({ taskId }) => taskId === id);
  if (facts === undefined || facts.assignment === null) return closed;
  const { agentId, assignedAt } = facts.assignment;
  const { generation, attempt } = facts;
  return [...closed, { taskId: id, agentId, generation, attempt, status: 'assigned', assignedAt }];
}
