import { failed, ok, type Result } from '@ginkoai/contract';

/** What a backslash takes its meaning from inside double quotes; before anything else it stands for itself. */
const escapedInDoubleQuotes = new Set(['$', '`', '"', '\\']);
const blanks = new Set([' ', '\t', '\n', '\r']);
/** A shell never passes these on unquoted; the command is run without one. */
const operators = new Set(['|', '&', ';', '<', '>', '(', ')']);

interface Piece {
  readonly text: string;
  /** Offset after the piece. */
  readonly end: number;
}

/**
 * A command line as the words a POSIX shell would make of it: blanks, quotes and backslashes count, nothing is
 * expanded. What only a shell can do (pipes, redirections, several commands) is refused.
 */
export function splitCommand(text: string): Result<string[]> {
  const words: string[] = [];
  /** `undefined` between words: an empty pair of quotes is a word. */
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (blanks.has(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const piece = nextPiece(text, at);
    if (typeof piece === 'string') return failed('bad_option', piece);
    // A backslash before a line end joins the lines and is no character of a word.
    if (piece.text !== '' || character !== '\\') word = (word ?? '') + piece.text;
    at = piece.end;
  }
  if (word !== undefined) words.push(word);
  if (words.length === 0)
    return failed('bad_option', 'The command is empty. Name a program, such as "my-agent --fast".');
  return ok(words);
}

/** The piece that starts at `at`, or a sentence that says what is wrong. */
function nextPiece(text: string, at: number): Piece | string {
  const character = text.charAt(at);
  if (character === "'") {
    const end = text.indexOf("'", at + 1);
    return end < 0 ? unbalanced(text, character) : { text: text.slice(at + 1, end), end: end + 1 };
  }
  if (character === '"') return doubleQuoted(text, at + 1);
  if (character === '\\') return escaped(text, at);
  if (operators.has(character)) {
    return `The command ${quote(text)} holds "${character}", which only a shell understands. Quote it, or run a shell: sh -c '...'.`;
  }
  return { text: character, end: at + 1 };
}

function escaped(text: string, at: number): Piece | string {
  const next = text.charAt(at + 1);
  if (next === '') return `The command ${quote(text)} ends in a backslash. Remove it, or write \\\\ for a backslash.`;
  return { text: next === '\n' ? '' : next, end: at + 2 };
}

function doubleQuoted(text: string, from: number): Piece | string {
  let content = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return { text: content, end: at + 1 };
    if (character !== '\\') {
      content += character;
      continue;
    }
    const next = text.charAt(at + 1);
    if (next === '\n') at += 1;
    else if (escapedInDoubleQuotes.has(next)) {
      content += next;
      at += 1;
    } else content += character;
  }
  return unbalanced(text, '"');
}

function unbalanced(text: string, mark: string): string {
  return `The command ${quote(text)} has a ${mark} that is not closed. Add the closing ${mark}, or write \\${mark} for the character itself.`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
