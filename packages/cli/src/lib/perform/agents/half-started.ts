import { basename } from 'node:path';
import { allPids, procText } from './process-group.js';
import { readProcStat } from './process-identity.js';

const longestWaitMs = 2_000;

/**
 * Between its fork and its exec a new process still looks like the launcher that makes it, so it cannot be found by
 * its environment; that lasts a few milliseconds at most. Waits until nothing looks like another launcher of this
 * working copy. Linux only.
 */
export async function waitForHalfStarted(): Promise<void> {
  const until = performance.now() + longestWaitMs;
  while (performance.now() < until && allPids().some(looksLikeAnotherLauncher)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function looksLikeAnotherLauncher(pid: number): boolean {
  if (pid === process.pid) return false;
  const [, script, root] = procText(pid, 'cmdline').split('\0');
  if (script === undefined || root !== process.argv[2] || basename(script) !== basename(process.argv[1] ?? '')) {
    return false;
  }
  const stat = readProcStat(pid);
  return stat !== null && !stat.ended;
}
