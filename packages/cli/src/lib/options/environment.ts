import { failed, graphUrlSchema, idPattern, ok, type Millis, type Result } from '@ginkoai/contract';
import { parseDuration } from './duration.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export const persistIntervalVariable = 'GRAPH_PERSIST_INTERVAL';

/** A variable that is set to nothing counts as not set. */
export function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/**
 * The variables that ginko reads, judged before anything is touched: a wrong one must neither be ignored nor lead to
 * another project's state. Failure: `bad_configuration` with the variable, its value, and what to do.
 */
export function checkEnvironment(env: Environment): Result<null> {
  const checks = [
    graphIdIn(env),
    graphUrlIn(env, 'GINKO_GRAPH_URL'),
    graphUrlIn(env, 'GINKO_API_URL'),
    contextLimitIn(env),
  ];
  const wrong = [...checks, persistIntervalOf(env)].find((check) => !check.ok);
  return wrong === undefined || wrong.ok ? ok(null) : wrong;
}

/** null: it is not set. */
export function persistIntervalOf(env: Environment): Result<Millis | null> {
  const value = env[persistIntervalVariable];
  if (!isSet(value)) return ok(null);
  const parsed = parseDuration(value, {
    name: persistIntervalVariable,
    unit: 's',
    examples: ['30s', '5m'],
    suggestion: `${persistIntervalVariable}=30s`,
  });
  return parsed.ok ? parsed : failed('bad_configuration', parsed.failure.message);
}

function graphIdIn(env: Environment): Result<null> {
  const value = env['GINKO_GRAPH_ID'];
  if (!isSet(value) || idPattern.test(value)) return ok(null);
  return failed(
    'bad_configuration',
    'GINKO_GRAPH_ID must be 1 to 64 letters, digits, ".", "_" or "-", and start with a letter or digit, ' +
      `got "${value}". Try GINKO_GRAPH_ID=my-project, or unset it.`,
  );
}

function graphUrlIn(env: Environment, name: 'GINKO_GRAPH_URL' | 'GINKO_API_URL'): Result<null> {
  const value = env[name];
  if (!isSet(value) || graphUrlSchema.safeParse(value).success) return ok(null);
  return failed(
    'bad_configuration',
    `${name} must be an http or https address, got "${value}". ` +
      `Try ${name}=https://graph.example.org, or unset it to use the embedded graph.`,
  );
}

function contextLimitIn(env: Environment): Result<null> {
  const value = env['GINKO_CONTEXT_LIMIT'];
  if (!isSet(value) || (Number.isFinite(Number(value)) && Number(value) > 0)) return ok(null);
  return failed(
    'bad_configuration',
    `GINKO_CONTEXT_LIMIT must be a number of tokens of more than 0, got "${value}". ` +
      'Try GINKO_CONTEXT_LIMIT=200000, or unset it.',
  );
}
