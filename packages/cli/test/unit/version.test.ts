import { readFileSync } from 'node:fs';
import { version } from '../../src/version.js';

it('tells the version of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ version });
});
