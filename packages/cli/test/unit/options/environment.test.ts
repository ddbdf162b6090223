import { checkEnvironment } from '../../../src/lib/options/environment.js';

describe('the environment', () => {
  it.each([
    [{}],
    [{ GINKO_GRAPH_ID: '', GINKO_GRAPH_URL: '', GRAPH_PERSIST_INTERVAL: '', GINKO_CONTEXT_LIMIT: '' }],
    [{ GINKO_GRAPH_ID: 'my-project.2' }],
    [{ GINKO_GRAPH_URL: 'http://127.0.0.1:7420' }],
    [{ GINKO_API_URL: 'https://graph.example.org/base' }],
    [{ GRAPH_PERSIST_INTERVAL: '30s' }],
    [{ GINKO_CONTEXT_LIMIT: '200000' }],
  ])('is taken as %j', (env) => {
    expect(checkEnvironment(env)).toEqual({ ok: true, value: null });
  });

  it.each([
    ['GINKO_GRAPH_ID', 'bad id/..', 'Try GINKO_GRAPH_ID=my-project'],
    ['GINKO_GRAPH_URL', 'notaurl', 'Try GINKO_GRAPH_URL=https://'],
    ['GINKO_GRAPH_URL', 'ftp://graph.example.org', 'http or https'],
    ['GINKO_API_URL', 'localhost:7420', 'Try GINKO_API_URL=https://'],
    ['GRAPH_PERSIST_INTERVAL', 'often', 'Try GRAPH_PERSIST_INTERVAL=30s.'],
    ['GRAPH_PERSIST_INTERVAL', '0', 'must be more than 0'],
    ['GINKO_CONTEXT_LIMIT', 'abc', 'Try GINKO_CONTEXT_LIMIT=200000'],
    ['GINKO_CONTEXT_LIMIT', '-1', 'of more than 0'],
  ])('with %s=%s is refused with the variable, the value and a way out', (name, value, says) => {
    const checked = checkEnvironment({ [name]: value });
    expect(checked).toMatchObject({ ok: false, failure: { code: 'bad_configuration' } });
    const message = checked.ok ? '' : checked.failure.message;
    expect(message.startsWith(`${name} must be`)).toBe(true);
    expect(message).toContain(`got "${value}"`);
    expect(message).toContain(says);
  });
});
