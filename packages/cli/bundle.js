// Makes dist/bundle: what tsc built, and the packages it uses, in a few files that load in half the time. Each lazy
// import stays a file of its own.
import { build } from 'esbuild';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, 'dist', 'bundle');
const draft = join(here, 'dist', 'bundle.draft');

rmSync(draft, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: {
    cli: 'dist/cli.js',
    // Programs of their own; whoever starts them looks for these names beside its own file.
    launcher: 'dist/lib/perform/agents/launcher.js',
    'graph-worker': '../graph/dist/worker.js',
  },
  outdir: draft,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Has a binary beside it.
  external: ['@photostructure/sqlite'],
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  // V8 keeps the text of what it loaded: without comments and indentation that is 1.2 MB less. Names stay as they are.
  minifyWhitespace: true,
  // A line of it may be shown beneath an error.
  lineLimit: 160,
  metafile: true,
  // Packages that are CommonJS ask for Node's own modules with it.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
});
writeFileSync(join(draft, 'LICENSES.txt'), licenses(Object.keys(metafile.inputs)));
// As a whole: no start may find half of it.
rmSync(target, { recursive: true, force: true });
renameSync(draft, target);

/** Of every package whose code is in the bundle. */
function licenses(inputs) {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []);
  return [...new Set(folders)]
    .sort()
    .map(licenseOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenseOf(path) {
  const folder = join(here, path);
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = licenseFile(folder) ?? licenseInReadme(folder);
  if (text === undefined) throw new Error(`${name} ${version} (${license}) brings no text of its license: ${folder}`);
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

function licenseFile(folder) {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8');
}

function licenseInReadme(folder) {
  const file = readdirSync(folder).find((entry) => /^readme/i.test(entry));
  return file === undefined
    ? undefined
    : /^(?:#+ )?Licen[cs]e\n([^]*)/im.exec(readFileSync(join(folder, file), 'utf8'))?.[1];
}
