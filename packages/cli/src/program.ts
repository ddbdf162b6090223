import { Command, CommanderError } from 'commander';
import { exitCodes, FailureError, type ExitCode } from '@ginkoai/contract';
import type { Output } from './lib/report/output.js';

/** What a command gets from the process it runs in. */
export interface CommandContext {
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Runs `ginko <args>`; each command's module is loaded only when it is called, so that `--version` stays quick. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = new Command('ginko')
    .description('Run a sprint kept as Markdown with coding agents, and carry on after any crash.')
    .version('0.1.0')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.output.raw(text),
      writeErr: (text) => context.output.error(text.trimEnd()),
    });
  addSprintCommands(program, (code) => (exitCode = code), context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.personNeeded;
    if (error instanceof FailureError) {
      context.output.error(error.failure.message);
      return exitCodes.personNeeded;
    }
    throw error;
  }
}

type SetExitCode = (code: ExitCode) => void;

function addSprintCommands(program: Command, exit: SetExitCode, context: CommandContext): void {
  const sprint = program.command('sprint').description('look at sprint files');
  sprint
    .command('show')
    .argument('[file]', 'sprint file or sprint id; the active sprint without it')
    .option('--json', 'print one JSON document')
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      const { showSprint } = await import('./commands/sprint.js');
      exit(await showSprint({ file, json: options.json === true }, context));
    });
}
