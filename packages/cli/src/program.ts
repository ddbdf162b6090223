import { Command, CommanderError } from 'commander';
import { FailureError, unwrap } from '@ginkoai/contract/failure';
import { exitCodes, type ExitCode } from '@ginkoai/contract/stop-reason';
import { addOrchestrateCommand } from './grammar/orchestrate-command.js';
import { addCheckpointCommands } from './grammar/checkpoint-commands.js';
import { findCommand } from './grammar/find-command.js';
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
  addOrchestrateCommand(program, (code) => (exitCode = code), context, args);
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

function addGraphCommands(program: Command, exit: SetExitCode, context: CommandContext): void {
  const graph = program.command('graph').description('serve a graph, or look at the one of this project');
  graph
    .command('serve')
    .description('serve a graph for several machines, until it is told to end')
    .option('--listen <address>', 'address and port', '127.0.0.1:7420')
    .option('--database <file>', 'SQLite file on a local disk (default: .ginko/graph.db here)')
    .option('--behind-proxy', 'allow an address that others can reach; a proxy in front of it must speak TLS')
    .option('--allow-host <name>', "a host name that requests may give, such as the proxy's (repeatable)", collect, [])
    .option('--json', 'print one JSON document a line')
    .addHelpText(
      'after',
      `
Examples:
  $ ginko graph serve
  $ GINKO_GRAPH_TOKEN=... ginko graph serve --listen 127.0.0.1:7420 --database /srv/ginko/graph.db
  $ ginko graph serve --listen 0.0.0.0:7420 --behind-proxy --allow-host graph.example.org`,
    )
    .action(async (options: GraphServeFlags) => {
      const { serveGraph } = await import('./commands/graph.js');
      const { listen, database, behindProxy, allowHost, json } = options;
      const flags = { listen, database, allowHost, behindProxy: behindProxy === true, json: json === true };
      exit(await serveGraph(flags, context));
    });
  graph
    .command('status')
    .description('whether the graph answers, accepts the token, and who runs an epic')
    .option('--epic <id>', 'also show the lease of this epic')
    .option('--offline', 'look at the embedded graph although another is configured')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExamples:\n  $ ginko graph status\n  $ ginko graph status --epic EPIC-004 --json')
    .action(async (options: { epic?: string; offline?: boolean; json?: boolean }) => {
      const { graphStatus } = await import('./commands/graph.js');
      const flags = { epic: options.epic, offline: options.offline === true, json: options.json === true };
      exit(await graphStatus(flags, context));
    });
}

interface GraphServeFlags {
  readonly listen: string;
  readonly database?: string;
  readonly behindProxy?: boolean;
  readonly allowHost: readonly string[];
  readonly json?: boolean;
}

const collect = (value: string, values: readonly string[]): readonly string[] => [...values, value];
