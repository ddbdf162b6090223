/** What a key of `.ginko/config.json` must hold, in words for people. */
export interface ConfigKey {
  /** With `*` for a name or a number that is free. */
  readonly path: string;
  readonly expected: string;
  /** A value as it is written in the file. */
  readonly example: string;
}

const commandLine = { expected: 'a command line', example: '"claude --print"' };
const duration = (example: string): { expected: string; example: string } => ({ expected: 'a duration', example });
const agents = { expected: 'an object of agents', example: '{"coder": {"command": "claude --print"}}' };

/** Every key there is. The schema judges; this says it to people. */
export const configKeys: readonly ConfigKey[] = [
  { path: '', expected: 'an object', example: '{"agents": {"coder": {"command": "claude --print"}}}' },
  {
    path: 'graphId',
    expected: 'an id of 1 to 64 letters, digits, ".", "_" or "-" that starts with a letter or digit',
    example: '"my-project"',
  },
  { path: 'graph', expected: 'an object', example: '{"url": "https://graph.example.org"}' },
  { path: 'graph.url', expected: 'an http or https address', example: '"https://graph.example.org"' },
  { path: 'agents', ...agents },
  { path: 'agents.*', expected: 'an object', example: '{"command": "claude --print"}' },
  { path: 'agents.*.command', ...commandLine },
  { path: 'agents.*.capabilities', expected: 'a list of words', example: '["typescript", "testing"]' },
  { path: 'agents.*.capabilities.*', expected: 'a word', example: '"typescript"' },
  { path: 'agents.*.count', expected: 'a whole number from 1 to 1000', example: '2' },
  { path: 'agents.*.verify', expected: 'a command line', example: '"npm test"' },
  { path: 'defaults', expected: 'an object', example: '{"maxAttempts": 3}' },
  { path: 'defaults.verify', expected: 'a command line', example: '"npm test"' },
  { path: 'defaults.maxAttempts', expected: 'a whole number from 1 to 1000', example: '3' },
  { path: 'defaults.taskTimeout', ...duration('"60m"') },
  { path: 'defaults.pollInterval', ...duration('"5s"') },
  { path: 'defaults.persistInterval', ...duration('"30s"') },
  { path: 'defaults.maxRuntime', ...duration('"2h"') },
  { path: 'defaults.backoff', ...duration('"10s"') },
  { path: 'defaults.maxBackoff', ...duration('"10m"') },
  { path: 'defaults.maxLosses', expected: 'a whole number from 1 to 1000', example: '5' },
  { path: 'defaults.leaseTtl', ...duration('"30s"') },
  { path: 'defaults.leaseDeadline', ...duration('"20s"') },
  { path: 'defaults.leaseRenewal', ...duration('"10s"') },
  { path: 'environment', expected: 'a list of names of variables', example: '["PATH", "HOME"]' },
  { path: 'environment.*', expected: 'the name of a variable', example: '"PATH"' },
];

const byPath = new Map(configKeys.map((key) => [key.path, key]));

/** The key that stands at this path; undefined: there is none. */
export function configKeyAt(path: readonly string[]): ConfigKey | undefined {
  return (
    byPath.get(path.join('.')) ?? byPath.get(path.map((part, index) => (isFree(path, index) ? '*' : part)).join('.'))
  );
}

/** The keys that an object at this path may have; null: any, or it is no object. */
export function keysBelow(path: readonly string[]): readonly string[] | null {
  const at = configKeyAt(path);
  if (at === undefined) return null;
  const prefix = at.path === '' ? '' : `${at.path}.`;
  const names = configKeys.flatMap(({ path: each }) =>
    each !== '' && each.startsWith(prefix) && !each.slice(prefix.length).includes('.')
      ? [each.slice(prefix.length)]
      : [],
  );
  return names.length === 0 || names.includes('*') ? null : names;
}

/** Agents have names of their own, and the elements of lists numbers. */
function isFree(path: readonly string[], index: number): boolean {
  return index > 0 && ((path[0] === 'agents' && (index === 1 || index === 3)) || path[0] === 'environment');
}
