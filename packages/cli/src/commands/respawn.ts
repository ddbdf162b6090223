import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { exitCodes, type ExitCode, type Millis } from '@ginkoai/contract';
import type { CommandContext } from '../program.js';
import { respawnerVariable } from './respawner.js';

const firstPauseMs: Millis = 1_000;
const maxPauseMs: Millis = 60_000;
/** A run that lasted this long starts the back-off anew. */
const longRunMs: Millis = 60_000;

/**
 * Runs `ginko orchestrate` as a child and starts it again with `--resume` after every exit 75. It ends by itself: three
 * resumes in a row without anything new turn 75 into 1. Signals go to the child, which knows what to do with them.
 */
export async function respawn(args: readonly string[], { output }: CommandContext): Promise<ExitCode> {
  let pauseMs = firstPauseMs;
  let current = args.filter((arg) => arg !== '--respawn');
  for (;;) {
    const startedAt = performance.now();
    const code = await runChild(current);
    if (code !== exitCodes.resume) return code;
    if (performance.now() - startedAt > longRunMs) pauseMs = firstPauseMs;
    output.error(`Stopped with exit code 75; going on in ${pauseMs / 1000} s.`);
    await setTimeout(pauseMs);
    pauseMs = Math.min(maxPauseMs, pauseMs * 2);
    current = [...current.filter((arg) => arg !== '--resume'), '--resume'];
  }
}

function runChild(args: readonly string[]): Promise<ExitCode> {
  const program = fileURLToPath(new URL('../../bin/ginko.js', import.meta.url));
  const env = { ...process.env, [respawnerVariable]: String(process.pid) };
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', env });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, forward);
      resolve(asExitCode(code, signal));
    });
  });
}

function asExitCode(code: number | null, signal: NodeJS.Signals | null): ExitCode {
  const known = Object.values(exitCodes).find((each) => each === code);
  if (known !== undefined) return known;
  if (signal === 'SIGINT') return exitCodes.interrupted;
  return signal === 'SIGTERM' || signal === 'SIGHUP' ? exitCodes.terminated : exitCodes.personNeeded;
}
