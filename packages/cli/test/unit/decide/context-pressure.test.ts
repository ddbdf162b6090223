import { contextMetrics, detectHarness } from '../../../src/lib/decide/context-pressure.js';
import { contextPressureStopAt, contextPressureWarnAt } from '../../../src/lib/decide/limits.js';

describe('detectHarness', () => {
  it.each([
    ['CLAUDECODE', 'claude'],
    ['CODEX_SANDBOX', 'codex'],
    ['CODEX_THREAD_ID', 'codex'],
    ['GEMINI_CLI', 'gemini'],
    ['OPENCODE', 'opencode'],
    ['CURSOR_AGENT', 'cursor'],
  ])('knows by %s that %s reads the output', (variable, name) => {
    expect(detectHarness({ [variable]: '1' })).toEqual({ name, contextLimit: 200_000 });
  });

  it('finds none for a person or a script, nor by an empty variable', () => {
    expect(detectHarness({})).toBeNull();
    expect(detectHarness({ CLAUDECODE: '' })).toBeNull();
  });

  it('takes the limit from GINKO_CONTEXT_LIMIT, which declares a harness of its own, too', () => {
    expect(detectHarness({ GEMINI_CLI: '1', GINKO_CONTEXT_LIMIT: '1000000' })).toEqual({
      name: 'gemini',
      contextLimit: 1_000_000,
    });
    expect(detectHarness({ GINKO_CONTEXT_LIMIT: '50000' })).toEqual({ name: 'declared', contextLimit: 50_000 });
  });

  it.each(['', 'much', '0', '-5', 'Infinity'])('passes over GINKO_CONTEXT_LIMIT=%j', (limit) => {
    expect(detectHarness({ GINKO_CONTEXT_LIMIT: limit })).toBeNull();
    expect(detectHarness({ OPENCODE: '1', GINKO_CONTEXT_LIMIT: limit })?.contextLimit).toBe(200_000);
  });
});

describe('contextMetrics', () => {
  it('counts what this command printed, four characters a token, rounded up', () => {
    const harness = { name: 'claude', contextLimit: 1000 };
    expect(contextMetrics({ harness, characters: 2801, lines: 12, events: 3 })).toEqual({
      estimatedTokens: 701,
      contextLimit: 1000,
      pressure: 0.701,
      messageCount: 12,
      toolCallCount: 1,
      eventsSinceStart: 3,
      model: 'claude',
    });
  });

  it('warns at 70 % and stops at 80 %', () => {
    expect([contextPressureWarnAt, contextPressureStopAt]).toEqual([0.7, 0.8]);
  });
});
