import { FailureError, type Failure, type Result } from '@ginkoai/contract';
import { createGraphClient, type GraphClient, type GraphClientOptions } from '../../src/lib/perform/graph-client.js';
import {
  breakOff,
  graphError,
  hang,
  hangUp,
  html,
  json,
  startLoopbackServer,
  type Behaviour,
  type LoopbackServer,
} from '../support/loopback-server.js';

const token = 'very-secret-token';
const noState = json(200, { state: null, events: [] });

let server: LoopbackServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Time passes only by waiting, and waiting takes none. */
function aClock() {
  const waits: number[] = [];
  let time = 0;
  return {
    waits,
    monotonic: () => time,
    after(delayMs: number, callback: () => void): () => void {
      waits.push(delayMs);
      time += delayMs;
      queueMicrotask(callback);
      return () => undefined;
    },
  };
}

async function clientOf(behaviours: readonly Behaviour[], options: Partial<GraphClientOptions> = {}) {
  server = await startLoopbackServer(...behaviours);
  const clock = aClock();
  const all = { url: server.url, token, graphId: 'graph-1', random: () => 0.5, clock, ...options };
  return { server, clock, client: createGraphClient(all) };
}

function failureOf(result: Result<unknown>): Failure {
  if (result.ok) throw new Error('The call succeeded.');
  return result.failure;
}

async function rejectionOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  }
  throw new Error('The call succeeded.');
}

const read = (client: GraphClient) => client.readState({ epicId: 'EPIC-1' });

describe('a call', () => {
  it('carries the token in its header, and encodes what goes into the path', async () => {
    const task = { id: 'a b', epicId: 'E&1', status: 'complete', by: 'Ada', revision: 1, at: '2026-01-01T00:00:00Z' };
    const { client, server } = await clientOf([json(200, task)]);
    await client.taskStatus({ taskId: 'a/b ?', epicId: 'E&1=é' });
    expect(server.received[0]).toMatchObject({
      method: 'GET',
      path: '/api/v1/task/a%2Fb%20%3F/status?graphId=graph-1&epicId=E%261%3D%C3%A9',
      headers: { authorization: `Bearer ${token}` },
    });
  });

  it('sends its graph id along with a body', async () => {
    const { client, server } = await clientOf([
      json(200, { epoch: 1, expiresAt: '2026-01-01T00:00:00Z', ttlMs: 30_000 }),
    ]);
    const renewed = await client.renewLease({ epicId: 'EPIC-1', orchestratorId: 'a', epoch: 1 });
    expect(renewed).toMatchObject({ ok: true, value: { epoch: 1, ttlMs: 30_000 } });
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      graphId: 'graph-1',
      epicId: 'EPIC-1',
      orchestratorId: 'a',
      epoch: 1,
    });
  });

  it('reaches a graph below a path of its host', async () => {
    const { server } = await clientOf([noState]);
    await read(createGraphClient({ url: `${server.url}/team/ginko/`, token, graphId: 'graph-1' }));
    expect(server.received[0]?.path).toMatch(/^\/team\/ginko\/api\/v1\/orchestrator\/state\?/);
  });

  it('is the parsed answer, or rejects with a failure, where it is made by method and path', async () => {
    const { client } = await clientOf([json(200, { any: ['thing'] }), graphError(404, 'not_found')]);
    expect(await client.request('GET', '/api/v1/anything')).toEqual({ any: ['thing'] });
    expect(await rejectionOf(client.request('GET', '/api/v1/nothing'))).toMatchObject({ code: 'not_found' });
  });

  it('reads statuses of tasks that only a newer server knows', async () => {
    const word = { id: 'TASK-1', status: 'hibernating', by: 'x', revision: 1, at: '2026-01-01T00:00:00Z', mood: 'new' };
    const { client } = await clientOf([json(200, { revision: 1, tasks: [word] })]);
    expect(await client.taskNews({ epicId: 'EPIC-1' })).toMatchObject({
      ok: true,
      value: { tasks: [{ status: 'hibernating' }] },
    });
  });
});

