import { Command, CommanderError } from 'commander';
import { FailureError, unwrap } from '@ginkoai/contract/failure';
import { exitCodes, type ExitCode } from '@ginkoai/contract/stop-reason';
import { addOrchestrateCommand } from './grammar/orchestrate-command.js';
import { addCheckpointCommands } from './grammar/checkpoint-commands.js';
import { findCommand } from './grammar/find-command.js';
import { addGraphCommands } from './grammar/graph-commands.js';
import { addInitCommand } from './grammar/init-command.js';
import { refuseExcessWords } from './grammar/refuse-words.js';
import { addSprintCommands } from './grammar/sprint-commands.js';
import { addStatusCommand } from './grammar/status-command.js';
import { addTaskCommands } from './grammar/task-commands.js';
import { addTrustCommand } from './grammar/trust-command.js';
import { version } from './version.js';
import { cleanText } from './lib/report/clean-text.js';
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
    .version(version)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.output.raw(text),
      writeErr: (text) => context.output.error(text.trimEnd()),
    });
  addOrchestrateCommand({ program, exit: (code) => (exitCode = code), context, args });
  addGraphCommands(program, (code) => (exitCode = code), context);
  addSprintCommands(program, (code) => (exitCode = code), context);
  addCheckpointCommands(program, (code) => (exitCode = code), context);
  addInitCommand(program, (code) => (exitCode = code), context);
  addStatusCommand(program, (code) => (exitCode = code), context);
  addTaskCommands(program, (code) => (exitCode = code), context);
  addTrustCommand(program, (code) => (exitCode = code), context);
  refuseExcessWords(program);
  try {
    const { command, isHelp } = unwrap(findCommand(program, args));
    if (isHelp) {
      command.outputHelp();
      return exitCodes.ok;
    }
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.personNeeded;
    if (error instanceof FailureError) {
      context.output.error(cleanText(error.failure.message));
      return exitCodes.personNeeded;
    }
    throw error;
  }
}

export type SetExitCode = (code: ExitCode) => void;
