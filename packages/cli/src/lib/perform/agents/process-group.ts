import { readdirSync, readFileSync } from 'node:fs';
import { errorCode } from './error-code.js';
import { readProcStat, type ProcStat } from './process-identity.js';

const firstPauseMs = 5;
const longestPauseMs = 100;

/** The processes that a command started in its own group has left, its leader included. */
export class ProcessGroup {
  #ending: { readonly done: Promise<void>; killAt: number } | undefined;

  /** `id` is the pid of the leader. */
  constructor(readonly id: number) {}

  /**
   * Whether nothing of the group runs. Processes of another user count as gone: they cannot be ended from here, and
   * an attempt must not wait for them for ever.
   */
  isEmpty(): boolean {
    if (!this.#signal(0)) return true;
    // A group lives on in ended processes whose exits nobody takes, so on Linux it is looked at more closely.
    return process.platform === 'linux' && runningMembers(this.id).length === 0;
  }

  /** Whether a running member of the group got this idempotency key. Linux only; elsewhere the pid has to do. */
  holdsKey(key: string): boolean {
    if (process.platform !== 'linux') return !this.isEmpty();
    return runningMembers(this.id).some((pid) => hasKey(pid, key));
  }

  /**
   * SIGTERM now, SIGKILL after `graceMs`; resolves when nothing of the group runs any more. Called again it can only
   * shorten the grace.
   */
  end(graceMs: number): Promise<void> {
    const killAt = performance.now() + graceMs;
    if (this.#ending !== undefined) {
      this.#ending.killAt = Math.min(this.#ending.killAt, killAt);
      return this.#ending.done;
    }
    this.#signal('SIGTERM');
    const ending = { done: Promise.resolve(), killAt };
    this.#ending = ending;
    return (ending.done = this.#waitUntilEmpty(ending));
  }

  async #waitUntilEmpty(ending: { readonly killAt: number }): Promise<void> {
    let killed = false;
    for (let pauseMs = firstPauseMs; !this.isEmpty(); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      if (!killed && performance.now() >= ending.killAt) killed = this.#signal('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    this.#ending = undefined;
  }

  /** Whether there was a member that could be signalled. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    try {
      process.kill(-this.id, signal);
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ESRCH' || code === 'EPERM') return false;
      throw error;
    }
  }
}

/** Linux only: the group of the oldest running process that got this idempotency key; `null`: there is none. */
export function findGroupByKey(key: string): number | null {
  let oldest: ProcStat | null = null;
  for (const pid of allPids()) {
    const stat = hasKey(pid, key) ? readProcStat(pid) : null;
    if (stat === null || stat.ended) continue;
    if (oldest === null || Number(stat.startedAt) < Number(oldest.startedAt)) oldest = stat;
  }
  return oldest?.processGroup ?? null;
}

function runningMembers(group: number): number[] {
  return allPids().filter((pid) => {
    const stat = readProcStat(pid);
    return stat !== null && stat.processGroup === group && !stat.ended;
  });
}

export function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function hasKey(pid: number, key: string): boolean {
  return `\0${procText(pid, 'environ')}`.includes(`\0GINKO_IDEMPOTENCY_KEY=${key}\0`);
}

/** The text of `/proc/<pid>/<name>`; empty for a process that has ended or that belongs to somebody else. */
export function procText(pid: number, name: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return '';
    throw error;
  }
}
