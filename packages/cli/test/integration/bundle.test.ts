import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'ginko.js');

describe('the program that ginko starts', () => {
  let packages: string;
  const file = (path: string, text: string, atSecond: number): void => {
    const full = join(packages, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    utimesSync(full, atSecond, atSecond);
  };
  const started = (): string =>
    execFileSync(process.execPath, [join(packages, 'cli', 'bin', 'ginko.js')], { encoding: 'utf8' });
  const build = (atSecond: number): void => {
    for (const name of ['contract', 'graph', 'cli']) file(`${name}/tsconfig.tsbuildinfo`, '{}', atSecond);
    file('cli/dist/cli.js', 'process.stdout.write("modules");', atSecond);
  };
  const bundle = (atSecond: number): void =>
    file('cli/dist/bundle/cli.js', 'process.stdout.write("bundle");', atSecond);

  beforeEach(() => {
    packages = mkdtempSync(join(tmpdir(), 'ginko-bin-'));
    mkdirSync(join(packages, 'cli', 'bin'), { recursive: true });
    cpSync(bin, join(packages, 'cli', 'bin', 'ginko.js'));
    file('cli/package.json', '{"type": "module"}', 1);
  });
  afterEach(() => rmSync(packages, { recursive: true }));

  it('is the bundle of the last build', () => {
    build(10);
    bundle(11);
    expect(started()).toBe('bundle');
  });

  it.each(['contract', 'graph', 'cli'])('is never a bundle from before the last build of %s', (name) => {
    build(10);
    bundle(11);
    file(`${name}/tsconfig.tsbuildinfo`, '{}', 12);
    expect(started()).toBe('modules');
  });

  it('is the modules where there is no bundle', () => {
    build(10);
    expect(started()).toBe('modules');
  });

  it('is the bundle of an installed package, which has no build records', () => {
    file('cli/dist/cli.js', 'process.stdout.write("modules");', 20);
    bundle(11);
    expect(started()).toBe('bundle');
  });
});
