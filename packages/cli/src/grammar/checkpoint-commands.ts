import type { Command } from 'commander';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

interface CheckpointFlags {
  readonly epic?: string;
  readonly json?: boolean;
}

const epicOption = [
  '--epic <id>',
  'whose checkpoints; default: the active sprint, else the only epic with a state',
] as const;
const referenceArgument = 'generation (0, the newest, to 4) or sequence';

/** `ginko checkpoint ...`. */
export function addCheckpointCommands(program: Command, exit: SetExitCode, context: CommandContext): void {
  const checkpoint = program.command('checkpoint').description('look at the saved states of a run, and go back to one');
  checkpoint
    .command('show')
    .description('show one checkpoint; without an argument the newest that is usable')
    .argument('[checkpoint]', `${referenceArgument}, or "graph"`)
    .option(...epicOption)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples('ginko checkpoint show', 'ginko checkpoint show 1 --json', 'ginko checkpoint show graph'),
    )
    .action(async (reference: string | undefined, flags: CheckpointFlags) => {
      const { showCheckpoint } = await import('../commands/checkpoint.js');
      exit(await showCheckpoint({ ...common(flags), reference }, context));
    });
  checkpoint
    .command('history')
    .description('list the generations of this working copy')
    .option('--graph', "list the graph's states too")
    .option(...epicOption)
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples('ginko checkpoint history', 'ginko checkpoint history --graph --epic e008'))
    .action(async (flags: CheckpointFlags & { readonly graph?: boolean }) => {
      const { checkpointHistory } = await import('../commands/checkpoint.js');
      exit(await checkpointHistory({ ...common(flags), isGraphAsked: flags.graph === true }, context));
    });
  checkpoint
    .command('diff')
    .description('show the tasks that stand differently in two checkpoints')
    .argument('<before>', `${referenceArgument}, or "graph"`)
    .argument('[after]', 'the same; without it the state as it stands, with the journals')
    .option(...epicOption)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples('ginko checkpoint diff 1', 'ginko checkpoint diff 2 0', 'ginko checkpoint diff graph 0'),
    )
    .action(async (before: string, after: string | undefined, flags: CheckpointFlags) => {
      const { diffTwoCheckpoints } = await import('../commands/checkpoint.js');
      exit(await diffTwoCheckpoints({ ...common(flags), before, after }, context));
    });
  addChanging(checkpoint, exit, context);
}

function addChanging(checkpoint: Command, exit: SetExitCode, context: CommandContext): void {
  checkpoint
    .command('restore')
    .description('go back to a generation; everything later goes to quarantine, and nothing is deleted')
    .argument('<checkpoint>', referenceArgument)
    .option('--yes', 'do not ask')
    .option(...epicOption)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      examples('ginko checkpoint restore 1', 'ginko checkpoint restore 118 --yes') +
        '\n\nRefused while an orchestrator is at work. The graph is told as well, so that a resume starts from there.',
    )
    .action(async (reference: string, flags: CheckpointFlags & { readonly yes?: boolean }) => {
      const { restoreOldCheckpoint } = await import('../commands/checkpoint-changes.js');
      exit(await restoreOldCheckpoint({ ...common(flags), reference, isYes: flags.yes === true }, context));
    });
  checkpoint
    .command('prune')
    .description('remove what lies in quarantine and the generations older than the newest few')
    .option('--keep <n>', 'usable generations that stay', '5')
    .option('--dry-run', 'only say what would be removed')
    .option(...epicOption)
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples('ginko checkpoint prune --dry-run', 'ginko checkpoint prune --keep 2'))
    .action(async (flags: CheckpointFlags & { readonly keep: string; readonly dryRun?: boolean }) => {
      const { pruneOldCheckpoints } = await import('../commands/checkpoint-changes.js');
      exit(await pruneOldCheckpoints({ ...common(flags), keep: flags.keep, isDryRun: flags.dryRun === true }, context));
    });
}

function common({ epic, json }: CheckpointFlags): { readonly epic: string | undefined; readonly json: boolean } {
  return { epic, json: json === true };
}
