// `npm start`: copies the example project into a folder that git ignores and runs ginko there, so that the clone stays
// clean and a second start works. `npm start -- --resume` goes on where the last start ended.
import { spawn } from 'node:child_process';
import { cp, readFile, rm, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('project', import.meta.url));
const copy = fileURLToPath(new URL('.run', import.meta.url));
const ginko = fileURLToPath(new URL('../cli/bin/ginko.js', import.meta.url));
const args = process.argv.slice(2);
const goesOn = args.some((arg) => arg === '--resume' || arg === '--dry-run' || arg === '--help');

const exists = await stat(copy).then(
  () => true,
  () => false,
);
if (!goesOn || !exists) {
  await rm(copy, { recursive: true, force: true });
  await cp(project, copy, { recursive: true });
}

// The example's commands are approved for this run: they are part of what you have just cloned.
// ginko names this way of calling it where it says how to go on.
const child = spawn(process.execPath, [ginko, 'orchestrate', '--trust', ...args], {
  cwd: copy,
  stdio: 'inherit',
  env: { ...process.env, GINKO_CALLED_AS: 'npm start --' },
});
console.log(`ginko orchestrate runs in packages/example/.run (process ${child.pid})`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.once('exit', async (code, signal) => {
  if (signal === null) {
    process.exitCode = code ?? 1;
    if (code === 0 && !args.includes('--help') && !args.includes('--dry-run')) {
      console.log(`\n${await readFile(`${copy}/build/report.md`, 'utf8')}`);
      console.log('Open packages/example/.run/site/index.html to see it.');
    }
    return;
  }
  const again = ['--resume', ...args.filter((arg) => arg !== '--resume')].map(quoted).join(' ');
  console.log(`\nginko was ended by ${signal}. Its agents go on; continue with: npm start -- ${again}`);
  process.exitCode = 1;
});

/** As a shell takes it for one word. */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
