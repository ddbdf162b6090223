import type { Command } from 'commander';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

interface TrustFlags {
  readonly list?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `ginko trust`. */
export function addTrustCommand(program: Command, exit: SetExitCode, context: CommandContext): void {
  program
    .command('trust')
    .description('show the commands that come from the repository (Run, Verify, configured agents) and approve them')
    .argument('[file]', 'sprint file or sprint id; the active sprint without it')
    .option('--list', 'only show them')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples('ginko trust', 'ginko trust --list', 'ginko trust docs/sprints/SPRINT-1.md --yes') +
        '\n\nApproved is the text of a command, for this user, in every repository: ~/.config/ginko/trusted.json.\n' +
        'A text such as ./build.sh or npm test runs whatever each repository means by it; --trust of orchestrate approves\n' +
        'for one run only.',
    )
    .action(async (file: string | undefined, flags: TrustFlags) => {
      const { trustCommands } = await import('../commands/trust.js');
      const { list, yes, json } = flags;
      exit(await trustCommands({ file, isListOnly: list === true, isYes: yes === true, json: json === true }, context));
    });
}
