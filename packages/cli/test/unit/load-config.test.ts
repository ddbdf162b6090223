import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/lib/perform/load-config.js';

describe('.ginko/config.json', () => {
  let root: string;
  let path: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ginko-config-'));
    mkdirSync(join(root, '.ginko'));
    path = join(root, '.ginko', 'config.json');
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const refusalOf = async (text: string): Promise<string> => {
    writeFileSync(path, text);
    const loaded = await loadConfig(root);
    expect(loaded).toMatchObject({ ok: false, failure: { code: 'bad_configuration' } });
    return loaded.ok ? '' : loaded.failure.message.replace(path, 'FILE');
  };

  const warningsOf = async (text: string): Promise<string[]> => {
    writeFileSync(path, text);
    const loaded = await loadConfig(root);
    if (!loaded.ok) throw new Error(loaded.failure.message);
    return loaded.value.warnings.map((warning) => warning.replace(path, 'FILE'));
  };

  it('has every default where there is none', async () => {
    expect(await loadConfig(root)).toMatchObject({ ok: true, value: { config: { agents: {} }, warnings: [] } });
  });

  it.each([
    ['', 'FILE is empty. Write {} into it, or remove it.'],
    [
      '{agents: 1}',
      'FILE:1:2: The configuration is not JSON: expected a key in double quotes or "}", found "a". Correct it there.',
    ],
    [
      '{\n  "graphId": "a"\n  "graph": {}\n}',
      'FILE:3:3: The configuration is not JSON: expected a comma or "}", found \'"\'. Correct it there.',
    ],
    [
      '{"graphId": "a",}',
      'FILE:1:17: The configuration is not JSON: expected a key in double quotes, found "}". Correct it there.',
    ],
    [
      '{"graphId": ',
      'FILE:1:13: The configuration is not JSON: expected a value (texts stand in double quotes), found the end of the file. Correct it there.',
    ],
    [
      '{"agents": {}} x',
      'FILE:1:16: The configuration is not JSON: expected nothing more, found "x". Correct it there.',
    ],
    [
      '{"environment": [1 2]}',
      'FILE:1:20: The configuration is not JSON: expected a comma or "]", found "2". Correct it there.',
    ],
    [
      '{"graphId" "a"}',
      'FILE:1:12: The configuration is not JSON: expected a colon after "graphId", found \'"\'. Correct it there.',
    ],
    ['{"__proto__": {}}', 'FILE is refused: it holds the key "__proto__". Correct it.'],
  ])('that is %j is refused with line and column', async (text, message) => {
    expect(await refusalOf(text)).toBe(message);
  });

  it.each([
    [
      '[]',
      'FILE: The configuration must be an object such as {"agents": {"coder": {"command": "claude --print"}}}, got []. Correct it.',
    ],
    [
      '{"agents": {\n  "a": {}\n}}',
      'FILE:2: "agents.a.command" is missing. Add a command line such as "claude --print".',
    ],
    [
      '{"agents": {"a": {\n  "command": 5\n}}}',
      'FILE:2: "agents.a.command" must be a command line such as "claude --print", got 5. Correct it.',
    ],
    [
      '{"agents": {"a": {"command": "x", "capabilities": [3]}}}',
      'FILE:1: "agents.a.capabilities.0" must be a word such as "typescript", got 3. Correct it.',
    ],
    [
      '{"agents": {"a": {"command": "x", "count": 0}}}',
      'FILE:1: "agents.a.count" must be a whole number from 1 to 1000 such as 2, got 0. Correct it.',
    ],
    [
      '{"agents": {"a b": {"command": "x"}}}',
      'FILE:1: The agent name "a b" must have 1 to 41 letters, digits, ".", "_" or "-", and start with a letter or digit. Rename it.',
    ],
    [
      '{"graph": {"url": "notaurl"}}',
      'FILE:1: "graph.url" must be an http or https address such as "https://graph.example.org", got "notaurl". Correct it.',
    ],
    [
      '{"graphId": "bad id/.."}',
      'FILE:1: "graphId" must be an id of 1 to 64 letters, digits, ".", "_" or "-" that starts with a letter or digit such as "my-project", got "bad id/..". Correct it.',
    ],
    [
      '{"defaults": {"taskTimeout": {}}}',
      'FILE:1: "defaults.taskTimeout" must be a duration such as "60m", got {}. Correct it.',
    ],
  ])('that is %j is refused with the line, the key, the value and what is expected', async (text, message) => {
    expect(await refusalOf(text)).toBe(message);
  });

  it('warns of keys that mean nothing, however deep, and says what may have been meant', async () => {
    const text =
      '{"agents":{"w":{"command":"./a.sh","capabilites":["x"]}},\n"defaults":{"maxAttemps":3},\n"color":1,"graph":{"uri":"x"}}';
    expect(await warningsOf(text)).toEqual([
      'FILE:1: the key "agents.w.capabilites" is not known and is ignored. Did you mean "capabilities"?',
      'FILE:2: the key "defaults.maxAttemps" is not known and is ignored. Did you mean "maxAttempts"?',
      'FILE:3: the key "color" is not known and is ignored. There are: graphId, graph, agents, defaults, environment.',
      'FILE:3: the key "graph.uri" is not known and is ignored. Did you mean "url"?',
    ]);
  });

  it('has no warnings when every key is known', async () => {
    const text = JSON.stringify({
      graphId: 'a',
      graph: { url: 'http://127.0.0.1:1' },
      agents: { 'w.x': { command: 'x', capabilities: ['*'], count: 2, verify: 'y' } },
      defaults: {
        verify: 'x',
        maxAttempts: 3,
        taskTimeout: '1h',
        pollInterval: 5,
        persistInterval: 30,
        maxRuntime: 9,
        backoff: '1s',
      },
      environment: ['PATH'],
    });
    expect(await warningsOf(text)).toEqual([]);
  });
});
