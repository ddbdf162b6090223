import type { Command } from 'commander';
import { failed, unwrap } from '@ginkoai/contract/failure';
import { fullName } from './find-command.js';

/** Has every command say of which word it does not know what to do, and what may have been meant by it. */
export function refuseExcessWords(program: Command): void {
  for (const command of program.commands) {
    command.allowExcessArguments(true);
    refuseExcessWords(command);
  }
  if (program.parent !== null) return;
  program.hook('preAction', (_, command) => {
    const extra = command.args[command.registeredArguments.length];
    if (extra !== undefined) unwrap(failed('bad_option', sentence(command, extra)));
  });
}

function sentence(command: Command, word: string): string {
  const own = fullName(command);
  const hasSprint = command.options.some(({ long }) => long === '--sprint');
  const isNone = command.registeredArguments.length === 0;
  const hint = hasSprint && isNone ? `Did you mean --sprint ${word}?` : `See ${own} --help.`;
  return `${own} has no place for the word "${word}". ${hint}`;
}
