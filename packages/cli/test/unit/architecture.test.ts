import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';

const packages = join(import.meta.dirname, '..', '..', '..');

interface Source {
  /** From `packages` on, with forward slashes. */
  readonly file: string;
  /** Without comments. */
  readonly code: string;
  /** What it imports or re-exports, types included; relative ones resolved like `file`. */
  readonly imports: readonly string[];
}

function sourcesOf(name: string): Source[] {
  const folder = join(packages, name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const file = relative(packages, join(folder, path)).split(sep).join('/');
      const code = withoutComments(readFileSync(join(folder, path), 'utf8'));
      return { file, code, imports: importsOf(code, file) };
    });
}

/** Only what begins a line or follows a blank: `//` in a URL is no comment. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf(code: string, file: string): string[] {
  const statements = code.matchAll(
    /(?:\bfrom\s*|\bimport\s*|\bimport\s*\(\s*|\b(?:require|resolve)\s*\(\s*)(['"`])([^'"`\n]+)\1/g,
  );
  return [...statements].map(([, , name = '']) =>
    name.startsWith('.') ? posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts') : name,
  );
}

const cli = sourcesOf('cli');
const contract = sourcesOf('contract');
const graph = sourcesOf('graph');

const lib = (name: string): Source[] => cli.filter(({ file }) => file.startsWith(`cli/src/lib/${name}/`));
const isIn = (file: string, folder: string): boolean => file.startsWith(`cli/src/${folder}/`);

/** `file: import` of those that are against the rule. */
function importing(sources: readonly Source[], isForbidden: (name: string, file: string) => boolean): string[] {
  return sources.flatMap(({ file, imports }) =>
    imports.filter((name) => isForbidden(name, file)).map((name) => `${file}: ${name}`),
  );
}

function saying(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.filter(({ code }) => pattern.test(code)).map(({ file }) => file);
}

const timeChanceAndProcess = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.|\bprocess\./;
const isOutside = (name: string): boolean => name.startsWith('node:') || ['axios', 'chalk', 'commander'].includes(name);

describe('the architecture', () => {
  it('is looked at: the sources and their imports are found', () => {
    expect(cli.length).toBeGreaterThan(100);
    expect(contract.length).toBeGreaterThan(10);
    expect(graph.length).toBeGreaterThan(10);
    const names = [...cli, ...contract, ...graph].flatMap(({ imports }) => imports);
    expect(names).toEqual(expect.arrayContaining(['zod', 'axios', 'chalk', 'commander', '@ginkoai/graph']));
    expect(lib('decide').flatMap(({ imports }) => imports)).toContain('cli/src/lib/decide/run-state.ts');
    const text =
      "import type { A } from './a.js';\nexport * from '../b.js';\nconst c = await import('c'); // from 'no'";
    expect(importsOf(withoutComments(text), 'x/src/y.ts')).toEqual(['x/src/a.ts', 'x/b.ts', 'c']);
  });

  it('decides without a clock, chance, files, network or terminal', () => {
    expect(importing(lib('decide'), isOutside)).toEqual([]);
    expect(saying(lib('decide'), timeChanceAndProcess)).toEqual([]);
  });

  it('reads sprints without them too, but for hashes', () => {
    const allowed = ['node:crypto', 'node:zlib', 'node:buffer'];
    expect(importing(lib('sprint'), (name) => isOutside(name) && !allowed.includes(name))).toEqual([]);
    expect(saying(lib('sprint'), timeChanceAndProcess)).toEqual([]);
  });

  it('lets only the report paint and print', () => {
    const silent = cli.filter(({ file }) => !isIn(file, 'lib/report'));
    expect(importing(silent, (name) => name === 'chalk' || name === 'log-update')).toEqual([]);
    const mute = silent.filter(({ file }) => file !== 'cli/src/cli.ts');
    expect(saying(mute, /\bconsole\.|\bprocess\.std(out|err)\b/)).toEqual([]);
  });

  it('ends the process nowhere but where the bin sets the exit code', () => {
    const all = [...cli, ...contract, ...graph];
    // The launcher is a program of its own, which must end although agents that it started still run.
    const launcher = 'cli/src/lib/perform/agents/launcher.ts';
    expect(saying(all, /\bprocess\.exit\(/).filter((file) => file !== launcher)).toEqual([]);
    expect(saying(all, /\bprocess\.exitCode\b/)).toEqual(['cli/src/cli.ts']);
  });

  it('keeps the contract free of everything but zod', () => {
    expect(importing(contract, (name) => name !== 'zod' && !name.startsWith('contract/src/'))).toEqual([]);
  });

  it('keeps the graph free of the command', () => {
    expect(importing(graph, (name) => name.startsWith('@ginkoai/cli') || name.startsWith('cli/'))).toEqual([]);
    expect(importing(graph, (name) => name.startsWith('contract/'))).toEqual([]);
  });

  it('knows the graph only where one is served', () => {
    const isServing = (file: string): boolean =>
      file === 'cli/src/commands/graph.ts' ||
      (dirname(file) === 'cli/src/lib/perform' && posix.basename(file).startsWith('embedded-graph'));
    const isGraph = (name: string): boolean => name.startsWith('@ginkoai/graph') || name.startsWith('graph/');
    expect(importing(cli, (name, file) => isGraph(name) && !isServing(file))).toEqual([]);
    const eager = cli.filter(({ code }) => /\bimport\s+(?!type\b)[^;(]*from '@ginkoai\/graph/.test(code));
    expect(eager.map(({ file }) => file)).toEqual([]);
  });

  it('builds commands on the library and not the other way round', () => {
    const isAbove = (name: string): boolean =>
      isIn(name, 'commands') || isIn(name, 'grammar') || ['cli/src/program.ts', 'cli/src/cli.ts'].includes(name);
    const parts = ['decide', 'perform', 'sprint', 'report', 'options'].flatMap(lib);
    expect(importing(parts, isAbove)).toEqual([]);
  });

  it('decides without knowing how it is done or shown', () => {
    const isBelow = (name: string): boolean =>
      ['lib/perform', 'lib/report', 'lib/options'].some((at) => isIn(name, at));
    expect(importing(lib('decide'), isBelow)).toEqual([]);
  });

  it('takes options apart without looking at the world', () => {
    expect(importing(lib('options'), (name) => isOutside(name) || isIn(name, 'lib/perform'))).toEqual([]);
    expect(saying(lib('options'), timeChanceAndProcess)).toEqual([]);
  });

  it('reports without performing', () => {
    expect(importing(lib('report'), (name) => isIn(name, 'lib/perform'))).toEqual([]);
  });
});
