import type { Command } from 'commander';
import { failed, ok, type Result } from '@ginkoai/contract/failure';
import { nearestIds } from '../lib/decide/nearest-ids.js';

export interface FoundCommand {
  readonly command: Command;
  /** Whether its help is wanted, by the word `help` before or among its names. */
  readonly isHelp: boolean;
}

/**
 * The command that the words name, as far as they name one: `task show` of `task show TASK-1`. Failure `bad_option`: a
 * word stands where only a command can, and is none.
 */
export function findCommand(program: Command, args: readonly string[]): Result<FoundCommand> {
  let command = program;
  let isHelp = false;
  for (const word of args) {
    if (word.startsWith('-') || command.commands.length === 0) break;
    if (word === 'help') {
      isHelp = true;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) return unknownCommand(command, word);
    command = next;
  }
  return ok({ command, isHelp });
}

/** `ginko task show`. */
export function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function unknownCommand(command: Command, word: string): Result<never> {
  const names = command.commands.map((each) => each.name());
  const own = fullName(command);
  const [near] = nearestIds(word, names, 1);
  const hint = near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${own} ${near}?`;
  return failed('bad_option', `There is no command "${own} ${word}". ${hint} See ${own} --help.`);
}
