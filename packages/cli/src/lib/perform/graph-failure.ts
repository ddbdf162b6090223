import {
  failed,
  graphErrorBodySchema,
  parsePlainJson,
  unreachable,
  type Failure,
  type FailureCode,
  type GraphErrorBody,
  type HttpMethod,
  type Result,
} from '@ginkoai/contract';
import type { AttemptOutcome } from './graph-attempt.js';

/** A call as it is named in messages. `path` may hold a query, which is left out of them. */
export interface GraphCall {
  readonly method: HttpMethod;
  readonly path: string;
  readonly url: string;
}

type Answered = Extract<AttemptOutcome, { kind: 'answered' }>;

/** The JSON of a good answer, or what the outcome means to whoever called. */
export function resultOfOutcome(call: GraphCall, outcome: AttemptOutcome): Result<unknown> {
  switch (outcome.kind) {
    case 'answered':
      return outcome.status >= 200 && outcome.status < 300
        ? jsonOf(call, outcome)
        : { ok: false, failure: refusal(call, outcome) };
    case 'not_reached':
      return failed(
        'graph_unreachable',
        `The graph at ${origin(call)} cannot be reached (${outcome.reason}). Check that it runs and that its URL is right, or go on with --offline.`,
        { reason: outcome.reason },
      );
    case 'timed_out':
      return failed(
        'graph_timeout',
        `The graph at ${origin(call)} did not answer ${callName(call)} within ${Math.round(outcome.timeoutMs)} ms. Check the server; it may be overloaded or hang.`,
        { timeoutMs: outcome.timeoutMs },
      );
    case 'aborted':
      return failed('graph_timeout', `${callName(call)} at ${origin(call)} was given up before an answer came.`, {
        aborted: true,
      });
    case 'too_large':
      return failed(
        'bad_response',
        `The answer of ${origin(call)} to ${callName(call)} is larger than ginko reads. Check that this is the URL of a ginko graph.`,
      );
    default:
      return unreachable(outcome);
  }
}

/** Where a good answer has JSON of another form than the contract's. */
export function unexpectedAnswer(call: GraphCall, answer: unknown, problem: string): Failure {
  const version = stateVersion(answer);
  if (version !== undefined && version > 2) {
    return {
      code: 'newer_version',
      message: `The state in the graph at ${origin(call)} was written by a newer ginko (version ${version}; this one reads up to 2). Upgrade ginko.`,
      details: { version },
    };
  }
  return {
    code: 'bad_response',
    message: `The answer of ${origin(call)} to ${callName(call)} is not what a ginko graph answers (${problem}). Check the URL, and that server and client are of the same release.`,
  };
}

function jsonOf(call: GraphCall, outcome: Answered): Result<unknown> {
  if (!isJson(outcome)) return notJson(call, outcome);
  const parsed = parsePlainJson(outcome.text);
  if (parsed.ok) return parsed;
  return failed(
    'bad_response',
    `The answer of ${origin(call)} to ${callName(call)} cannot be used. ${parsed.failure.message} Check the URL of the graph.`,
  );
}

function refusal(call: GraphCall, outcome: Answered): Failure {
  const body = errorBodyOf(outcome);
  const code = failureCodeOf(outcome.status, body?.code);
  const details = {
    status: outcome.status,
    ...(body?.details ?? {}),
    ...(body === undefined ? {} : { graphCode: body.code }),
  };
  return { code, message: refusalMessage(call, outcome, code, body?.message), details };
}

function refusalMessage(call: GraphCall, outcome: Answered, code: FailureCode, said: string | undefined): string {
  const who = `The graph at ${origin(call)}`;
  const words = said === undefined ? '' : ` It says: ${said}`;
  switch (code) {
    case 'unauthorized':
      return `${who} does not accept the token (${outcome.status}). Check GINKO_GRAPH_TOKEN, or the entry of this URL in ~/.config/ginko/credentials.json.${words}`;
    case 'forbidden':
      return `${who} does not allow ${callName(call)} (${outcome.status}). Use a token with the scope it needs (GINKO_GRAPH_TOKEN or ~/.config/ginko/credentials.json).${words}`;
    case 'bad_response':
      return outcome.location === undefined
        ? `${who} answered ${callName(call)} with ${outcome.status} and ${describeBody(outcome)}. Check that this is the URL of a ginko graph.`
        : `${who} sends ${callName(call)} elsewhere (${outcome.status}), and ginko follows no redirects. Set GINKO_GRAPH_URL to the address it really has.`;
    case 'graph_error':
      return `${who} failed at ${callName(call)} (${outcome.status}). Look at the server's log.${words}`;
    case 'graph_timeout':
      return `${who} gave up waiting for ${callName(call)} (${outcome.status}).${words}`;
    default:
      return said ?? `${who} refused ${callName(call)} (${outcome.status}).`;
  }
}

/** Codes of the graph that are failures of the same name here. */
const sameCodes: ReadonlySet<string> = new Set<FailureCode>([
  'bad_request',
  'forbidden',
  'lease_held',
  'needs_state',
  'not_found',
  'snapshot_too_large',
  'stale_attempt',
  'stale_epoch',
  'unauthorized',
]);

function failureCodeOf(status: number, code: string | undefined): FailureCode {
  if (code !== undefined && sameCodes.has(code)) return code as FailureCode;
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 408) return 'graph_timeout';
  if (status === 429 || status >= 500) return 'graph_error';
  // A page that is not there and does not speak our language: some other server.
  return code === undefined ? 'bad_response' : 'bad_request';
}

function errorBodyOf(outcome: Answered): GraphErrorBody['error'] | undefined {
  if (!isJson(outcome)) return undefined;
  const parsed = parsePlainJson(outcome.text);
  if (!parsed.ok) return undefined;
  const body = graphErrorBodySchema.safeParse(parsed.value);
  return body.success ? body.data.error : undefined;
}

function notJson(call: GraphCall, outcome: Answered): Result<never> {
  return failed(
    'bad_response',
    `${origin(call)} answered ${callName(call)} with ${describeBody(outcome)} instead of JSON. Check that this is the URL of a ginko graph (GINKO_GRAPH_URL or graph.url in .ginko/config.json).`,
  );
}

function isJson(outcome: Answered): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(outcome.contentType);
}

function describeBody(outcome: Answered): string {
  if (/html/i.test(outcome.contentType)) return 'an HTML page';
  return outcome.text === '' ? 'nothing' : `"${outcome.contentType.split(';')[0] ?? ''}"`;
}

/** `POST /api/v1/orchestrator/state` */
function callName(call: GraphCall): string {
  return `${call.method} ${call.path.split('?')[0] ?? ''}`;
}

/** Without a user name or password that somebody may have put into the URL. */
function origin(call: GraphCall): string {
  return new URL(call.url).origin;
}

function stateVersion(answer: unknown): number | undefined {
  if (typeof answer !== 'object' || answer === null || !('state' in answer)) return undefined;
  const { state } = answer;
  if (typeof state !== 'object' || state === null || !('version' in state)) return undefined;
  return typeof state.version === 'number' ? state.version : undefined;
}
