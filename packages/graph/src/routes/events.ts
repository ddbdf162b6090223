import { unreachable, type NeedsStateDetails } from '@ginkoai/contract';
import type { AppendDecision } from '../decide/events.js';
import { answered, refused, type Refusal } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';
import type { GraphStore } from '../store/store.js';
import { staleByLease } from './stale-epoch.js';

export function eventHandlers(store: GraphStore): Pick<Handlers, 'appendEvents'> {
  return {
    async appendEvents({ body }) {
      const { runId, epoch, events } = body;
      const [first, last] = [events[0], events.at(-1)];
      if (first === undefined || last === undefined) throw new Error('The schema let an empty batch of events pass.');
      const outcome = await store.appendEvents(
        body,
        { runId, epoch, firstSequence: first.sequence, lastSequence: last.sequence },
        events.map((event) => ({ sequence: event.sequence, text: JSON.stringify(event) })),
      );
      switch (outcome.kind) {
        case 'stored':
          return answered({ stored: outcome.stored, sequence: outcome.sequence });
        case 'stale':
          return staleByLease(body, epoch, outcome.lease);
        case 'needs_state':
          return needsState(runId, outcome);
        default:
          return unreachable(outcome);
      }
    },
  };
}

function needsState(runId: string, decision: Extract<AppendDecision, { kind: 'needs_state' }>): Refusal {
  const { stored, expectedSequence } = decision;
  const details: NeedsStateDetails = { stored, ...(expectedSequence === undefined ? {} : { expectedSequence }) };
  const why =
    expectedSequence === undefined
      ? 'the graph has no state of it under this epoch'
      : `the next event would have to have the sequence ${expectedSequence}`;
  return refused(
    'needs_state',
    `These events of the run ${runId} have nothing to stand on: ${why}. Persist its state first.`,
    {
      details: { ...details },
    },
  );
}
