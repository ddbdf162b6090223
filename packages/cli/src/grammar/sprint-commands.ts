import { Option, type Command } from 'commander';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

/** `ginko sprint ...`. Formats are spelled out here so that help needs no other module. */
export function addSprintCommands(program: Command, exit: SetExitCode, context: CommandContext): void {
  const sprint = program.command('sprint').description('look at sprint files');
  const fileArgument = 'sprint file or sprint id; the active sprint without it';
  sprint
    .command('list')
    .description('list the sprint files of docs/sprints, the active one marked with *')
    .option('--json', 'print one JSON array')
    .addHelpText('after', examples('ginko sprint list', 'ginko sprint list --json'))
    .action(async (options: { json?: boolean }) => {
      const { listAllSprints } = await import('../commands/sprint.js');
      exit(await listAllSprints({ json: options.json === true }, context));
    });
  sprint
    .command('show')
    .description('show the tasks of a sprint as they are read')
    .argument('[file]', fileArgument)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples('ginko sprint show', 'ginko sprint show docs/sprints/SPRINT-1.md', 'ginko sprint show e008_s02 --json'),
    )
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      const { showSprint } = await import('../commands/sprint.js');
      exit(await showSprint({ file, json: options.json === true }, context));
    });
  sprint
    .command('check')
    .description('name every problem of a sprint file; exit 1 if one of them stops a run or blocks tasks')
    .argument('[file]', fileArgument)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples('ginko sprint check', 'ginko sprint check docs/sprints/SPRINT-1.md', 'ginko sprint check --json'),
    )
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      const { checkSprint } = await import('../commands/sprint.js');
      exit(await checkSprint({ file, json: options.json === true }, context));
    });
  sprint
    .command('deps')
    .description('show which tasks wait for which')
    .argument('[file]', fileArgument)
    .addOption(
      new Option('--format <format>', 'how to draw it').choices(['tree', 'mermaid', 'dot', 'json']).default('tree'),
    )
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      examples('ginko sprint deps', 'ginko sprint deps --format mermaid', 'ginko sprint deps e008_s02 --format dot'),
    )
    .action(
      async (file: string | undefined, options: { format: 'tree' | 'mermaid' | 'dot' | 'json'; json?: boolean }) => {
        const { showDependencies } = await import('../commands/sprint.js');
        exit(await showDependencies({ file, format: options.json === true ? 'json' : options.format }, context));
      },
    );
}
