import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { graphVersion } from '../src/version.js';

it('tells the version of its package', async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  expect(graphVersion).toBe(z.object({ version: z.string() }).parse(JSON.parse(text)).version);
});
