import { failed, ok, type Config, type Result } from '@ginkoai/contract';
import { splitCommand } from './split-command.js';
import { agentPresets, shellAgent } from './agent-presets.js';
import type { OrchestrateOptions } from './orchestrate-options.js';

/** A kind of local agent: what it runs, what it can do, how many of it. */
export interface LocalAgentSpec {
  readonly name: string;
  /** Where its command is from, for people: `--exec`, `"agents.writer.command" of .ginko/config.json`. */
  readonly origin: string;
  /** null: the task's own `**Run:**` block. */
  readonly argv: readonly string[] | null;
  readonly capabilities: readonly string[];
  readonly count: number;
  readonly verify: readonly string[] | null;
  /** Whether the command comes out of the repository, so that somebody must have approved it. */
  readonly isFromRepository: boolean;
}

const defaultCount = 2;

/** `--exec`, `--agent`, else the agents of the configuration; empty: there is none. */
export function localAgentSpecs(options: OrchestrateOptions, config: Config): Result<readonly LocalAgentSpec[]> {
  if (options.agents === 0) return ok([]);
  if (options.exec !== null) {
    const argv = command(options.exec, '--exec');
    if (!argv.ok) return argv;
    return ok([
      {
        name: 'local',
        origin: '--exec',
        argv: argv.value,
        capabilities: options.capabilities,
        count: options.agents ?? defaultCount,
        verify: null,
        isFromRepository: false,
      },
    ]);
  }
  if (options.agent !== null) return named(options.agent, options, config);
  const specs: LocalAgentSpec[] = [];
  for (const name of Object.keys(config.agents)) {
    const spec = named(name, { ...options, agents: null }, config);
    if (!spec.ok) return spec;
    specs.push(...spec.value.map((one) => ({ ...one, count: config.agents[name]?.count ?? defaultCount })));
  }
  return ok(options.agents === null ? specs : atMost(specs, options.agents));
}

function named(name: string, options: OrchestrateOptions, config: Config): Result<readonly LocalAgentSpec[]> {
  // `constructor` is no agent, although every object has one.
  const configured = Object.hasOwn(config.agents, name) ? config.agents[name] : undefined;
  const count = options.agents ?? configured?.count ?? defaultCount;
  if (configured !== undefined) {
    const origin = `"agents.${name}.command" of .ginko/config.json`;
    const argv = command(configured.command, origin);
    if (!argv.ok) return argv;
    const verify =
      configured.verify === undefined
        ? ok(null)
        : command(configured.verify, `"agents.${name}.verify" of .ginko/config.json`);
    if (!verify.ok) return verify;
    return ok([
      {
        name,
        origin,
        argv: argv.value,
        capabilities: configured.capabilities,
        count,
        verify: verify.value,
        isFromRepository: true,
      },
    ]);
  }
  const origin = `--agent ${name}`;
  if (name === shellAgent)
    return ok([
      { name, origin, argv: null, capabilities: options.capabilities, count, verify: null, isFromRepository: true },
    ]);
  const preset = agentPresets.get(name);
  if (preset === undefined) {
    const known = [...Object.keys(config.agents), ...agentPresets.keys(), shellAgent].join(', ');
    return failed(
      'bad_option',
      `--agent must name an agent, got "${name}". There are: ${known}. Or give the command with --exec.`,
    );
  }
  const argv = command(preset, origin);
  return argv.ok
    ? ok([
        {
          name,
          origin,
          argv: argv.value,
          capabilities: options.capabilities,
          count,
          verify: null,
          isFromRepository: false,
        },
      ])
    : argv;
}

/** As many agents in all as were asked for, shared out in turn. */
function atMost(specs: readonly LocalAgentSpec[], total: number): LocalAgentSpec[] {
  const counts = specs.map(() => 0);
  for (let given = 0; given < total && specs.length > 0; given += 1)
    counts[given % specs.length] = (counts[given % specs.length] ?? 0) + 1;
  return specs.map((spec, index) => ({ ...spec, count: counts[index] ?? 0 })).filter((spec) => spec.count > 0);
}

export function command(text: string, name: string): Result<readonly string[]> {
  const argv = splitCommand(text);
  return argv.ok ? argv : failed('bad_configuration', `${name}: ${argv.failure.message}`);
}
