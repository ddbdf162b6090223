import { sanitizeForeign } from './sanitize.js';

// Tabs have no fixed width; the two separators may end a line.
const unruly = /[\t\u2028\u2029]/g;

/** Text from anywhere as one line that is safe to print and whose width can be told. */
export function cleanText(text: string): string {
  return sanitizeForeign(text).replace(unruly, ' ');
}
