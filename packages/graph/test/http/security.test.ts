import { once } from 'node:events';
import { connect } from 'node:net';
import { bodyLimits, graphErrorBodySchema, graphRoutes } from '@ginkoai/contract';
import { rateLimits } from '../../src/decide/rate.js';
import { createGraphServer } from '../../src/index.js';
import { aCheckpoint, aHolder } from '../support/builders.js';
import { startTestServer, testToken, type TestAnswer, type TestServer } from '../support/test-server.js';

const statePath = graphRoutes.persistState.path;
const leasePath = graphRoutes.acquireLease.path;
const readPath = `${statePath}?graphId=graph-1&epicId=EPIC-1`;

let test: TestServer;

beforeAll(async () => {
  test = await startTestServer();
});

afterAll(() => test.remove());

/** The status, and the code of the error. */
function refusal({ status, body }: TestAnswer): [number, string] {
  return [status, graphErrorBodySchema.parse(body).error.code];
}

const post = (body: object | string, headers: Record<string, string> = {}) =>
  test.call(statePath, { method: 'POST', body, headers });

describe('who may speak to the graph', () => {
  it('refuses a call without a token, with an unknown one, and with one that is no token', async () => {
    for (const authorization of ['', 'Bearer wrong', 'Bearer ', `Basic ${testToken}`, testToken]) {
      const answer = await test.call(readPath, { headers: { authorization } });
      expect(refusal(answer)).toEqual([401, 'unauthorized']);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('takes no token from the URL', async () => {
    const answer = await test.call(`${readPath}&token=${testToken}`, { headers: { authorization: '' } });
    expect(answer.status).toBe(401);
  });

  it('answers its health without a token, and nothing else', async () => {
    const withoutToken = { headers: { authorization: '' } };
    expect((await test.call('/healthz', withoutToken)).body).toMatchObject({ status: 'ok' });
    expect((await test.call('/readyz', withoutToken)).body).toEqual({ status: 'ready' });
    expect((await test.call('/openapi.json', withoutToken)).status).toBe(401);
  });

  it('holds tokens to their scope and their time', async () => {
    const expiresAt = new Date(Date.UTC(2026, 0, 1) + 60_000).toISOString();
    const made = await test.call(graphRoutes.createToken.path, {
      method: 'POST',
      body: { name: 'reader', scope: 'read', expiresAt },
    });
    const { token } = made.body as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await test.call(readPath, { headers })).status).toBe(200);
    expect(refusal(await post({}, headers))).toEqual([403, 'forbidden']);
    const another = { name: 'x', scope: 'admin' };
    const answer = await test.call(graphRoutes.createToken.path, { method: 'POST', body: another, headers });
    expect(refusal(answer)).toEqual([403, 'forbidden']);
    test.advance(60_001);
    expect(refusal(await test.call(readPath, { headers }))).toEqual([401, 'unauthorized']);
  });

  it('lists tokens without what they are, and refuses a revoked one at once', async () => {
    const { path } = graphRoutes.createToken;
    const made = await test.call(path, { method: 'POST', body: { name: 'laptop', scope: 'orchestrator' } });
    const { token } = made.body as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await test.call(readPath, { headers })).status).toBe(200);

    const listed = await test.call(path);
    expect(listed.body).toMatchObject({
      tokens: expect.arrayContaining([
        { name: 'laptop', scope: 'orchestrator', createdAt: expect.any(String) as string, isExpired: false },
      ]) as object[],
    });
    expect(listed.text).not.toContain(token);
    const again = await test.call(path, { method: 'POST', body: { name: 'laptop', scope: 'read' } });
    expect(refusal(again)).toEqual([409, 'name_taken']);

    const revoke = { method: 'DELETE', body: { name: 'laptop' } };
    expect(refusal(await test.call(path, { headers }))).toEqual([403, 'forbidden']);
    expect(refusal(await test.call(path, { ...revoke, headers }))).toEqual([403, 'forbidden']);
    expect((await test.call(path, revoke)).body).toEqual({ revoked: true, name: 'laptop' });
    expect(refusal(await test.call(readPath, { headers }))).toEqual([401, 'unauthorized']);
    expect(refusal(await test.call(path, revoke))).toEqual([404, 'not_found']);
  });

  it.each([
    ['read', 200],
    ['orchestrator', 200],
    ['agent', 403],
  ])('lets a token of the scope %s read states: %i', async (scope, status) => {
    const body = { name: `reads-${scope}`, scope };
    const made = await test.call(graphRoutes.createToken.path, { method: 'POST', body });
    const headers = { authorization: `Bearer ${(made.body as { token: string }).token}` };
    expect((await test.call(readPath, { headers })).status).toBe(status);
  });

  it('answers only to its own names, so that a page whose name resolves to it learns nothing', async () => {
    for (const host of ['localhost', '127.0.0.1:1234', 'LOCALHOST:80', '[::1]:7420']) {
      expect((await test.call('/healthz', { headers: { host } })).status).toBe(200);
    }
    for (const host of ['evil.example', '127.0.0.1.evil.example', '169.254.169.254']) {
      expect(refusal(await test.call(readPath, { headers: { host } }))).toEqual([403, 'forbidden']);
    }
    expect((await test.call(readPath, { headers: { host: 'localhost@evil.example' } })).status).toBe(400);
  });

  it('refuses requests of pages from elsewhere, and allows none by CORS', async () => {
    const answer = await test.call(readPath, { headers: { origin: 'https://evil.example' } });
    expect(refusal(answer)).toEqual([403, 'forbidden']);
    expect(refusal(await test.call(readPath, { headers: { origin: 'null' } }))).toEqual([403, 'forbidden']);
    const own = await test.call(readPath, { headers: { origin: test.server.url } });
    expect(own.status).toBe(200);
    expect(own.headers['access-control-allow-origin']).toBeUndefined();
    expect((await test.call(statePath, { method: 'OPTIONS' })).status).toBe(405);
  });

  it('answers to further names that it was given', async () => {
    const behindProxy = await startTestServer({ behindProxy: true, allowedHosts: ['graph.example.org'] });
    const status = async (host: string) => (await behindProxy.call(readPath, { headers: { host } })).status;
    expect([await status('graph.example.org'), await status('example.org')]).toEqual([200, 403]);
    await behindProxy.remove();
  });

  it('listens on no address that others can reach, unless a proxy stands in front of it', async () => {
    const started = await createGraphServer({
      database: '/nonexistent/graph.db',
      listen: { host: '0.0.0.0', port: 0 },
      extendLiveLeases: false,
      onError: () => undefined,
    });
    expect(started).toMatchObject({ ok: false, failure: { code: 'bad_configuration' } });
  });

  it('lets a token make so many calls at a time, and no other token suffer for it', async () => {
    const made = await test.call(graphRoutes.createToken.path, {
      method: 'POST',
      body: { name: 'busy', scope: 'read' },
    });
    const headers = { authorization: `Bearer ${(made.body as { token: string }).token}` };
    for (let call = 0; call < rateLimits.burst; call += 1)
      expect((await test.call(readPath, { headers })).status).toBe(200);
    const refused = await test.call(readPath, { headers });
    expect(refusal(refused)).toEqual([429, 'rate_limited']);
    expect(refused.headers['retry-after']).toBe('1');
    expect((await test.call(readPath)).status).toBe(200);
    test.advance(1_000);
    expect((await test.call(readPath, { headers })).status).toBe(200);
  });

  it('lets nobody guess tokens without end', async () => {
    const guess = () => test.call(readPath, { headers: { authorization: 'Bearer guessed' } });
    let guesses = 0;
    while ((await guess()).status === 401 && guesses <= rateLimits.burst) guesses += 1;
    expect(refusal(await guess())).toEqual([429, 'rate_limited']);
    test.advance(60_000);
    expect(refusal(await guess())).toEqual([401, 'unauthorized']);
  });
});

