import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const call = promisify(execFile);

/** Under `node_modules`, which git and the other tools of the workspace pass over. */
const folder = fileURLToPath(new URL('../../../node_modules/.cache/ginko-bench/', import.meta.url));
const fromNpm = { wireit: '0.14.13', nx: '24.0.6' };

/**
 * The programs that a user would take instead, by name: `{ path, version }`, or `{ missing }` with the reason. Those of
 * npm are installed into a cache by the first call, the others are used if the system has them.
 */
export async function findPeers() {
  const [npm, make, ninja, c] = await Promise.all([
    installFromNpm(),
    onSystem('make', /GNU Make (\S+)/),
    onSystem('ninja', /(\S+)/),
    compiledLimit(),
  ]);
  return { ...npm, make, ninja, c };
}

async function installFromNpm() {
  mkdirSync(folder, { recursive: true });
  const wanted = JSON.stringify({ private: true, dependencies: fromNpm });
  const manifest = join(folder, 'package.json');
  const isThere = Object.keys(fromNpm).every((name) => existsSync(join(folder, 'node_modules', name, 'package.json')));
  let trouble = null;
  if (!isThere || !existsSync(manifest) || readFileSync(manifest, 'utf8') !== wanted) {
    writeFileSync(manifest, wanted);
    trouble = await call('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
      cwd: folder,
    }).then(
      () => null,
      (error) => `npm could not install it: ${firstLine(error.stderr || error.message)}`,
    );
  }
  const modules = join(folder, 'node_modules');
  const entry = (name) => {
    const path = join(modules, name);
    if (!existsSync(path)) return { missing: trouble ?? 'npm did not install it' };
    const { version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    return { path, modules, version };
  };
  return { wireit: entry('wireit'), nx: entry('nx') };
}

async function onSystem(name, pattern) {
  try {
    const { stdout } = await call(name, ['--version']);
    return { path: name, version: pattern.exec(stdout)?.[1] ?? 'unknown' };
  } catch (error) {
    return { missing: `the system has no ${name} (${error.code ?? firstLine(error.message)})` };
  }
}

/** The ready queue on bare system calls. */
async function compiledLimit() {
  const source = fileURLToPath(new URL('../limits/ready-queue.c', import.meta.url));
  const path = join(folder, 'ready-queue');
  mkdirSync(folder, { recursive: true });
  try {
    await call('cc', ['-O2', '-o', path, source]);
    const { stdout } = await call('cc', ['-dumpfullversion']);
    return { path, version: stdout.trim() };
  } catch (error) {
    return { missing: `the system has no C compiler (${error.code ?? firstLine(error.message)})` };
  }
}

function firstLine(text) {
  return text.trim().split('\n', 1)[0];
}
