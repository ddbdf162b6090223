import type { Command } from 'commander';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

/** `ginko init`. */
export function addInitCommand(program: Command, exit: SetExitCode, context: CommandContext): void {
  program
    .command('init')
    .description(
      'make .ginko/config.json, .ginko/.gitignore and, if there is no sprint, a first one; nothing is overwritten',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples('ginko init', 'ginko init && ginko orchestrate --agent shell --trust'))
    .action(async (flags: { readonly json?: boolean }) => {
      const { init } = await import('../commands/init.js');
      exit(await init({ json: flags.json === true }, context));
    });
}
