const longestEntry = 400;

/**
 * The paths that one entry of a `**Files:**` field names: those in backticks, else the first word that looks like a
 * path (`Create: src/a.ts (new)`); text such as `Global styles` names none.
 */
export function namedFiles(entry: string): readonly string[] {
  const text = entry.slice(0, longestEntry);
  const quoted = text.split('`').filter((_, index) => index % 2 === 1);
  if (quoted.length > 0) return quoted.map(withoutPosition).filter(isPath);
  return text
    .split(',')
    .map((part) =>
      part
        .split(/[\s()|]+/)
        .map(withoutPosition)
        .find(isPath),
    )
    .filter((path) => path !== undefined);
}

/** `src/a.ts:54-120` names lines of `src/a.ts`. */
function withoutPosition(path: string): string {
  return path
    .trim()
    .replace(/:\d{1,7}(?:-\d{1,7})?$/, '')
    .replace(/[:;.]$/, '');
}

function isPath(word: string): boolean {
  if (word === '' || /\s/.test(word)) return false;
  return word.includes('/') || /\.[A-Za-z][A-Za-z0-9]{0,9}$/.test(word);
}
