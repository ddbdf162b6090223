export interface FrontMatter {
  /** Keys in lower case. Nested and multi-line values are not read: a sprint needs none. */
  readonly values: ReadonlyMap<string, { readonly value: string; readonly line: number }>;
  /** Offset and 1-based number of the first line behind it. */
  readonly end: number;
  readonly nextLine: number;
}

const isKey = /^[A-Za-z][A-Za-z0-9_-]{0,60}$/;
const byteOrderMark = '\uFEFF';

/** Reads the block between `---` lines at the top of a file; without one it is empty and ends where the text starts. */
export function readFrontMatter(text: string): FrontMatter {
  const start = text.startsWith(byteOrderMark) ? 1 : 0;
  const values = new Map<string, { value: string; line: number }>();
  const none: FrontMatter = { values: new Map(), end: start, nextLine: 1 };
  let line = lineAt(text, start);
  if (line.text.trimEnd() !== '---') return none;
  for (let number = 2; line.next < text.length; number += 1) {
    line = lineAt(text, line.next);
    const trimmed = line.text.trimEnd();
    if (trimmed === '---' || trimmed === '...')
      return values.size === 0 ? none : { values, end: line.next, nextLine: number + 1 };
    // The first line was a ruler and no front matter.
    if (trimmed.startsWith('##')) return none;
    const colon = trimmed.indexOf(':');
    const key = trimmed.slice(0, Math.max(colon, 0));
    if (isKey.test(key)) values.set(key.toLowerCase(), { value: plain(trimmed.slice(colon + 1)), line: number });
  }
  return none;
}

function lineAt(text: string, start: number): { text: string; next: number } {
  const newline = text.indexOf('\n', start);
  const next = newline === -1 ? text.length : newline + 1;
  return { text: text.slice(start, next), next };
}

/** A scalar without its quotes and without a comment behind it. */
function plain(written: string): string {
  const value = written.trim();
  const quote = value[0];
  if (quote === '"' || quote === "'") {
    const close = value.indexOf(quote, 1);
    if (close > 0) return value.slice(1, close);
  }
  const comment = value.search(/(?:^|\s)#/);
  return comment === -1 ? value : value.slice(0, comment).trimEnd();
}
