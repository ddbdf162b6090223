import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { failed, ok, type LauncherExit, type Result } from '@ginkoai/contract';
import { writeFailure } from '../file-failure.js';
import { errorCode } from './error-code.js';
import { startTimeOfChild } from './process-identity.js';

export interface CommandToStart {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** `null`: nothing to read. */
  readonly stdinFile: string | null;
  readonly outputFile: string;
  /** A line put into the output before the command's own. */
  readonly heading?: string;
}

export interface StartedCommand {
  /** Also the id of the process group. */
  readonly pid: number;
  readonly processStartedAt: string;
  /** Resolves when the process itself has ended, whatever its children hold open. */
  readonly exited: Promise<LauncherExit>;
}

const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW;
const appendOnly = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;

/**
 * Starts a command without a shell, as the leader of its own session and process group, on files instead of pipes: it
 * does not notice when the launcher ends. The failure says what to do: `agent_not_started`; `disk_full` and
 * `file_unwritable` when it was its output file that could not be made, which is not the command's fault.
 */
export async function startCommand(command: CommandToStart): Promise<Result<StartedCommand>> {
  const descriptors: number[] = [];
  const openFile = (path: string, flags: number): number => {
    const descriptor = openSync(path, flags, 0o600);
    descriptors.push(descriptor);
    return descriptor;
  };
  try {
    const input = command.stdinFile === null ? 'ignore' : openFile(command.stdinFile, readOnly);
    const output = openFile(command.outputFile, appendOnly);
    if (command.heading !== undefined) writeSync(output, `${command.heading}\n`);
    return await spawnCommand(command, [input, output, output]);
  } catch (error) {
    if (isRefusedOutput(command, error)) {
      const trouble = { error, path: command.outputFile, what: 'The output file of an attempt' };
      return { ok: false, failure: writeFailure(trouble) };
    }
    return failed('agent_not_started', notStartedSentence(command, error), { command: command.argv[0] });
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

type Stdio = readonly ['ignore' | number, number, number];

async function spawnCommand({ argv, cwd, env }: CommandToStart, stdio: Stdio): Promise<Result<StartedCommand>> {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error('A command without a program was to be started.');
  const child = spawn(program, args, { cwd, env, stdio: [...stdio], detached: true });
  if (child.pid === undefined) {
    // Asked for by name, the event is a value here and not a rejection.
    const event: unknown[] = await once(child, 'error');
    throw event[0];
  }
  const exited = exitOf(child);
  return ok({ pid: child.pid, processStartedAt: startTimeOfChild(child.pid) ?? 'unknown', exited });
}

function exitOf(child: ChildProcess): Promise<LauncherExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      if (code !== null) resolve({ kind: 'code', code });
      else resolve(signal === null ? { kind: 'unknown' } : { kind: 'signal', signal });
    });
  });
}

const refusals = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

function isRefusedOutput({ outputFile }: CommandToStart, error: unknown): boolean {
  return errorPath(error) === outputFile && errorSyscall(error) === 'open' && refusals.has(errorCode(error) ?? '');
}

function notStartedSentence({ argv, cwd, env }: CommandToStart, error: unknown): string {
  const code = errorCode(error);
  const program = JSON.stringify(argv[0]);
  if (code === undefined) throw error;
  const path = errorPath(error);
  if (path !== undefined && errorSyscall(error) === 'open') {
    return `The file ${path} for the command ${program} could not be opened (${code}). Make sure that its folder is there and that you may write to it.`;
  }
  if (!isFolder(cwd))
    return `The command ${program} was not started: its folder ${cwd} is not there. Make it, or name another one.`;
  switch (code) {
    case 'ENOENT':
      return `The command ${program} was not found. Install it, or name an existing program; the PATH is ${env['PATH'] ?? 'empty'}.`;
    case 'EACCES':
    case 'EPERM':
      return `The command ${program} may not be executed (${code}). Make it executable: chmod +x.`;
    case 'E2BIG':
      return `The arguments and the environment of the command ${program} are too long for the system. Make them shorter.`;
    case 'ERR_INVALID_ARG_VALUE':
      return `The arguments or the environment of the command ${program} hold a zero byte. Remove it.`;
    default:
      return `The command ${program} could not be started (${code}). It is tried again with the next attempt.`;
  }
}

function errorPath(error: unknown): string | undefined {
  const path = typeof error === 'object' && error !== null && 'path' in error ? error.path : undefined;
  return typeof path === 'string' ? path : undefined;
}

function errorSyscall(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'syscall' in error ? error.syscall : undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
