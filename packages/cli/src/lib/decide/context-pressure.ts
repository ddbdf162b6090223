import type { ContextMetrics } from '@ginkoai/contract';

/** The AI harness that reads this command's output, and how much it can take in. */
export interface Harness {
  readonly name: string;
  readonly contextLimit: number;
}

/** English text and code alike are close to this; it rather counts too many tokens than too few. */
const charactersPerToken = 4;
const defaultContextLimit = 200_000;

const harnesses: readonly { readonly variable: string; readonly name: string }[] = [
  { variable: 'CLAUDECODE', name: 'claude' },
  { variable: 'CODEX_SANDBOX', name: 'codex' },
  { variable: 'CODEX_THREAD_ID', name: 'codex' },
  { variable: 'GEMINI_CLI', name: 'gemini' },
  { variable: 'OPENCODE', name: 'opencode' },
  { variable: 'CURSOR_AGENT', name: 'cursor' },
];

/** null: the command runs for a person or a script. `GINKO_CONTEXT_LIMIT` (tokens) declares any other harness. */
export function detectHarness(env: Readonly<Record<string, string | undefined>>): Harness | null {
  const declared = Number(env['GINKO_CONTEXT_LIMIT'] ?? '');
  const contextLimit = Number.isFinite(declared) && declared > 0 ? declared : defaultContextLimit;
  const found = harnesses.find(({ variable }) => (env[variable] ?? '') !== '');
  if (found !== undefined) return { name: found.name, contextLimit };
  return contextLimit === declared ? { name: 'declared', contextLimit } : null;
}

export interface OutputSoFar {
  readonly harness: Harness;
  /** Characters that this process printed; a new process starts at zero. */
  readonly characters: number;
  readonly lines: number;
  readonly events: number;
}

/** Agents' own tokens are cost, not pressure: only what this command printed fills the harness's context. */
export function contextMetrics({ harness, characters, lines, events }: OutputSoFar): ContextMetrics {
  const estimatedTokens = Math.ceil(characters / charactersPerToken);
  return {
    estimatedTokens,
    contextLimit: harness.contextLimit,
    pressure: estimatedTokens / harness.contextLimit,
    messageCount: lines,
    toolCallCount: 1,
    eventsSinceStart: events,
    model: harness.name,
  };
}
