import { failed, idPattern, ok, type Config, type Millis, type Result } from '@ginkoai/contract';
import { defaultLimits } from '../decide/limits.js';
import { parseDuration, type DurationOption } from './duration.js';
import { isSet, persistIntervalOf, persistIntervalVariable, type Environment } from './environment.js';
import { fileDuration } from './file-duration.js';
import { kebabCase } from './kebab-case.js';
import { leaseOptions, type LeaseTimes } from './lease-options.js';

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
  readonly maxLosses: number;
  readonly backoffMs: Millis;
  readonly maxBackoffMs: Millis;
  readonly lease: LeaseTimes;
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

const maxAgents = 1000;
const defaultTaskTimeoutMs: Millis = 60 * 60_000;
const defaultPollIntervalMs: Millis = 5_000;
const defaultPersistIntervalMs: Millis = 30_000;

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
  const setting = { flags, config, env };
  const taskTimeout = duration({ ...setting, key: 'taskTimeout', unit: 'm', examples: ['60m', '2h'] });
  const poll = duration({ ...setting, key: 'pollInterval', unit: 's', examples: ['5s', '500ms'] });
  const persist = duration({ ...setting, key: 'persistInterval', unit: 's', examples: ['30s', '5m'] });
  const maxRuntime = duration({ ...setting, key: 'maxRuntime', unit: 'm', examples: ['2h', '90m'] });
  const backoff = fileDuration({ key: 'backoff', config, unit: 's', examples: ['10s', '1m'] });
  const maxBackoff = fileDuration({ key: 'maxBackoff', config, unit: 's', examples: ['10m', '30s'] });
  const lease = leaseOptions(config);
  const capabilities = capabilityList(flags.capabilities ?? '*');
  const conflict = conflicts(flags);
  if (!agents.ok) return agents;
  if (!maxAttempts.ok) return maxAttempts;
  if (!taskTimeout.ok) return taskTimeout;
  if (!poll.ok) return poll;
  if (!persist.ok) return persist;
  if (!maxRuntime.ok) return maxRuntime;
  if (!backoff.ok) return backoff;
  if (!maxBackoff.ok) return maxBackoff;
  if (!lease.ok) return lease;
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
    maxLosses: defaults.maxLosses ?? defaultLimits.maxLosses,
    backoffMs: backoff.value ?? defaultLimits.backoffMs,
    maxBackoffMs: maxBackoff.value ?? defaultLimits.maxBackoffMs,
    lease: lease.value,
    taskTimeoutMs: taskTimeout.value ?? defaultTaskTimeoutMs,
    pollIntervalMs: poll.value ?? defaultPollIntervalMs,
    persistIntervalMs: persist.value ?? defaultPersistIntervalMs,
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

interface DurationSetting extends Pick<DurationOption, 'unit' | 'examples'> {
  readonly key: 'taskTimeout' | 'pollInterval' | 'persistInterval' | 'maxRuntime';
  readonly flags: OrchestrateFlags;
  readonly config: Config;
  readonly env: Environment;
}

/** null: it is set nowhere. A failure names the place where it is set. */
function duration({ key, flags, config, env, unit, examples }: DurationSetting): Result<Millis | null> {
  const [example] = examples;
  const flag = flags[key];
  if (flag !== undefined) {
    const name = `--${kebabCase(key)}`;
    return parseDuration(flag, { name, unit, examples, suggestion: `${name} ${example}` });
  }
  if (key === 'persistInterval' && isSet(env[persistIntervalVariable])) return persistIntervalOf(env);
  return fileDuration({ key, config, unit, examples });
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
