import type { Config } from '@ginkoai/contract';
import type { Prepared } from './prepared.js';
import type { Sprint } from '../sprint/sprint.js';
import type { RepositoryCommand } from './trust.js';

export interface RepositoryCommandsOptions {
  readonly sprint: Sprint;
  /** The sprint file, as it is shown to people. */
  readonly file: string;
  readonly config: Config;
  readonly uses: RepositoryCommandUses;
}

/** What a run would execute: flags of the command line may take the place of each. */
export interface RepositoryCommandUses {
  /** The `**Run:**` blocks of tasks. */
  readonly runBlocks: boolean;
  /** The `**Verify:**` commands of tasks, and `defaults.verify` of the configuration. */
  readonly verify: boolean;
  /** The agents of the configuration, with their own verify commands. */
  readonly agents: boolean;
}

const configFile = '.ginko/config.json';

/** The commands that come out of the repository, in the order of their places. A text may come more than once. */
export function repositoryCommands({ sprint, file, config, uses }: RepositoryCommandsOptions): RepositoryCommand[] {
  const commands: RepositoryCommand[] = [];
  const add = (text: string | null | undefined, where: string): void => {
    if (text !== null && text !== undefined && text.trim() !== '') commands.push({ text, where });
  };
  if (uses.agents) {
    for (const [name, agent] of Object.entries(config.agents)) {
      add(agent.command, `agent ${name}, "command" (${configFile})`);
      add(agent.verify, `agent ${name}, "verify" (${configFile})`);
    }
  }
  if (uses.verify) add(config.defaults.verify, `"defaults.verify" (${configFile})`);
  for (const task of sprint.tasks) {
    const place = `(${file}:${task.line})`;
    if (uses.runBlocks) add(task.run, `${task.id}, **Run:** ${place}`);
    if (uses.verify) add(task.verify, `${task.id}, **Verify:** ${place}`);
  }
  return commands;
}

/** Those of them that this run would execute: a flag of the command line takes the place of some. */
export function commandsOfRun({ found, options, config, specs }: Prepared, file: string): RepositoryCommand[] {
  return repositoryCommands({
    sprint: found.sprint,
    file,
    config,
    uses: {
      runBlocks: specs.some(({ argv }) => argv === null),
      verify: specs.length > 0,
      agents: specs.some(({ isFromRepository, argv }) => isFromRepository && argv !== null),
    },
  }).filter(({ where }) => options.verify === null || !where.startsWith('"defaults.verify"'));
}
