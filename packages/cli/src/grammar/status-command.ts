import type { Command } from 'commander';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

interface StatusFlags {
  readonly sprint?: string;
  readonly epic?: string;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `ginko status`. */
export function addStatusCommand(program: Command, exit: SetExitCode, context: CommandContext): void {
  program
    .command('status')
    .description('show the run as it stands, from the graph, else from the state kept here')
    .option('--watch', 'look again every 2 s until interrupted; piped: a line for each change')
    .option('--sprint <file or id>', 'which sprint; default: the active one')
    .option('--epic <id>', "whose run; default: the sprint's")
    .option('--json', 'print one JSON document; with --watch one a line for each change')
    .addHelpText(
      'after',
      examples('ginko status', 'ginko status --watch', 'ginko status --epic e008 --json') +
        '\n\nNothing is changed, and no lock is taken. Exit code 1 if there is no run.',
    )
    .action(async ({ sprint, epic, watch, json }: StatusFlags) => {
      const { status } = await import('../commands/status.js');
      exit(await status({ sprint, epic, isWatching: watch === true, json: json === true }, context));
    });
}
