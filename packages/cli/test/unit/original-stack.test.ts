import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { originalStack } from '../../src/lib/perform/original-stack.js';

describe('the stack of an unexpected error', () => {
  let folder: string;
  let url: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ginko-stack-'));
    url = pathToFileURL(join(folder, 'chunk.js')).href;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names the places in the sources', () => {
    // The second line, from its first column on, is the third of the source, from its fifth on.
    writeFileSync(
      join(folder, 'chunk.js.map'),
      JSON.stringify({ version: 3, sources: ['../src/cause.ts'], names: [], mappings: ';AAEI' }),
    );
    const source = new URL('../src/cause.ts', url).href;
    expect(originalStack(`Error: no\n    at cause (${url}:2:1)\n    at ${url}:2:1`)).toBe(
      `Error: no\n    at cause (${source}:3:5)\n    at ${source}:3:5`,
    );
  });

  it('stays as it is without a usable map', () => {
    const stack = `Error: no\n    at cause (${url}:2:1)\n    at node:internal/timers:581:17`;
    expect(originalStack(stack)).toBe(stack);
    writeFileSync(join(folder, 'chunk.js.map'), '{"version": 3');
    expect(originalStack(stack)).toBe(stack);
    writeFileSync(join(folder, 'chunk.js.map'), JSON.stringify({ version: 3, sources: [], names: [], mappings: '' }));
    expect(originalStack(stack)).toBe(stack);
  });
});