describe('an answer that is no answer', () => {
  it('is unreachable where nothing listens', async () => {
    const { client, server } = await clientOf([noState], { retries: 0 });
    await server.close();
    const failure = failureOf(await read(client));
    expect(failure).toMatchObject({ code: 'graph_unreachable', details: { reason: 'ECONNREFUSED' } });
    expect(failure.message).toContain(server.url);
  });

  it('is a time-out where the server hangs, after the time of one attempt and no more', async () => {
    const { client, server } = await clientOf([hang], { timeoutMs: 1_000 });
    const failure = failureOf(await read(client));
    expect(failure).toMatchObject({ code: 'graph_timeout', details: { timeoutMs: 1_000 } });
    expect(server.received).toHaveLength(1);
  });

  it('is a time-out where the server drips its answer for ever', async () => {
    let timer: NodeJS.Timeout | undefined;
    const drip: Behaviour = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      timer = setInterval(() => response.write(' '), 10);
    };
    const { client } = await clientOf([drip], { timeoutMs: 150 });
    expect(failureOf(await read(client)).code).toBe('graph_timeout');
    clearInterval(timer);
  });

  it.each([
    ['hangs up', hangUp],
    ['breaks off in the middle', breakOff],
  ])('is unreachable where the server %s every time', async (_, behaviour) => {
    const { client, server } = await clientOf([behaviour], { retries: 1 });
    expect(failureOf(await read(client)).code).toBe('graph_unreachable');
    expect(server.received).toHaveLength(2);
  });

  it.each([
    ['an HTML page', html(200), 'an HTML page instead of JSON'],
    ['an HTML page that is not found', html(404), 'Check that this is the URL of a ginko graph'],
    ['other JSON', json(200, { hello: 'world' }), 'is not what a ginko graph answers'],
    [
      'JSON that is cut off',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a'),
      'JSON',
    ],
    ['a redirect', json(302, {}, { location: 'https://elsewhere.example/' }), 'GINKO_GRAPH_URL'],
    [
      'JSON with a hostile key',
      (response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"state":null,"__proto__":{}}'),
      '__proto__',
    ],
  ] satisfies [string, Behaviour, string][])('is a bad response where it is %s', async (_, behaviour, says) => {
    const { client, server } = await clientOf([behaviour]);
    const failure = failureOf(await read(client));
    expect(failure.code).toBe('bad_response');
    expect(failure.message).toContain(says);
    expect(server.received).toHaveLength(1);
  });

  it('is a bad response where it has more bytes than are read', async () => {
    const { client } = await clientOf([json(200, { padding: 'x'.repeat(20_000) })], { maxResponseBytes: 10_000 });
    expect(failureOf(await read(client))).toMatchObject({ code: 'bad_response' });
  });

  it('asks for an upgrade where the state is of a newer version', async () => {
    const { client } = await clientOf([json(200, { state: { version: 3, everything: 'new' }, events: [] })]);
    const failure = failureOf(await read(client));
    expect(failure).toMatchObject({ code: 'newer_version', details: { version: 3 } });
    expect(failure.message).toContain('Upgrade ginko');
  });

  it.each(['', 'with a line break\n', 'clé'])('is a matter of configuration where the token is %j', async (wrong) => {
    const { client } = await clientOf([noState], { token: wrong });
    expect(failureOf(await read(client))).toMatchObject({ code: 'bad_configuration' });
  });

  it('is a matter of configuration where the URL is none', async () => {
    const client = createGraphClient({ url: 'graph.example', token, graphId: 'graph-1' });
    expect(failureOf(await read(client))).toMatchObject({ code: 'bad_configuration' });
  });
});

