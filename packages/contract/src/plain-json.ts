import { ok, failed, type Result } from './failure.js';

/** The keys that could reach an object's prototype instead of its own fields. */
export const forbiddenKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Whether a key is one of `forbiddenKeys`: compared one by one, as this is asked of every key of a large file. */
export const isForbiddenKey = (key: string): boolean =>
  key === '__proto__' || key === 'constructor' || key === 'prototype';

/** Deeper than anything ginko writes, far from where a recursive reader would overflow its stack. */
const maxDepth = 64;

/** Parses JSON that a stranger may have written. Refuses keys that reach prototypes, and endless nesting. */
export function parsePlainJson(text: string): Result<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return failed('bad_response', `This is not JSON: ${error.message}.`);
  }
  const problem = findProblem(value);
  return problem === undefined ? ok(value) : failed('bad_response', problem);
}

function findProblem(root: unknown): string | undefined {
  // A stack of our own: the depth is the stranger's choice.
  const pending: { readonly value: object; readonly depth: number }[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'object' && value !== null) pending.push({ value, depth });
  };
  visit(root, 1);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > maxDepth) return `The JSON is nested deeper than ${maxDepth} levels.`;
    if (Array.isArray(next.value)) {
      for (const element of next.value) visit(element, next.depth + 1);
      continue;
    }
    for (const [key, field] of Object.entries(next.value)) {
      if (isForbiddenKey(key)) return `The key "${key}" is not allowed in JSON here.`;
      visit(field, next.depth + 1);
    }
  }
  return undefined;
}
