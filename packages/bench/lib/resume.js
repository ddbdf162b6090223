import { spawn } from 'node:child_process';
import { ginko } from './command.js';

/** Starts a run and kills the orchestrator in its middle; the launcher stays. */
export async function startAndKill(root, completions) {
  await untilKilled(root, [], (text) => text.split('"kind":"task_completed"').length > completions);
}

/** How long a resume takes to its first assignment; killed right after it. */
export function resumeMs(root) {
  return untilKilled(root, ['--resume'], (text) => text.includes('"kind":"task_assigned"'));
}

function untilKilled(root, args, isThere) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const all = [ginko, 'orchestrate', '--exec', '/bin/true', '--agents', '2', '--json', ...args];
    const child = spawn(process.execPath, all, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    let tookMs;
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (tookMs !== undefined || !isThere(text)) return;
      tookMs = performance.now() - startedAt;
      child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code) =>
      tookMs === undefined ? reject(new Error(`ginko orchestrate ended with ${code}: ${text}`)) : resolve(tookMs),
    );
  });
}
