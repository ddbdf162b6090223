import type { Command } from 'commander';
import type { OrchestrateFlags } from '../lib/options/orchestrate-options.js';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

export interface OrchestrateGrammar {
  readonly program: Command;
  readonly exit: SetExitCode;
  readonly context: CommandContext;
  /** The words of the command line, for `--respawn` to start them again. */
  readonly args: readonly string[];
}

/** `ginko orchestrate`. */
export function addOrchestrateCommand({ program, exit, context, args }: OrchestrateGrammar): void {
  program
    .command('orchestrate')
    .description('run a sprint: give each task, in dependency order, to an agent that can do it')
    .option('--sprint <file or id>', 'which sprint (default: the active one)')
    .option('--epic <id>', "which epic's active sprint; the key the state is kept under")
    .option('--resume', 'continue from the newest checkpoint')
    .option('--dry-run', 'print the plan, with --resume the recovery table; change nothing')
    .option('--agents <n>', 'local agents (default: 2 where a command is given or configured)')
    .option('--exec <command>', 'the program a local agent runs for a task, without a shell')
    .option('--agent <preset>', 'an agent of the configuration, or claude, codex, gemini, opencode, aider, shell')
    .option('--capabilities <a,b>', 'what local agents can do (default: *)')
    .option('--verify <command>', 'must exit 0 before a task counts as complete')
    .option('--max-attempts <n>', 'failed attempts of a task before it waits for a person (default: 3)')
    .option('--task-timeout <duration>', 'time limit of an attempt; a bare number is minutes (default: 60m)')
    .option('--poll-interval <duration>', 'longest time between looks at the world (default: 5s)')
    .option(
      '--persist-interval <duration>',
      'time between persists to the graph (default: 30s, or GRAPH_PERSIST_INTERVAL)',
    )
    .option('--max-runtime <duration>', 'stop with exit code 75 after this; a bare number is minutes')
    .option('--respawn', 'start again with --resume after exit code 75')
    .option('--takeover', 'the machine that holds the run is gone: take it over')
    .option('--strict-lease', 'give out no task when the lease cannot be renewed')
    .option('--offline', 'use the embedded graph although another is configured')
    .option('--include-in-progress', 'take tasks that somebody else has marked in progress')
    .option('--trust', "approve this repository's commands for this run")
    .option('--stop-agents', 'SIGTERM and SIGHUP stop the running agents too')
    .option('--keep-running', 'let an attempt go on when its task was edited')
    .option('--no-write-back', 'do not mark finished tasks in the sprint file')
    .option('--verbose', 'tell everything')
    .option('--quiet', 'tell only what went wrong, and the summary')
    .option('--json', 'one event object a line; the last one is run_stopped')
    .addHelpText(
      'after',
      examples(
        'ginko orchestrate --exec "claude --print" --verify "npm test"',
        'ginko orchestrate --agent shell --trust',
        'ginko orchestrate --resume --dry-run',
        'ginko orchestrate --resume',
      ) +
        '\nExit codes: 0 everything is complete; 75 stopped, resuming makes progress; 1 a person is needed; 130, 143 a signal.\n',
    )
    .action(async (flags: OrchestrateFlags) => {
      const { orchestrate } = await import('../commands/orchestrate.js');
      exit(await orchestrate(flags, context, args));
    });
}
