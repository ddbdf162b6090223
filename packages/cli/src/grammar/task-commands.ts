import type { Command } from 'commander';
import type { PersonVerb } from '../lib/decide/person-word.js';
import type { CommandContext, SetExitCode } from '../program.js';
import { examples } from './examples.js';

interface TaskFlags {
  readonly sprint?: string;
  readonly epic?: string;
  readonly json?: boolean;
  readonly reason?: string;
}

/** `ginko task ...`. */
export function addTaskCommands(program: Command, exit: SetExitCode, context: CommandContext): void {
  const task = program.command('task').description('look at the tasks of a run, and say what is true of them');
  addCommon(task.command('list').description('list the tasks as they stand'))
    .addHelpText('after', examples('ginko task list', 'ginko task list --epic e008 --json'))
    .action(async (flags: TaskFlags) => {
      const { listTasks } = await import('../commands/task.js');
      exit(await listTasks(common(flags), context));
    });
  addCommon(
    task
      .command('show')
      .description('show one task: its text, its state, its attempts, where its output is')
      .argument('<id>', 'task id'),
  )
    .addHelpText('after', examples('ginko task show TASK-3', 'ginko task show TASK-3 --json'))
    .action(async (id: string, flags: TaskFlags) => {
      const { showTask } = await import('../commands/task.js');
      exit(await showTask({ ...common(flags), id }, context));
    });
  for (const word of words) addWord(task, word, { exit, context });
}

interface Word {
  readonly verb: PersonVerb;
  readonly description: string;
  readonly reason: 'needed' | 'none';
  readonly more: string;
}

const words: readonly Word[] = [
  {
    verb: 'complete',
    description: 'say that a task is complete',
    reason: 'none',
    more: 'An attempt that is running is stopped. The mark in the sprint file is written by the orchestrator.',
  },
  {
    verb: 'fail',
    description: 'say that the work on a task is not good',
    reason: 'needed',
    more:
      'The task becomes blocked with the reason "failed: ...", be it pending, running or complete: a running attempt is\n' +
      'stopped, a completion is taken back, and nobody goes on until you run ginko task reopen. It counts as no attempt.\n' +
      'To have a running task tried again at once, use ginko task release.',
  },
  {
    verb: 'block',
    description: 'keep a task from being worked on',
    reason: 'needed',
    more: 'An attempt that is running is stopped; it counts as no failure. ginko task reopen lifts the block.',
  },
  {
    verb: 'release',
    description: 'take a task from whoever has it, so that it is given out again',
    reason: 'none',
    more: 'An attempt that is running is stopped; it counts as no failure.',
  },
  {
    verb: 'reopen',
    description: 'have a complete, blocked or cancelled task done (again)',
    reason: 'none',
    more: 'Its attempts start from one again when it was complete or had used them up.',
  },
];

function addWord(task: Command, word: Word, { exit, context }: { exit: SetExitCode; context: CommandContext }): void {
  const command = addCommon(task.command(word.verb).description(word.description).argument('<id>', 'task id'));
  const isReasonNeeded = word.reason === 'needed';
  if (isReasonNeeded) command.requiredOption('--reason <text>', 'why, in a sentence');
  const example = `ginko task ${word.verb} TASK-3${isReasonNeeded ? ' --reason "the link check is wrong"' : ''}`;
  command
    .addHelpText(
      'after',
      `${examples(example, `${example} --json`)}\n\n${word.more}\n` +
        'While an orchestrator runs it takes the word up at its next look; else the next ginko orchestrate --resume does.',
    )
    .action(async (id: string, flags: TaskFlags) => {
      const { sayOfTask } = await import('../commands/task.js');
      exit(await sayOfTask({ ...common(flags), verb: word.verb, id, reason: flags.reason }, context));
    });
}

function addCommon(command: Command): Command {
  return command
    .option('--sprint <file or id>', 'which sprint; default: the active one')
    .option('--epic <id>', "whose run; default: the sprint's")
    .option('--json', 'print one JSON document');
}

function common({ sprint, epic, json }: TaskFlags): {
  sprint: string | undefined;
  epic: string | undefined;
  json: boolean;
} {
  return { sprint, epic, json: json === true };
}
