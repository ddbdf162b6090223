import { graphErrorBodySchema, graphRoutes, routePath, type Route } from '@ginkoai/contract';
import { aCheckpoint, aHolder, eventsFrom } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

const key = { graphId: 'graph-1', epicId: 'EPIC-1' };
const { persistState, readState, stateHistory, stateAt, acquireLease, renewLease, releaseLease, readLease } =
  graphRoutes;
const { appendEvents, syncTasks, taskNews, setTaskStatus, taskStatus, openApi } = graphRoutes;

let test: TestServer;

beforeEach(async () => {
  test = await startTestServer();
});

afterEach(() => test.remove());

interface Sent {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
}

/** The answer, which must be what the contract says. */
async function call(route: Route, { params, query, body }: Sent = {}): Promise<unknown> {
  const answer = await test.call(routePath(route.path, params, query), {
    method: route.method,
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status !== 200) return { status: answer.status, ...graphErrorBodySchema.parse(answer.body).error };
  expect(route.response.safeParse(answer.body).error).toBeUndefined();
  return answer.body;
}

const persist = (more: Parameters<typeof aCheckpoint>[0] = {}) =>
  call(persistState, { body: { graphId: 'graph-1', orchestratorId: 'orchestrator-1', state: aCheckpoint(more) } });
const acquire = (orchestratorId: string, more: object = {}) =>
  call(acquireLease, { body: { ...key, holder: aHolder(orchestratorId), ...more } });
const append = (first: number, last: number, more: object = {}) =>
  call(appendEvents, { body: { ...key, runId: 'run-1', epoch: 1, events: eventsFrom(first, last), ...more } });

describe('state and events', () => {
  it('says that there is none', async () => {
    expect(await call(readState, { query: key })).toEqual({ state: null, events: [] });
  });

  it('gives the newest state back as it came, unknown fields among it, with the later events', async () => {
    const state = aCheckpoint({
      fieldOfANewerVersion: { kept: ['as', 'it', 'is'] },
      taskState: { 'TASK-2': { attempt: 2 } },
    });
    await call(persistState, { body: { graphId: 'graph-1', orchestratorId: 'orchestrator-1', state } });
    expect(await append(11, 13)).toEqual({ stored: 3, sequence: 13 });
    const persistedAt = '2026-01-01T00:00:00.000Z';
    expect(await call(readState, { query: key })).toEqual({ state, events: eventsFrom(11, 13), persistedAt });
  });

  it('keeps the epic’s id in the query and the key of the state the same, or refuses', async () => {
    const body = { graphId: 'graph-1', orchestratorId: 'a', epicId: 'EPIC-2', state: aCheckpoint() };
    expect(await call(persistState, { body })).toMatchObject({ status: 400, field: 'epicId' });
    const other = { graphId: 'graph-1', orchestratorId: 'a', epoch: 7, state: aCheckpoint() };
    expect(await call(persistState, { body: other })).toMatchObject({ status: 400, field: 'epoch' });
  });

  it('answers a repeated state with what it has', async () => {
    expect(await persist()).toMatchObject({ stored: true, runId: 'run-1', epoch: 1, sequence: 10 });
    expect(await persist()).toMatchObject({ stored: false, sequence: 10 });
    expect(await persist({ sequence: 3 })).toMatchObject({ stored: false, sequence: 10 });
  });

  it('takes states of epoch 0 until a lease is granted, and none afterwards', async () => {
    expect(await persist({ epoch: 0 })).toMatchObject({ stored: true });
    await acquire('b');
    expect(await persist({ epoch: 0, sequence: 11 })).toMatchObject({
      status: 409,
      code: 'stale_epoch',
      details: { epoch: 1, orchestratorId: 'b', host: 'host-of-b' },
    });
  });

  it('refuses the first of two orchestrators once the second has the lease, and says who that is', async () => {
    await acquire('a');
    await persist();
    await acquire('b', { replaces: { orchestratorId: 'a', epoch: 1, reason: 'takeover' } });
    const stale = {
      status: 409,
      code: 'stale_epoch',
      details: { epoch: 2, orchestratorId: 'b', host: 'host-of-b', holder: aHolder('b') },
    };
    expect(await persist({ sequence: 11 })).toMatchObject(stale);
    expect(await append(11, 11)).toMatchObject(stale);
    expect(await call(syncTasks, { body: { ...key, epoch: 1, tasks: [] } })).toMatchObject(stale);
    expect(await call(renewLease, { body: { ...key, orchestratorId: 'a', epoch: 1 } })).toMatchObject(stale);
    expect(await call(readState, { query: key })).toMatchObject({ state: { sequence: 10 }, events: [] });
    expect(await persist({ epoch: 2, sequence: 11 })).toMatchObject({ stored: true });
  });

  it('says of events without a state what it has and what it needs', async () => {
    expect(await append(1, 2)).toMatchObject({ status: 409, code: 'needs_state', details: { stored: null } });
    await persist();
    expect(await append(12, 12)).toMatchObject({
      code: 'needs_state',
      details: { stored: { runId: 'run-1', epoch: 1, sequence: 10 }, expectedSequence: 11 },
    });
  });

  it('refuses a batch that has a gap inside', async () => {
    const events = [...eventsFrom(11, 12), ...eventsFrom(14, 14)];
    expect(await append(0, 0, { events })).toMatchObject({ status: 400, field: 'events' });
  });

  it('shows earlier states', async () => {
    await persist();
    await persist({ sequence: 12, completedTasks: ['TASK-1', 'TASK-2'], inProgressTasks: {} });
    expect(await call(stateHistory, { query: { ...key, limit: 1 } })).toMatchObject({
      states: [{ sequence: 12, completed: 2, inProgress: 0 }],
    });
    const found = await call(stateAt, { params: { sequence: 10 }, query: key });
    expect(found).toMatchObject({ state: aCheckpoint() });
    expect(await call(stateAt, { params: { sequence: 11 }, query: key })).toMatchObject({ status: 404 });
  });
});

describe('the lease', () => {
  it('is granted for thirty seconds, and refused to others with how long it has left', async () => {
    expect(await acquire('a')).toEqual({ epoch: 1, expiresAt: '2026-01-01T00:00:30.000Z', ttlMs: 30_000 });
    test.advance(10_500);
    expect(await acquire('b')).toMatchObject({
      status: 409,
      code: 'lease_held',
      details: { orchestratorId: 'a', host: 'host-of-a', epoch: 1, expiresInMs: 19_500, holder: aHolder('a') },
    });
  });

  it('tells the next holder about the one before, again when it asks again', async () => {
    await acquire('a', { ttlMs: 1_000 });
    test.advance(1_000);
    const previous = { holder: aHolder('a'), epoch: 1, released: false, renewedMsAgo: 1_000 };
    expect(await acquire('b')).toMatchObject({ epoch: 2, previous });
    test.advance(500);
    expect(await acquire('b')).toMatchObject({ epoch: 2, previous: { ...previous, renewedMsAgo: 1_500 } });
  });

  it('is renewed, shown and released', async () => {
    await acquire('a');
    test.advance(20_000);
    const held = { ...key, orchestratorId: 'a', epoch: 1 };
    expect(await call(renewLease, { body: held })).toMatchObject({ epoch: 1, expiresAt: '2026-01-01T00:00:50.000Z' });
    expect(await call(readLease, { query: key })).toMatchObject({ lease: { expiresInMs: 30_000, released: false } });
    test.advance(4_000);
    expect(await call(readLease, { query: key })).toMatchObject({ lease: { renewedMsAgo: 4_000 } });
    expect(await call(releaseLease, { body: held })).toEqual({ released: true, epoch: 1 });
    expect(await call(releaseLease, { body: held })).toEqual({ released: true, epoch: 1 });
    expect(await call(renewLease, { body: held })).toMatchObject({ code: 'stale_epoch' });
    expect(await acquire('b')).toMatchObject({ epoch: 2, previous: { released: true } });
  });

  it('was held by nobody in a graph made anew', async () => {
    expect(await call(readLease, { query: key })).toEqual({ lease: null });
    const body = { ...key, orchestratorId: 'a', epoch: 4 };
    expect(await call(renewLease, { body })).toMatchObject({ status: 404, code: 'not_found' });
    const reclaim = { epoch: 4, orchestratorId: 'a' };
    expect(await acquire('a', { reclaim, atLeastEpoch: 4 })).toMatchObject({ epoch: 5 });
  });

  it('has one more time to live after a restart of the server', async () => {
    await acquire('a');
    await test.restart();
    test.advance(59_999);
    expect(await acquire('b')).toMatchObject({ code: 'lease_held' });
    test.advance(1);
    expect(await acquire('b')).toMatchObject({ epoch: 2 });
  });
});

describe('tasks', () => {
  const tasks = [{ id: 'TASK-1', title: 'One', status: 'in_progress', dependsOn: [] }];

  it('carries a person’s word to the orchestrator', async () => {
    await call(syncTasks, { body: { ...key, epoch: 0, orchestratorId: 'a', tasks } });
    const word = { ...key, status: 'blocked', reason: 'waits for a key', by: 'Ada' };
    const said = { id: 'TASK-1', status: 'blocked', reason: 'waits for a key', by: 'Ada', revision: 1 };
    const params = { id: 'TASK-1' };
    expect(await call(setTaskStatus, { params, body: word })).toMatchObject(said);
    expect(await call(taskStatus, { params, query: { graphId: 'graph-1' } })).toMatchObject({ ...said, title: 'One' });
    expect(await call(taskNews, { query: key })).toMatchObject({ revision: 1, tasks: [said] });
    expect(await call(taskNews, { query: { ...key, since: 1 } })).toEqual({ revision: 1, tasks: [] });
  });

  it('refuses a status that it does not know, and a task that no epic has', async () => {
    await call(syncTasks, { body: { ...key, epoch: 0, tasks } });
    const word = { ...key, status: 'done', by: 'Ada' };
    expect(await call(setTaskStatus, { params: { id: 'TASK-1' }, body: word })).toMatchObject({
      status: 400,
      field: 'status',
    });
    const other = { graphId: key.graphId, status: 'complete', by: 'Ada' };
    expect(await call(setTaskStatus, { params: { id: 'TASK-7' }, body: other })).toMatchObject({ status: 404 });
    expect(await call(taskStatus, { params: { id: 'TASK-7' }, query: key })).toMatchObject({ status: 404 });
  });
});

it('describes every route in openapi.json', async () => {
  const document = (await call(openApi)) as {
    paths: Record<string, Record<string, { parameters: { name: string }[] }>>;
  };
  for (const route of Object.values(graphRoutes)) {
    const path = document.paths[route.path.replace(/:([a-z]+)/i, '{$1}')];
    expect(path?.[route.method.toLowerCase()]).toMatchObject({ summary: route.summary });
  }
  const parameters = document.paths['/api/v1/orchestrator/state/history/{sequence}']?.['get']?.parameters;
  expect(parameters?.map((parameter) => parameter.name)).toEqual(['sequence', 'graphId', 'epicId', 'runId']);
});
