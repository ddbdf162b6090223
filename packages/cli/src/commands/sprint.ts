import { exitCodes, type ExitCode } from '@ginkoai/contract';
import type { CommandContext } from '../program.js';

export interface ShowSprintOptions {
  readonly file: string | undefined;
  readonly json: boolean;
}

export async function showSprint(options: ShowSprintOptions, context: CommandContext): Promise<ExitCode> {
  context.output.line(`sprint ${options.file ?? ''}`);
  return Promise.resolve(exitCodes.ok);
}
