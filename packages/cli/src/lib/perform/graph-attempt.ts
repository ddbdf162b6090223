import type { AxiosStatic } from 'axios';
import type { HttpMethod, Millis } from '@ginkoai/contract';

/** What became of one HTTP request. */
export type AttemptOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string;
      readonly text: string;
      readonly location?: string;
      /** From the Retry-After header, given in seconds; its form with a date is left alone. */
      readonly retryAfterMs?: Millis;
    }
  /** No connection, or one that broke off: `reason` is the system's word for it. */
  | { readonly kind: 'not_reached'; readonly reason: string }
  | { readonly kind: 'timed_out'; readonly timeoutMs: Millis }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'too_large' };

export interface AttemptRequest {
  readonly method: HttpMethod;
  readonly url: string;
  readonly token: string | undefined;
  /** JSON text. */
  readonly body: string | undefined;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: Millis;
  readonly maxResponseBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** 50 ms to load: only commands that speak to a graph pay for it, while they wait for the graph. */
export async function loadGraphTransport(): Promise<AxiosStatic> {
  return (await import('axios')).default;
}

/** Sends one request. Never rejects for anything that the network or the server did. */
export async function graphAttempt(request: AttemptRequest): Promise<AttemptOutcome> {
  const axios = await loadGraphTransport();
  if (request.signal?.aborted === true) return { kind: 'aborted' };
  const controller = new AbortController();
  let timedOut = false;
  const abort = (): void => controller.abort();
  // axios' own time-out is one of silence; a server that drips bytes would never meet it.
  const timer = setTimeout(() => {
    timedOut = true;
    abort();
  }, request.timeoutMs);
  request.signal?.addEventListener('abort', abort, { once: true });
  try {
    const response = await axios.request<string>({
      method: request.method,
      url: request.url,
      headers: headersOf(request),
      data: request.body,
      responseType: 'text',
      // Both ways the text is ours: axios would guess, and turn what is not JSON into a string without a word.
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
      // A redirect would carry the token elsewhere.
      maxRedirects: 0,
      maxBodyLength: Infinity,
      maxContentLength: request.maxResponseBytes,
      ...(isLoopback(request.url) ? { proxy: false as const } : {}),
      signal: controller.signal,
    });
    return answered(response.status, response.data, (name) => headerText(response.headers, name));
  } catch (error) {
    if (timedOut) return { kind: 'timed_out', timeoutMs: request.timeoutMs };
    if (controller.signal.aborted) return { kind: 'aborted' };
    if (!axios.isAxiosError(error)) throw error;
    if (error.message.startsWith('maxContentLength')) return { kind: 'too_large' };
    // The error itself goes no further: its config holds the token.
    return { kind: 'not_reached', reason: networkReason(error.code, error.message) };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', abort);
  }
}

function headersOf(request: AttemptRequest): Record<string, string> {
  return {
    Accept: 'application/json',
    'User-Agent': 'ginko',
    ...(request.token === undefined ? {} : { Authorization: `Bearer ${request.token}` }),
    ...(request.body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
}

function headerText(headers: object, name: string): string | undefined {
  const value: unknown = (headers as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function answered(status: number, text: string, header: (name: string) => string | undefined): AttemptOutcome {
  const retryAfter = header('retry-after');
  const location = header('location');
  return {
    kind: 'answered',
    status,
    contentType: header('content-type') ?? '',
    text: typeof text === 'string' ? text : '',
    ...(location === undefined ? {} : { location }),
    ...(retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? { retryAfterMs: Number(retryAfter) * 1000 } : {}),
  };
}

function networkReason(code: string | undefined, message: string): string {
  if (code === 'ERR_BAD_RESPONSE') return 'the connection broke off in the middle of the answer';
  return code ?? message;
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
