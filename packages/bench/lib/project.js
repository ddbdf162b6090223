import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const folders = [];

// Not sooner: ext4 passes over every inode that was deleted within the last minutes whenever it makes a new one, so
// that thousands of files removed after one measurement took a seventh of the processor in the next one (perf).
process.on('exit', () => {
  for (const root of folders) rmSync(root, { recursive: true, force: true, maxRetries: 3 });
});

/** A folder of its own for `work`; whatever was started in it is ended when `work` is over. */
export async function inFolder(work) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ginko-bench-')));
  folders.push(root);
  try {
    return await work(root);
  } finally {
    await endLaunchers(root);
  }
}

/** A project whose only sprint has this text. */
export function inProject(text, work) {
  return inFolder((root) => {
    mkdirSync(join(root, 'docs', 'sprints'), { recursive: true });
    writeFileSync(join(root, 'docs', 'sprints', 'sprint.md'), text);
    return work(root);
  });
}

/** Ends the launchers of a project and waits until they are gone. */
export async function endLaunchers(root) {
  const pids = launchersOf(root);
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  for (let waited = 0; waited < 200 && pids.some((pid) => isLauncherOf(root, pid)); waited += 1) await setTimeout(25);
}

function launchersOf(root) {
  const folder = join(root, '.ginko', 'launchers');
  return namesIn(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).pid)
    .filter((pid) => isLauncherOf(root, pid));
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** The pid may belong to another process by now. */
function isLauncherOf(root, pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(root);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return false;
    throw error;
  }
}
