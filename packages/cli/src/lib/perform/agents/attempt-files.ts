import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { agentResultSchema, type EpicId } from '@ginkoai/contract';
import type { AttemptId } from '../../decide/close-attempt.js';
import type { AgentWord } from '../../decide/judge-outcome.js';
import { directoryNameOf } from '../state-directory.js';
import { attemptFolder } from './attempt-key.js';

const maxResultBytes = 1024 * 1024;

/** Where attempts are kept: two epics of a working copy may have tasks of the same id. */
export interface AttemptPlace {
  readonly root: string;
  readonly epicId: EpicId;
}

/** The files of one attempt, under `.ginko/runs/<epic>/<task>/g<generation>a<attempt>/`. */
export interface AttemptFiles {
  readonly directory: string;
  readonly taskFile: string;
  readonly scriptFile: string;
  readonly outputFile: string;
  readonly resultFile: string;
}

export function attemptFiles({ root, epicId }: AttemptPlace, id: AttemptId): AttemptFiles {
  const directory = join(root, '.ginko', 'runs', directoryNameOf(epicId), id.taskId, attemptFolder(id));
  return {
    directory,
    taskFile: join(directory, 'task.md'),
    scriptFile: join(directory, 'run.sh'),
    outputFile: join(directory, 'output.log'),
    resultFile: join(directory, 'agent-result.json'),
  };
}

/** Makes the attempt's folder with the task's text. What an earlier run left under the same name goes. */
export async function prepareAttempt(
  files: AttemptFiles,
  { brief, script }: { brief: string; script: string | null },
): Promise<void> {
  await mkdir(files.directory, { recursive: true, mode: 0o700 });
  const { taskFile, scriptFile, outputFile, resultFile } = files;
  await Promise.all([taskFile, scriptFile, outputFile, resultFile].map((file) => rm(file, { force: true })));
  await writeNew(taskFile, brief);
  if (script !== null) await writeNew(scriptFile, script.endsWith('\n') ? script : `${script}\n`);
}

async function writeNew(path: string, text: string): Promise<void> {
  const handle = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

/** The agent's own word about its attempt. Read at once: the file is small, and most agents write none. */
export function readAgentWord(files: Pick<AttemptFiles, 'resultFile'>): AgentWord {
  let text: string;
  try {
    text = readWithoutLinks(files.resultFile);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'none' } : { kind: 'unreadable', why: code };
  }
  if (text.length > maxResultBytes) return { kind: 'unreadable', why: `it is larger than ${maxResultBytes} bytes` };
  if (text.trim() === '') return { kind: 'none' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', why: 'it is not JSON' };
  }
  const result = agentResultSchema.safeParse(value);
  if (result.success) return { kind: 'said', result: result.data };
  const issue = result.error.issues[0];
  return { kind: 'unreadable', why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a result'}` };
}

function readWithoutLinks(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
