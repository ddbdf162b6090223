import { join } from 'node:path';
import type { Result } from '@ginkoai/contract';
import { readLimited } from './read-limited.js';
import { writeAtomically } from './write-atomically.js';

const what = 'The command of the run';
const maxBytes = 1024 * 1024;

/** Keeps the command that goes on with the run of this state directory, for whoever looks at it later. */
export function keepResumeCommand(directory: string, command: string): Promise<Result<void>> {
  return writeAtomically({ path: pathIn(directory), chunks: [Buffer.from(`${command}\n`)], what });
}

/** null: none is kept here, as for a run that was started elsewhere. It is text from a file: clean it before it is shown. */
export async function readResumeCommand(directory: string): Promise<string | null> {
  const bytes = await readLimited({ path: pathIn(directory), what, maxBytes });
  const command = bytes.ok ? bytes.value?.toString('utf8').trim() : undefined;
  return command === undefined || command === '' ? null : command;
}

const pathIn = (directory: string): string => join(directory, 'resume-command');
