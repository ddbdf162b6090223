import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap, type Failure, type Holder } from '@ginkoai/contract';
import { acquireLease } from '../../src/lib/perform/acquire-lease.js';
import { ownIdentity } from '../../src/lib/perform/agents/process-identity.js';
import { startEmbeddedGraph, type EmbeddedGraph } from '../../src/lib/perform/embedded-graph.js';
import { createGraphClient, type GraphClient } from '../../src/lib/perform/graph-client.js';
import { createLeaseKeeper } from '../../src/lib/perform/lease-keeper.js';

const epicId = 'EPIC-1';

/** A process that lives (this one), on this machine or another. */
function aHolder(orchestratorId: string, more: Partial<Holder> = {}): Holder {
  return { orchestratorId, host: hostname(), place: 'place-1', ...ownIdentity(), ...more };
}

const elsewhere = { bootId: 'another-boot', host: 'another-host' };

let root: string;
let graph: EmbeddedGraph;
let client: GraphClient;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ginko-lease-'));
  graph = unwrap(await startEmbeddedGraph({ root }));
  client = createGraphClient({ url: graph.url, token: graph.token, graphId: 'graph-1' });
});

afterEach(async () => {
  await graph.close();
  await rm(root, { recursive: true, force: true });
});

const ask = (holder: Holder, more: Partial<Parameters<typeof acquireLease>[0]> = {}) =>
  acquireLease({ client, epicId, holder, atLeastEpoch: 0, isTakeover: false, ...more });

/** A keeper whose time passes when the test says so. */
function aKeeper(own: Holder, lastKnown: { readonly epoch: number; readonly orchestratorId: string }, epoch?: number) {
  const granted: number[] = [];
  const lost: Failure[] = [];
  let scheduled: () => void = () => undefined;
  const keeper = createLeaseKeeper({
    clock: { now: () => 0, monotonic: () => 0, after: (_, callback) => ((scheduled = callback), () => undefined) },
    chance: () => 0.5,
    isStrict: false,
    granted: epoch === undefined ? null : { epoch },
    renew: (held) => client.renewLease({ epicId, orchestratorId: own.orchestratorId, epoch: held }),
    reclaim: () => ask(own, { atLeastEpoch: lastKnown.epoch, lastKnown }),
    release: (held) => client.releaseLease({ epicId, orchestratorId: own.orchestratorId, epoch: held }),
    onGranted: (one) => granted.push(one),
    onLost: (failure) => lost.push(failure),
  });
  const isTime = async (): Promise<void> => {
    scheduled();
    await keeper.confirm();
  };
  return { granted, lost, isTime };
}

describe('the lease of a run', () => {
  it('goes at once to who names a dead process of the same boot, and from a live one only by a takeover', async () => {
    await ask(aHolder('dead', { pid: 4_194_304, processStartedAt: '1' }));
    expect(await ask(aHolder('next'))).toMatchObject({ ok: true, value: { epoch: 2 } });
    expect(await ask(aHolder('third'))).toMatchObject({ ok: false, failure: { code: 'lease_held' } });
    expect(await ask(aHolder('third'), { isTakeover: true })).toMatchObject({ ok: true, value: { epoch: 3 } });
  });

  it('goes to a run that went on without it, from the holder that this run goes on from', async () => {
    await ask(aHolder('first', elsewhere));
    const { granted, lost, isTime } = aKeeper(aHolder('second'), { epoch: 1, orchestratorId: 'first' });
    await isTime();
    expect({ granted, lost }).toEqual({ granted: [2], lost: [] });
  });

  it('is lost to a run that went on without it, once another has had it', async () => {
    await ask(aHolder('first', elsewhere));
    await ask(aHolder('other', elsewhere), { isTakeover: true });
    const { granted, lost, isTime } = aKeeper(aHolder('second'), { epoch: 1, orchestratorId: 'first' });
    await isTime();
    expect(granted).toEqual([]);
    expect(lost).toMatchObject([{ code: 'stale_epoch', details: { epoch: 2, orchestratorId: 'other' } }]);
  });

  it('is asked for again, above the epochs that were, in a graph that was made anew', async () => {
    const { granted, lost, isTime } = aKeeper(aHolder('first'), { epoch: 7, orchestratorId: 'first' }, 7);
    await isTime();
    await isTime();
    expect({ granted, lost }).toEqual({ granted: [8], lost: [] });
  });
});
