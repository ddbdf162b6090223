import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ginko = fileURLToPath(new URL('../../cli/bin/ginko.js', import.meta.url));

const lookAtMemoryMs = 100;

/**
 * Runs a command to its end. `onOutput` hears its output as it comes; with `isWatched` the greatest memory that the
 * process had resident is looked up in /proc from time to time. Rejects when it does not end with code 0.
 */
export function run(command, args, { cwd, env = {}, isWatched = false, onOutput = () => undefined } = {}) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const output = [];
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let peakMemoryMb = 0;
    const look = (pid) => (peakMemoryMb = peakMemoryOf(pid) ?? peakMemoryMb);
    const watch = isWatched ? setInterval(look, lookAtMemoryMs, child.pid) : undefined;
    const keep = (chunk) => {
      output.push(chunk);
      onOutput(chunk, child);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const tookMs = performance.now() - startedAt;
      const text = Buffer.concat(output).toString('utf8');
      if (code === 0) return resolve({ tookMs, text, peakMemoryMb });
      reject(new Error(`${[command, ...args].join(' ')} ended with ${code ?? signal}: ${text.slice(-2_000)}`));
    });
  });
}

/** `VmHWM` is a high-water mark: a look misses only what comes after it. */
function peakMemoryOf(pid) {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return undefined;
    throw error;
  }
}

/** The JSON documents that a command printed, one a line. */
export function jsonLines(text) {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}
