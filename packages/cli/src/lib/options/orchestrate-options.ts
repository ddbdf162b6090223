import { failed, idPattern, ok, type Config, type Millis, type Result } from '@ginkoai/contract';
import { defaultLimits } from '../decide/limits.js';
import { parseDuration, type DurationOption } from './duration.js';

/** The flags of `ginko orchestrate` as commander gives them. */
export interface OrchestrateFlags {
  readonly sprint?: string;
  readonly epic?: string;
  readonly resume?: boolean;
  readonly dryRun?: boolean;
  readonly agents?: string;
  readonly exec?: string;
  readonly agent?: string;
  readonly capabilities?: string;
  readonly verify?: string;
  readonly maxAttempts?: string;
  readonly taskTimeout?: string;
  readonly pollInterval?: string;
  readonly persistInterval?: string;
  readonly maxRuntime?: string;
  readonly respawn?: boolean;
  readonly takeover?: boolean;
  readonly strictLease?: boolean;
  readonly offline?: boolean;
  readonly includeInProgress?: boolean;
  readonly trust?: boolean;
  readonly stopAgents?: boolean;
  readonly keepRunning?: boolean;
  /** commander's form of `--no-write-back`. */
  readonly writeBack?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export interface OrchestrateOptions {
  readonly sprint: string | null;
  readonly epic: string | null;
  readonly isResume: boolean;
  readonly isDryRun: boolean;
  /** null: as many as the configuration says. */
  readonly agents: number | null;
  readonly exec: string | null;
  readonly agent: string | null;
  readonly capabilities: readonly string[];
  readonly verify: string | null;
  readonly maxAttempts: number;
  readonly backoffMs: Millis;
  readonly taskTimeoutMs: Millis;
  readonly pollIntervalMs: Millis;
  readonly persistIntervalMs: Millis;
  readonly maxRuntimeMs: Millis | null;
  readonly isRespawn: boolean;
  readonly isTakeover: boolean;
  readonly isStrictLease: boolean;
  readonly isOffline: boolean;
  readonly includeInProgress: boolean;
  readonly isTrusted: boolean;
  readonly stopsAgents: boolean;
  readonly keepRunning: boolean;
  readonly isWriteBack: boolean;
  readonly isVerbose: boolean;
  readonly isQuiet: boolean;
  readonly isJson: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const maxAgents = 1000;

/** Flags win over the environment, the environment over `.ginko/config.json`. Failure: `bad_option` or `bad_configuration`. */
export function orchestrateOptions(
  flags: OrchestrateFlags,
  config: Config,
  env: Environment,
): Result<OrchestrateOptions> {
  const { defaults } = config;
  const agents =
    flags.agents === undefined
      ? ok(null)
      : wholeNumber(flags.agents, { name: '--agents', least: 0, most: maxAgents, example: '2' });
  const maxAttempts = wholeNumber(flags.maxAttempts ?? String(defaults.maxAttempts ?? defaultLimits.maxAttempts), {
    name: '--max-attempts',
    least: 1,
    most: 1000,
    example: '3',
  });
  const taskTimeout = duration(flags.taskTimeout ?? defaults.taskTimeout ?? '60m', {
    name: '--task-timeout',
    unit: 'm',
    example: '60m',
  });
  const poll = duration(flags.pollInterval ?? defaults.pollInterval ?? '5s', {
    name: '--poll-interval',
    unit: 's',
    example: '5s',
  });
  const persist = duration(
    flags.persistInterval ?? set(env['GRAPH_PERSIST_INTERVAL']) ?? defaults.persistInterval ?? '30s',
    {
      name:
        flags.persistInterval === undefined && set(env['GRAPH_PERSIST_INTERVAL']) !== undefined
          ? 'GRAPH_PERSIST_INTERVAL'
          : '--persist-interval',
      unit: 's',
      example: '30s',
    },
  );
  const runtime = flags.maxRuntime ?? defaults.maxRuntime;
  const maxRuntime =
    runtime === undefined ? ok(null) : duration(runtime, { name: '--max-runtime', unit: 'm', example: '2h' });
  const backoff = duration(defaults.backoff ?? `${defaultLimits.backoffMs}ms`, {
    name: 'defaults.backoff',
    unit: 's',
    example: '10s',
  });
  const capabilities = capabilityList(flags.capabilities ?? '*');
  const conflict = conflicts(flags);
  if (!agents.ok) return agents;
  if (!maxAttempts.ok) return maxAttempts;
  if (!taskTimeout.ok) return taskTimeout;
  if (!poll.ok) return poll;
  if (!persist.ok) return persist;
  if (!maxRuntime.ok) return maxRuntime;
  if (!backoff.ok) return backoff;
  if (!capabilities.ok) return capabilities;
  if (!conflict.ok) return conflict;
  return ok({
    sprint: flags.sprint ?? null,
    epic: flags.epic ?? null,
    isResume: flags.resume === true,
    isDryRun: flags.dryRun === true,
    agents: agents.value,
    exec: flags.exec ?? null,
    agent: flags.agent ?? null,
    capabilities: capabilities.value,
    verify: flags.verify ?? null,
    maxAttempts: maxAttempts.value,
    backoffMs: backoff.value,
    taskTimeoutMs: taskTimeout.value,
    pollIntervalMs: poll.value,
    persistIntervalMs: persist.value,
    maxRuntimeMs: maxRuntime.value,
    isRespawn: flags.respawn === true,
    isTakeover: flags.takeover === true,
    isStrictLease: flags.strictLease === true,
    isOffline: flags.offline === true,
    includeInProgress: flags.includeInProgress === true,
    isTrusted: flags.trust === true,
    stopsAgents: flags.stopAgents === true,
    keepRunning: flags.keepRunning === true,
    isWriteBack: flags.writeBack !== false,
    isVerbose: flags.verbose === true,
    isQuiet: flags.quiet === true,
    isJson: flags.json === true,
  });
}

function conflicts(flags: OrchestrateFlags): Result<null> {
  if (flags.exec !== undefined && flags.agent !== undefined) {
    return failed(
      'bad_option',
      `--exec and --agent both say what a local agent runs, got "${flags.exec}" and "${flags.agent}". Leave one of them out.`,
    );
  }
  if (flags.quiet === true && flags.verbose === true)
    return failed('bad_option', '--quiet and --verbose exclude each other. Leave one of them out.');
  if (flags.epic !== undefined && !idPattern.test(flags.epic)) {
    return failed(
      'bad_option',
      `--epic must be an id of letters, digits, ".", "_" and "-", got "${flags.epic}". Try --epic EPIC-004.`,
    );
  }
  if (flags.exec?.trim() === '')
    return failed('bad_option', '--exec must be a command, got an empty text. Try --exec "claude --print".');
  if (flags.verify?.trim() === '')
    return failed('bad_option', '--verify must be a command, got an empty text. Try --verify "npm test".');
  return ok(null);
}

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function duration(value: string | number, option: DurationOption): Result<Millis> {
  return parseDuration(String(value), option);
}

function wholeNumber(
  text: string,
  { name, least, most, example }: { name: string; least: number; most: number; example: string },
): Result<number> {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : NaN;
  if (value >= least && value <= most) return ok(value);
  return failed(
    'bad_option',
    `${name} must be a whole number from ${least} to ${most}, got "${text}". Try ${name} ${example}.`,
  );
}

function capabilityList(text: string): Result<readonly string[]> {
  const list = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (list.length > 0) return ok(list);
  return failed(
    'bad_option',
    `--capabilities must be a list such as typescript,testing or *, got "${text}". Leave it out for *.`,
  );
}
