import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { errorCode } from './error-code.js';

/** What tells a process from a later one that got the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly processStartedAt: string;
  readonly bootId: string;
}

let bootId: string | undefined;

/**
 * The id of this boot of the machine, and of the container, in which pids have a meaning; `unknown` where the system
 * tells none.
 */
export function currentBootId(): string {
  bootId ??= readBootId();
  return bootId;
}

/** Whether the id is that of another boot, be it in this container or in another one of the machine. */
export function isOtherBoot(id: string): boolean {
  return id.split('/')[0] !== currentBootId().split('/')[0];
}

/**
 * When the process started, in whatever form the system gives it: only good for comparing. `null`: no such process,
 * or one that has ended and only waits for its parent to take its exit (a zombie runs nothing any more, and in a
 * container without a real init process it may stay for ever).
 */
export function processStartedAt(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? startedAtFromProc(pid) : startedAtFromPs(pid);
}

/** Like `processStartedAt`, but also for a process that has ended and whose exit was not taken yet. */
export function startTimeOfChild(pid: number): string | null {
  return process.platform === 'linux' ? (readProcStat(pid)?.startedAt ?? null) : processStartedAt(pid);
}

/** Whether exactly this process still runs. */
export function isSameProcess(identity: ProcessIdentity): boolean {
  return identity.bootId === currentBootId() && processStartedAt(identity.pid) === identity.processStartedAt;
}

/** The running process itself. */
export function ownIdentity(): ProcessIdentity {
  const startedAt = processStartedAt(process.pid);
  if (startedAt === null) throw new Error(`The start time of process ${process.pid} (this one) cannot be read.`);
  return { pid: process.pid, processStartedAt: startedAt, bootId: currentBootId() };
}

function readBootId(): string {
  if (process.platform === 'linux') {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}${ofContainer()}`;
  }
  // kern.boottime moves when the clock is set, so it is only the second choice.
  return output('sysctl', ['-n', 'kern.bootsessionuuid']) ?? output('sysctl', ['-n', 'kern.boottime']) ?? 'unknown';
}

/** The pid namespace that a machine without containers has; a number that the kernel fixes. */
const machineNamespace = 'pid:[4026531836]';

/** Containers of one machine share its boot id, but one's pids are nobody or somebody else in another. */
function ofContainer(): string {
  const namespace = readlinkSync('/proc/self/ns/pid');
  return namespace === machineNamespace ? '' : `/${namespace}`;
}

function startedAtFromProc(pid: number): string | null {
  const stat = readProcStat(pid);
  return stat === null || stat.ended ? null : stat.startedAt;
}

function startedAtFromPs(pid: number): string | null {
  const text = output('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)]);
  const [state, ...startedAt] = text?.split(/\s+/) ?? [];
  if (state === undefined || state.startsWith('Z') || startedAt.length === 0) return null;
  return startedAt.join(' ');
}

export interface ProcStat {
  /** Nothing of it runs any more; only its exit may not have been taken yet. */
  readonly ended: boolean;
  readonly processGroup: number;
  /** Clock ticks since the boot. */
  readonly startedAt: string;
}

/** Linux only. `null`: no such process. */
export function readProcStat(pid: number): ProcStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    // ESRCH: the process ended between the opening and the reading of its file.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return null;
    throw error;
  }
  // The second field is the program's name in brackets and may itself hold blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, processGroup, threads, startedAt] = [fields[0], fields[2], fields[17], fields[19]];
  if (state === undefined || processGroup === undefined || startedAt === undefined) {
    throw new Error(`/proc/${pid}/stat cannot be understood: ${text}`);
  }
  // A killed process is a zombie as soon as its first thread is, while others may still be in the midst of a write.
  const ended = 'Xx'.includes(state) || (state === 'Z' && Number(threads) <= 1);
  return { ended, processGroup: Number(processGroup), startedAt };
}

/** What the program prints, or `null` if it is missing, fails or prints nothing. */
function output(program: string, args: readonly string[]): string | null {
  try {
    const text = execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      timeout: 5_000,
    }).trim();
    return text === '' ? null : text;
  } catch {
    return null;
  }
}
