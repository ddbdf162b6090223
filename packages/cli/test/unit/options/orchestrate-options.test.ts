import { configSchema } from '@ginkoai/contract';
import { orchestrateOptions, type OrchestrateFlags } from '../../../src/lib/options/orchestrate-options.js';

const judged = (flags: OrchestrateFlags, file: object = {}, env: Record<string, string> = {}) =>
  orchestrateOptions(flags, configSchema.parse(file), env);

const refusal = (...of: Parameters<typeof judged>): string => {
  const options = judged(...of);
  if (options.ok) throw new Error('It was taken.');
  return options.failure.message;
};

describe('durations', () => {
  it('have their defaults, and are taken from flag, environment and file in this order', () => {
    const file = { defaults: { persistInterval: '1m', taskTimeout: 5, backoff: '2s' } };
    const env = { GRAPH_PERSIST_INTERVAL: '40' };
    expect(judged({})).toMatchObject({
      ok: true,
      value: {
        taskTimeoutMs: 3_600_000,
        pollIntervalMs: 5_000,
        persistIntervalMs: 30_000,
        maxRuntimeMs: null,
        backoffMs: 10_000,
      },
    });
    expect(judged({}, file)).toMatchObject({
      value: { persistIntervalMs: 60_000, taskTimeoutMs: 300_000, backoffMs: 2_000 },
    });
    expect(judged({}, file, env)).toMatchObject({ value: { persistIntervalMs: 40_000 } });
    expect(judged({ persistInterval: '500ms' }, file, env)).toMatchObject({ value: { persistIntervalMs: 500 } });
  });

  it('have limits of losses and back-off from the file', () => {
    expect(judged({})).toMatchObject({ value: { maxLosses: 5, maxBackoffMs: 600_000 } });
    const file = { defaults: { maxLosses: 2, maxBackoff: '1m' } };
    expect(judged({}, file)).toMatchObject({ value: { maxLosses: 2, maxBackoffMs: 60_000 } });
  });

  it.each([
    [{ taskTimeout: '0' }, '--task-timeout must be more than 0, such as 60m or 2h, got "0". Try --task-timeout 60m.'],
    [{ pollInterval: 'x' }, '--poll-interval must be a duration such as 5s or 500ms, got "x". Try --poll-interval 5s.'],
    [{ maxRuntime: '2hrs' }, '--max-runtime must be a duration such as 2h or 90m, got "2hrs". Try --max-runtime 2h.'],
  ])('%j are refused with examples that fit', (flags, message) => {
    expect(refusal(flags)).toBe(message);
  });

  it('of the environment and the file are refused by the name that they have there', () => {
    expect(refusal({}, {}, { GRAPH_PERSIST_INTERVAL: 'x' })).toMatch(
      /^GRAPH_PERSIST_INTERVAL .*Try GRAPH_PERSIST_INTERVAL=30s\.$/,
    );
    expect(refusal({}, { defaults: { taskTimeout: '2hrs' } })).toBe(
      '"defaults.taskTimeout" of .ginko/config.json must be a duration such as 60m or 2h, got "2hrs". Try "taskTimeout": "60m".',
    );
  });
});
