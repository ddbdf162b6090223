import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

const sourceMapSchema = z.object({ sources: z.array(z.string()), mappings: z.string() });

/**
 * The stack of an error with the places in the sources; what has no source map beside it stays as it is. Node's own
 * way would read every map at every start.
 */
export function originalStack(stack: string): string {
  const maps = new Map<string, SourceMap | null>();
  return stack.replace(/\b(file:[^\s()]+\.js):(\d+):(\d+)/g, (place, url: string, line: string, column: string) => {
    const map = maps.get(url) ?? readMap(url);
    maps.set(url, map);
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return place;
    const source = new URL(entry.originalSource, url).href;
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

/** null: there is none that could be used. What is told about an error must not end in another one. */
function readMap(url: string): SourceMap | null {
  try {
    const { sources, mappings } = sourceMapSchema.parse(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
    return new SourceMap({ file: '', version: 3, sources, sourcesContent: [], names: [], mappings, sourceRoot: '' });
  } catch {
    return null;
  }
}
