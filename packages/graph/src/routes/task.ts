import { unreachable, type TaskStatusResponse } from '@ginkoai/contract';
import { answered, refused, type Answer } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';
import type { GraphStore, TaskOutcome } from '../store/store.js';
import { staleByLease } from './stale-epoch.js';

type TaskHandlers = Pick<Handlers, 'syncTasks' | 'taskNews' | 'setTaskStatus' | 'taskStatus'>;

export function taskHandlers(store: GraphStore): TaskHandlers {
  return {
    async syncTasks({ body }) {
      const { epoch, readRevision, orchestratorId, tasks } = body;
      const outcome = await store.syncTasks(body, { epoch, readRevision, orchestratorId, tasks });
      return outcome.kind === 'stale'
        ? staleByLease(body, epoch, outcome.lease)
        : answered({ tasks: tasks.length, revision: outcome.revision });
    },

    async taskNews({ query }) {
      return answered(await store.taskNews(query, query.since));
    },

    async setTaskStatus({ params, body }) {
      return taskAnswer(params.id, await store.setTaskStatus(params.id, body));
    },

    async taskStatus({ params, query: { graphId, epicId } }) {
      return taskAnswer(
        params.id,
        await store.taskStatus(params.id, epicId === undefined ? { graphId } : { graphId, epicId }),
      );
    },
  };
}

function taskAnswer(taskId: string, outcome: TaskOutcome): Answer<TaskStatusResponse> {
  switch (outcome.kind) {
    case 'found':
      return answered(outcome.task);
    case 'unknown':
      return refused('not_found', `The graph knows no task ${taskId}. Check the id, and the epic.`);
    case 'ambiguous':
      return refused(
        'bad_request',
        `The epics ${outcome.epicIds.join(', ')} each have a task ${taskId}. Say which with "epicId".`,
        {
          field: 'epicId',
          details: { epicIds: outcome.epicIds },
        },
      );
    default:
      return unreachable(outcome);
  }
}
