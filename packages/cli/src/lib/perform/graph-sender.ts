import { failed, type HttpMethod, type Millis, type Result } from '@ginkoai/contract';
import type { Clock } from '../ports.js';
import { graphAttempt, type AttemptOutcome } from './graph-attempt.js';
import { systemClock } from './clock.js';
import type { CallOptions, GraphClientOptions } from './graph-client.js';
import { resultOfOutcome } from './graph-failure.js';
import { retryDelay } from './graph-retry.js';

export interface SentCall {
  readonly method: HttpMethod;
  /** From the host on. */
  readonly path: string;
  readonly body?: unknown;
}

export type GraphSender = (call: SentCall, options?: CallOptions) => Promise<Result<unknown>>;

const defaults = { timeoutMs: 10_000, retries: 3, maxResponseBytes: 64 * 1024 * 1024 } as const;

/** Sends calls and tries them again where that helps, within bounds of number and time. */
export function createGraphSender(client: GraphClientOptions): GraphSender {
  if (!URL.canParse(client.url)) return () => Promise.resolve(badUrl(client.url));
  if (client.token !== undefined && !/^[\x21-\x7e]+$/.test(client.token))
    return () => Promise.resolve(badToken(client.url));
  const base = client.url.replace(/\/+$/, '');
  const clock = client.clock ?? systemClock;
  const random = client.random ?? Math.random;

  return async (call, options = {}) => {
    const limits = limitsOf(client, options);
    const deadline = clock.monotonic() + limits.totalTimeoutMs;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const attempt = (): Promise<AttemptOutcome> =>
      graphAttempt({
        method: call.method,
        url: base + call.path,
        token: client.token,
        body,
        timeoutMs: Math.max(1, Math.min(limits.timeoutMs, deadline - clock.monotonic())),
        maxResponseBytes: client.maxResponseBytes ?? defaults.maxResponseBytes,
        signal: options.signal,
      });

    for (let attempts = 1; ; attempts += 1) {
      const outcome = await attempt();
      const remainingMs = deadline - clock.monotonic();
      const delayMs = retryDelay(outcome, { attempts, retries: limits.retries, remainingMs, random });
      if (delayMs === null) return resultOfOutcome({ ...call, url: client.url }, outcome);
      await pause({ clock, delayMs, signal: options.signal });
    }
  };
}

interface Limits {
  readonly timeoutMs: Millis;
  readonly totalTimeoutMs: Millis;
  readonly retries: number;
}

function limitsOf(client: GraphClientOptions, call: CallOptions): Limits {
  const timeoutMs = call.timeoutMs ?? client.timeoutMs ?? defaults.timeoutMs;
  return {
    timeoutMs,
    totalTimeoutMs: call.totalTimeoutMs ?? client.totalTimeoutMs ?? timeoutMs * 2,
    retries: call.retries ?? client.retries ?? defaults.retries,
  };
}

interface Pause {
  readonly clock: Pick<Clock, 'after'>;
  readonly delayMs: Millis;
  /** Ends it early. */
  readonly signal: AbortSignal | undefined;
}

function pause({ clock, delayMs, signal }: Pause): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

function badToken(url: string): Result<never> {
  return failed(
    'bad_configuration',
    `The token for the graph at ${new URL(url).origin} holds a blank, a line break or another character that no token has. Check GINKO_GRAPH_TOKEN, or the entry of this URL in ~/.config/ginko/credentials.json.`,
  );
}

function badUrl(url: string): Result<never> {
  return failed(
    'bad_configuration',
    `The URL of the graph must be such as http://127.0.0.1:7420, got "${url}". Check GINKO_GRAPH_URL and graph.url in .ginko/config.json.`,
  );
}
