import type { Epoch, StaleEpochDetails } from '@ginkoai/contract';
import type { Lease } from '../decide/lease.js';
import type { StateStamp } from '../decide/state.js';
import { refused, type Refusal } from '../http/answer.js';
import type { EpicKey } from '../store/store.js';

/** Names who holds the epic now. */
export function staleByLease(key: EpicKey, epoch: Epoch, { epoch: now, holder, released }: Lease): Refusal {
  const details: StaleEpochDetails = { epoch: now, orchestratorId: holder.orchestratorId, host: holder.host, holder };
  const who = `${holder.orchestratorId} on ${holder.host}`;
  const why =
    released && now === epoch
      ? `the lease of epoch ${epoch} was given back by ${who}`
      : `epoch ${epoch} is over: the lease has epoch ${now}, ${released ? 'last held' : 'held'} by ${who}`;
  return refused(
    'stale_epoch',
    `The epic ${key.epicId} is not this orchestrator's any more; ${why}. Stop, and resume when it is free.`,
    {
      details,
    },
  );
}

/** No lease stands in the way but the newer state of another run. */
export function staleByState(key: EpicKey, epoch: Epoch, newest: StateStamp): Refusal {
  const details: StaleEpochDetails = {
    epoch: newest.epoch,
    orchestratorId: newest.orchestratorId,
    host: null,
    holder: null,
  };
  return refused(
    'stale_epoch',
    `The epic ${key.epicId} has a newer state, of the run ${newest.runId} under epoch ${newest.epoch} by ${newest.orchestratorId}; a state of epoch ${epoch} cannot take its place. Stop, and resume from the newer one.`,
    { details },
  );
}
