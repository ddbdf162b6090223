import { failed, ok, type Result } from '@ginkoai/contract';

export interface ParseJsonLimits {
  readonly maxBytes: number;
  /** How deep arrays and objects may lie in each other. */
  readonly maxDepth?: number;
  /** What the text is called in a failure. */
  readonly name?: string;
}

const unnamed = 'The text';
const defaultMaxDepth = 64;
/** Keys that could reach an object's prototype instead of its own fields. */
export const refusedKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];
/** A text without these cannot hold a refused key: an escape is the only other way to spell one. */
const mayHoldRefusedKey = /__proto__|constructor|prototype|\\u/;

/** JSON from outside: limited in size and depth, without keys that could reach an object's prototype. */
export function parseJsonSafely(source: string | Uint8Array, limits: ParseJsonLimits): Result<unknown> {
  const parsed = parseJsonText(source, limits);
  if (!parsed.ok) return parsed;
  const { value, mayHoldRefusedKeys } = parsed.value;
  const fault = jsonFault(value, { maxDepth: limits.maxDepth, checkKeys: mayHoldRefusedKeys });
  return fault === undefined ? ok(value) : failed('bad_state', `${limits.name ?? unnamed} is refused: ${fault}.`);
}

export interface ParsedJson {
  readonly value: unknown;
  /** Otherwise `jsonFault` need not look for them. */
  readonly mayHoldRefusedKeys: boolean;
}

/** JSON that is limited in size, but not yet in what it holds: that is for `jsonFault` to judge. */
export function parseJsonText(source: string | Uint8Array, limits: ParseJsonLimits): Result<ParsedJson> {
  const name = limits.name ?? unnamed;
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (bytes > limits.maxBytes) {
    return failed('bad_state', `${name} has ${bytes} bytes, more than the ${limits.maxBytes} that are read.`);
  }
  const text = typeof source === 'string' ? source : Buffer.from(source.buffer, source.byteOffset, bytes).toString();
  try {
    const value: unknown = JSON.parse(text);
    return ok({ value, mayHoldRefusedKeys: mayHoldRefusedKey.test(text) });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SyntaxError') throw error;
    return failed('bad_state', `${name} is not JSON: ${bytes === 0 ? 'it is empty' : error.message}.`);
  }
}

export interface JsonInspection {
  readonly maxDepth?: number | undefined;
  readonly checkKeys: boolean;
}

/** What is wrong with a parsed value; `undefined`: nothing. */
export function jsonFault(
  value: unknown,
  { maxDepth = defaultMaxDepth, checkKeys }: JsonInspection,
): string | undefined {
  return faultOf(value, { depth: maxDepth, checkKeys });
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
