import type { PersistStateRequest } from '@ginkoai/contract';
import { answered, refused, type Refusal } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';
import { isoTime } from '../http/iso-time.js';
import type { EpicKey, GraphStore, IncomingState, JsonText } from '../store/store.js';
import { staleByLease, staleByState } from './stale-epoch.js';

type StateHandlers = Pick<Handlers, 'persistState' | 'readState' | 'stateHistory' | 'stateAt'>;

export function stateHandlers(store: GraphStore): StateHandlers {
  return {
    async persistState({ body }) {
      const refusal = contradiction(body);
      if (refusal !== undefined) return refusal;
      const key: EpicKey = { graphId: body.graphId, epicId: body.epicId ?? body.state.epicId };
      const outcome = await store.persistState(key, incomingState(body));
      if (outcome.kind === 'stale') {
        if (outcome.lease !== null) return staleByLease(key, body.state.epoch, outcome.lease);
        if (outcome.newest !== null) return staleByState(key, body.state.epoch, outcome.newest);
        throw new Error('A state is stale although neither a lease nor another state stands in its way.');
      }
      const { runId, epoch, sequence } = outcome.stamp;
      const persistedAt = isoTime(outcome.persistedAt);
      return answered({ stored: outcome.kind === 'stored', runId, epoch, sequence, persistedAt });
    },

    async readState({ query }) {
      const newest = await store.readState(query);
      if (newest === null) return answered({ state: null, events: [] });
      return stateAnswer(newest.text, newest.persistedAt, `,"events":[${newest.events.join(',')}]`);
    },

    async stateHistory({ query }) {
      return answered({ states: await store.stateHistory(query, query.limit) });
    },

    async stateAt({ params, query }) {
      const { sequence } = params;
      const at = query.runId === undefined ? { sequence } : { sequence, runId: query.runId };
      const found = await store.stateAt(query, at);
      if (found !== null) return stateAnswer(found.text, found.persistedAt, '');
      return refused(
        'not_found',
        `The epic ${query.epicId} has no state with the sequence ${sequence}. See its history.`,
      );
    },
  };
}

function stateAnswer(text: JsonText, persistedAt: number, more: string): { kind: 'json'; text: string } {
  return { kind: 'json', text: `{"state":${text},"persistedAt":"${isoTime(persistedAt)}"${more}}` };
}

/** Saved under one key and looked up by another: that is how a state gets lost. */
function contradiction({ epicId, epoch, state }: PersistStateRequest): Refusal | undefined {
  if (epicId !== undefined && epicId !== state.epicId) {
    return refused('bad_request', `"epicId" is ${epicId}, but the state's own is ${state.epicId}.`, {
      field: 'epicId',
    });
  }
  if (epoch !== undefined && epoch !== state.epoch) {
    return refused('bad_request', `"epoch" is ${epoch}, but the state's own is ${state.epoch}.`, { field: 'epoch' });
  }
  return undefined;
}

function incomingState({ orchestratorId, state }: PersistStateRequest): IncomingState {
  return {
    runId: state.runId,
    orchestratorId,
    epoch: state.epoch,
    sequence: state.sequence,
    savedAt: state.savedAt,
    completed: state.completedTasks.length,
    inProgress: Object.keys(state.inProgressTasks).length,
    blocked: state.blockedTasks.length,
    text: JSON.stringify(state),
  };
}
