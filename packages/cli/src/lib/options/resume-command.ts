import { kebabCase } from './kebab-case.js';
import { isSet, type Environment } from './environment.js';
import type { OrchestrateFlags } from './orchestrate-options.js';

/** What a person says anew each time, and `--resume`, which is put in once. */
const oneTime: ReadonlySet<string> = new Set(['resume', 'dryRun', 'takeover', 'trust']);

/** The command line that goes on with a run that was started with these flags, to be pasted into a shell. */
export function resumeCommand(flags: OrchestrateFlags, env: Environment): string {
  const words = Object.entries(flags).flatMap(([name, value]) => (oneTime.has(name) ? [] : wordsOf(name, value)));
  return [programIn(env), '--resume', ...words].join(' ');
}

/** As the command was called: by a script that says so (`npm start --`), by npx, or by its name. */
function programIn(env: Environment): string {
  const calledAs = env['GINKO_CALLED_AS'];
  if (isSet(calledAs)) return calledAs.replace(unprintables, ' ');
  return env['npm_lifecycle_event'] === 'npx' ? 'npx ginko orchestrate' : 'ginko orchestrate';
}

function wordsOf(name: string, value: unknown): readonly string[] {
  if (name === 'writeBack') return value === false ? ['--no-write-back'] : [];
  if (typeof value === 'string') return [`--${kebabCase(name)}`, quoted(value)];
  return value === true ? [`--${kebabCase(name)}`] : [];
}

function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (unprintable.test(word)) return `$'${word.replace(/[\\']/g, String.raw`\$&`).replace(unprintables, escapeOf)}'`;
  return /["$`\\!]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `"${word}"`;
}

// What could steer a terminal or reorder a line is shown as an escape that the shell turns back.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const unprintables = new RegExp(unprintable, 'g');

function escapeOf(character: string): string {
  if (character === '\n') return String.raw`\n`;
  if (character === '\t') return String.raw`\t`;
  return String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0');
}