describe('what may be sent to the graph', () => {
  it('takes JSON only', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', '']) {
      expect(refusal(await post('{}', { 'content-type': type }))).toEqual([415, 'unsupported_media_type']);
    }
  });

  it.each([
    ['text that is not JSON', '{"graphId":'],
    ['nothing', ''],
    ['a key that reaches the prototype', '{"graphId":"g","__proto__":{"admin":true}}'],
    ['such a key deep inside', JSON.stringify({ a: [{ b: { constructor: 1 } }] })],
    ['such a key written with escapes', '{"\\u005f_proto__":1}'],
    ['endless nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('refuses %s', async (_, body) => {
    expect(refusal(await post(body))).toEqual([400, 'bad_request']);
  });

  it('names the field that is wrong', async () => {
    const body = { graphId: '../../etc', holder: aHolder(), epicId: 'EPIC-1' };
    const answer = await test.call(leasePath, { method: 'POST', body });
    expect(graphErrorBodySchema.parse(answer.body).error).toMatchObject({ code: 'bad_request', field: 'graphId' });
  });

  it('takes a state of up to 8 MB, and says snapshot_too_large to more', async () => {
    const aStateOf = (bytes: number) => ({
      graphId: 'graph-1',
      orchestratorId: 'orchestrator-1',
      state: aCheckpoint({ epicId: `big-${bytes}`, padding: 'x'.repeat(bytes - 2_000) }),
    });
    expect((await post(aStateOf(bodyLimits.snapshot))).status).toBe(200);
    expect(refusal(await post(aStateOf(bodyLimits.snapshot + 4_000)))).toEqual([413, 'snapshot_too_large']);
  });

  it('takes at most 1 MB elsewhere, also when the sender does not say how much it will be', async () => {
    const body = { graphId: 'g', padding: 'x'.repeat(bodyLimits.usual) };
    expect(refusal(await test.call(leasePath, { method: 'POST', body }))).toEqual([413, 'body_too_large']);
    const chunked = await test.call(leasePath, { method: 'POST', body, headers: { 'transfer-encoding': 'chunked' } });
    expect(refusal(chunked)).toEqual([413, 'body_too_large']);
    const small = { method: 'POST', body: {}, headers: { 'transfer-encoding': 'chunked' } };
    expect(refusal(await test.call(leasePath, small))).toEqual([400, 'bad_request']);
  });

  it('takes no endless headers', async () => {
    expect((await test.call(readPath, { headers: { 'x-padding': 'x'.repeat(17_000) } })).status).toBe(431);
  });

  it('goes on after a sender that breaks off in the middle of a body', async () => {
    const { port } = new URL(test.server.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `POST ${statePath} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${testToken}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"graphId"',
    );
    socket.destroy();
    await once(socket, 'close');
    expect((await test.call('/healthz')).status).toBe(200);
  });

  it('knows no other routes and methods', async () => {
    expect(refusal(await test.call('/api/v1/nothing'))).toEqual([404, 'not_found']);
    expect(refusal(await test.call('/'))).toEqual([404, 'not_found']);
    const answer = await test.call(statePath, { method: 'DELETE' });
    expect(refusal(answer)).toEqual([405, 'method_not_allowed']);
    expect(answer.headers['allow']).toBe('POST, GET');
  });
});

it('tells nobody a stack trace', async () => {
  const answers = await Promise.all([post('{'), post({}), test.call('/nothing'), test.call(`${statePath}/history/x`)]);
  for (const { text } of answers) expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|\.ts\b/);
});