describe('a refusal', () => {
  it.each([
    [401, 'unauthorized', 'unauthorized', 'GINKO_GRAPH_TOKEN'],
    [403, 'forbidden', 'forbidden', 'scope'],
    [409, 'stale_epoch', 'stale_epoch', 'The graph says stale_epoch.'],
    [409, 'lease_held', 'lease_held', 'The graph says lease_held.'],
    [409, 'needs_state', 'needs_state', 'The graph says needs_state.'],
    [413, 'snapshot_too_large', 'snapshot_too_large', 'The graph says'],
    [400, 'bad_request', 'bad_request', 'The graph says'],
    [418, 'a_code_of_a_newer_server', 'bad_request', 'The graph says'],
    [500, 'internal_error', 'graph_error', "server's log"],
  ])('of status %i with %s is the failure %s, told once', async (status, code, expected, says) => {
    const { client, server } = await clientOf([graphError(status, code, { details: { epoch: 7 } })]);
    const failure = failureOf(await read(client));
    expect(failure).toMatchObject({ code: expected, details: { epoch: 7, status } });
    expect(failure.message).toContain(says);
    expect(server.received).toHaveLength(1);
  });

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [500, 'graph_error'],
  ])('of status %i is known as such although its body is HTML', async (status, expected) => {
    const { client } = await clientOf([html(status)]);
    expect(failureOf(await read(client)).code).toBe(expected);
  });

  it('never tells the token', async () => {
    const echo: Behaviour = (response, request) => graphError(401, 'unauthorized')(response, request);
    for (const behaviour of [echo, hangUp, html(200), json(200, {}), graphError(500, 'x')]) {
      const { client, server } = await clientOf([behaviour], { retries: 0 });
      expect(JSON.stringify(failureOf(await read(client)))).not.toContain(token);
      await server.close();
    }
  });

  it('never tells a password that stands in the URL', async () => {
    const { server } = await clientOf([graphError(500, 'x')]);
    const url = server.url.replace('http://', 'http://ada:secret-word@');
    const failure = failureOf(await read(createGraphClient({ url, graphId: 'graph-1' })));
    expect(JSON.stringify(failure)).not.toContain('secret-word');
  });
});

describe('trying again', () => {
  it.each([408, 425, 429, 502, 503, 504])('helps after a passing %i', async (status) => {
    const { client, server } = await clientOf([graphError(status, 'passing'), html(status), noState]);
    expect(await read(client)).toMatchObject({ ok: true });
    expect(server.received).toHaveLength(3);
  });

  it('helps after a connection that broke', async () => {
    const { client } = await clientOf([hangUp, breakOff, noState]);
    expect(await read(client)).toMatchObject({ ok: true });
  });

  it('sends the very same body', async () => {
    const { client, server } = await clientOf([hangUp, json(200, { stored: 1, sequence: 11 })]);
    const event = { kind: 'task_added' as const, sequence: 11, at: '2026-01-01T00:00:00Z', taskId: 'TASK-1' };
    await client.appendEvents({ epicId: 'EPIC-1', runId: 'run-1', epoch: 1, events: [event] });
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.body).toBe(server.received[0]?.body);
  });

  it('ends after three more attempts, each after up to twice the wait of the one before', async () => {
    const { client, clock, server } = await clientOf([graphError(503, 'busy')]);
    expect(failureOf(await read(client))).toMatchObject({ code: 'graph_error' });
    expect(server.received).toHaveLength(4);
    expect(clock.waits).toEqual([125, 250, 500]);
  });

  it('waits as long as the server asks, if that leaves time', async () => {
    const slowDown = json(429, { error: { code: 'slow_down', message: 'Slow down.' } }, { 'retry-after': '3' });
    const patient = await clientOf([slowDown, noState]);
    expect(await read(patient.client)).toMatchObject({ ok: true });
    expect(patient.clock.waits).toEqual([3_000]);
    await patient.server.close();
    const hurried = await clientOf([slowDown, noState], { totalTimeoutMs: 2_000 });
    expect(failureOf(await read(hurried.client))).toMatchObject({ code: 'graph_error' });
    expect(hurried.server.received).toHaveLength(1);
  });

  it('ends when the time of the whole call is over', async () => {
    const { client, clock } = await clientOf([graphError(503, 'busy')], { retries: 1_000, totalTimeoutMs: 10_000 });
    expect(failureOf(await read(client)).code).toBe('graph_error');
    expect(clock.monotonic()).toBeLessThanOrEqual(10_000);
  });

  it('is left out where the caller wants none', async () => {
    const { client, server } = await clientOf([graphError(503, 'busy')]);
    await client.readState({ epicId: 'EPIC-1' }, { retries: 0 });
    expect(server.received).toHaveLength(1);
  });

  it('ends, like the call itself, when the caller gives up', async () => {
    const giveUp = new AbortController();
    const { client } = await clientOf([hang]);
    const call = client.readState({ epicId: 'EPIC-1' }, { signal: giveUp.signal });
    giveUp.abort();
    expect(failureOf(await call)).toMatchObject({ code: 'graph_timeout', details: { aborted: true } });
    const again = await client.readState({ epicId: 'EPIC-1' }, { signal: giveUp.signal });
    expect(failureOf(again)).toMatchObject({ details: { aborted: true } });
  });
});
