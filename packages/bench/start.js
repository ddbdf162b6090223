// From the start of a process to its end, beside `node -e 0`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interleave } from './median.js';

const ginko = fileURLToPath(new URL('../cli/bin/ginko.js', import.meta.url));

export function start() {
  const folder = mkdtempSync(join(tmpdir(), 'ginko-bench-'));
  mkdirSync(join(folder, 'docs', 'sprints'), { recursive: true });
  const tasks = Array.from(
    { length: 1_000 },
    (_, n) => `### TASK-${n + 1}: Task ${n + 1}\n**Depends:** ${n < 2 ? 'None' : `TASK-${n}, TASK-${n - 1}`}\n`,
  );
  writeFileSync(join(folder, 'docs', 'sprints', 'S.md'), `# S\n\n${tasks.join('\n')}`);
  const run = (...args) => {
    const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  };
  const [node, version, help, plan] = interleave(9, [
    () => run('-e', '0'),
    () => run(ginko, '--version'),
    () => run(ginko, 'orchestrate', '--help'),
    () => run(ginko, 'orchestrate', '--dry-run', '--exec', 'true'),
  ]);
  rmSync(folder, { recursive: true });
  return [
    { what: 'ginko --version beside node -e 0', ours: version, limit: node, target: 1.6 },
    { what: 'ginko orchestrate --help beside node -e 0', ours: help, limit: node, target: 1.6 },
    { what: 'dry run of 1,000 tasks beside node -e 0 and 500 ms', ours: plan, limit: node + 500, target: 1 },
  ];
}
