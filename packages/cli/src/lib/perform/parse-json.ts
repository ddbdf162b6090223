import { failed, ok, type Result } from '@ginkoai/contract';

export interface ParseJsonLimits {
  readonly maxBytes: number;
  /** How deep arrays and objects may lie in each other. */
  readonly maxDepth?: number;
  /** What the text is called in a failure. */
  readonly name?: string;
}

const defaultMaxDepth = 64;
/** Keys that could reach an object's prototype instead of its own fields. */
export const refusedKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];
/** A text without these cannot hold a refused key: an escape is the only other way to spell one. */
const mayHoldRefusedKey = /__proto__|constructor|prototype|\\u/;

/** JSON from outside: limited in size and depth, without keys that could reach an object's prototype. */
export function parseJsonSafely(source: string | Uint8Array, limits: ParseJsonLimits): Result<unknown> {
  const name = limits.name ?? 'The text';
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (bytes > limits.maxBytes) {
    return failed('bad_state', `${name} has ${bytes} bytes, more than the ${limits.maxBytes} that are read.`);
  }
  const text = typeof source === 'string' ? source : Buffer.from(source.buffer, source.byteOffset, bytes).toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SyntaxError') throw error;
    return failed('bad_state', `${name} is not JSON: ${bytes === 0 ? 'it is empty' : error.message}.`);
  }
  const fault = faultOf(value, {
    depth: limits.maxDepth ?? defaultMaxDepth,
    checkKeys: mayHoldRefusedKey.test(text),
  });
  return fault === undefined ? ok(value) : failed('bad_state', `${name} is refused: ${fault}.`);
}

interface Inspection {
  /** How many levels may still follow: also what bounds the recursion. */
  readonly depth: number;
  readonly checkKeys: boolean;
}

function faultOf(value: unknown, { depth, checkKeys }: Inspection): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return 'it is nested too deeply';
  if (checkKeys) {
    const refused = refusedKeys.find((key) => Object.hasOwn(value, key));
    if (refused !== undefined) return `it holds the key "${refused}"`;
  }
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const member of members) {
    if (typeof member !== 'object' || member === null) continue;
    const fault = faultOf(member, { depth: depth - 1, checkKeys });
    if (fault !== undefined) return fault;
  }
  return undefined;
}
