import { closeSync, constants, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentResultSchema, ok, type EpicId, type Result } from '@ginkoai/contract';
import type { AttemptId } from '../../decide/close-attempt.js';
import type { AgentWord } from '../../decide/judge-outcome.js';
import { writeFailure } from '../file-failure.js';
import { parseJsonSafely } from '../parse-json.js';
import { readLimitedSync } from '../read-limited-sync.js';
import { directoryNameOf } from '../state-directory.js';
import { attemptFolder } from './attempt-key.js';
import { openOwnFolder } from './open-own-folder.js';

const maxResultBytes = 1024 * 1024;

/** Where attempts are kept: two epics of a working copy may have tasks of the same id. */
export interface AttemptPlace {
  readonly root: string;
  readonly epicId: EpicId;
}

/** The files of one attempt, under `.ginko/runs/<epic>/<task>/g<generation>a<attempt>/`. */
export interface AttemptFiles {
  /** What leads to it from `.ginko` on, itself included. */
  readonly folders: readonly string[];
  readonly directory: string;
  readonly taskFile: string;
  readonly scriptFile: string;
  readonly outputFile: string;
  readonly resultFile: string;
}

export function attemptFiles({ root, epicId }: AttemptPlace, id: AttemptId): AttemptFiles {
  const runs = join(root, '.ginko', 'runs');
  const epic = join(runs, directoryNameOf(epicId));
  const task = join(epic, id.taskId);
  const directory = join(task, attemptFolder(id));
  return {
    folders: [runs, epic, task, directory],
    directory,
    taskFile: join(directory, 'task.md'),
    scriptFile: join(directory, 'run.sh'),
    outputFile: join(directory, 'output.log'),
    resultFile: join(directory, 'agent-result.json'),
  };
}

/**
 * Makes the attempt's folder with the task's text. What an earlier run left under the same name goes. At once: it stands
 * in the way of every start, and takes 0.05 ms like this, ten times as long in awaited steps (measured). Failures:
 * `file_unwritable`, `disk_full`.
 */
export function prepareAttempt(
  files: AttemptFiles,
  { brief, script }: { brief: string; script: string | null },
): Result<void> {
  let isNew = false;
  for (const folder of files.folders) {
    const opened = openOwnFolder(folder);
    if (!opened.ok) return opened;
    ({ isNew } = opened.value);
  }
  const { taskFile, scriptFile, outputFile, resultFile } = files;
  try {
    if (!isNew) for (const file of [taskFile, scriptFile, outputFile, resultFile]) rmSync(file, { force: true });
    writeNew(taskFile, brief);
    if (script !== null) writeNew(scriptFile, script.endsWith('\n') ? script : `${script}\n`);
    return ok(undefined);
  } catch (error) {
    return { ok: false, failure: writeFailure({ error, path: files.directory, what: "The attempt's folder" }) };
  }
}

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

function writeNew(path: string, text: string): void {
  const descriptor = openSync(path, newFile, 0o600);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/** The agent's own word about its attempt. Read at once: the file is small, and most agents write none. */
export function readAgentWord({ resultFile: path }: Pick<AttemptFiles, 'resultFile'>): AgentWord {
  const bytes = readLimitedSync({ path, what: 'the file', maxBytes: maxResultBytes });
  if (!bytes.ok) return unreadable(bytes.failure.message);
  if (bytes.value === undefined || bytes.value.toString().trim() === '') return { kind: 'none' };
  const value = parseJsonSafely(bytes.value, { maxBytes: maxResultBytes, name: 'the text' });
  if (!value.ok) return unreadable(value.failure.message);
  const result = agentResultSchema.safeParse(value.value);
  if (result.success) return { kind: 'said', result: result.data };
  const issue = result.error.issues[0];
  return unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a result'}`);
}

/** To be read after a colon. */
const unreadable = (sentence: string): AgentWord => ({ kind: 'unreadable', why: sentence.replace(/\.$/, '') });
