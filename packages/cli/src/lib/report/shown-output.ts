import { cleanText } from './clean-text.js';

/** What a line looks like at last: a program that draws its progress over itself sends it all, split by returns. */
export function shownOutput(lastLine: string | undefined): string {
  const shown = (lastLine ?? '').split('\r').findLast((part) => part.trim() !== '') ?? '';
  return cleanText(shown).trim();
}
