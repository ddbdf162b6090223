#!/usr/bin/env node
import { statSync } from 'node:fs';

const modifiedAt = (path) => statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

// The bundle starts in half the time of the modules that it is made of. In a clone whose modules were built since
// (`tsc -b` alone), they are what counts; an installed package has no build records.
const bundledAt = modifiedAt('../dist/bundle/cli.js');
const builtAt = ['contract', 'graph', 'cli'].map((name) => modifiedAt(`../../${name}/tsconfig.tsbuildinfo`));
await import(bundledAt >= Math.max(...builtAt) && bundledAt > -Infinity ? '../dist/bundle/cli.js' : '../dist/cli.js');
