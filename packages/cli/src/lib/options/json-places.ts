/** A place in a text, both numbers from 1 on. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Why a text is not JSON. */
export interface JsonFault extends Place {
  /** What would have been right, for people: `a comma or "}"`. */
  readonly expected: string;
  /** What stands there: `"x"`, `the end of the file`. */
  readonly found: string;
}

export interface JsonPlaces {
  /** null: the text is JSON. */
  readonly fault: JsonFault | null;
  /** The line of a key, or of an element of a list, whose path is joined with dots; undefined: there is none. */
  lineOf(path: string): number | undefined;
}

const deepest = 64;

/** Where everything stands in a JSON text, and what is wrong first if it is none: `JSON.parse` tells only some of it. */
export function jsonPlaces(text: string): JsonPlaces {
  const scanner = new Scanner(text);
  const fault = scanner.scan();
  return { fault, lineOf: (path) => scanner.lines.get(path) };
}

class Fault extends Error {
  constructor(
    readonly at: number,
    readonly expected: string,
  ) {
    super(expected);
  }
}

class Scanner {
  readonly lines = new Map<string, number>();
  #at = 0;

  constructor(readonly text: string) {}

  scan(): JsonFault | null {
    try {
      this.#value('', 0);
      this.#blanks();
      if (this.#at < this.text.length) throw new Fault(this.#at, 'nothing more');
      return null;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const found = this.text[error.at];
      return {
        ...this.#placeOf(error.at),
        expected: error.expected,
        found: found === undefined ? 'the end of the file' : found === '"' ? "'\"'" : `"${found}"`,
      };
    }
  }

  #value(path: string, depth: number): void {
    this.#blanks();
    if (depth > deepest) throw new Fault(this.#at, `at most ${deepest} levels`);
    const character = this.text[this.#at];
    if (character === '{') return this.#object(path, depth);
    if (character === '[') return this.#array(path, depth);
    if (character === '"') return void this.#string('a text');
    const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
    scalar.lastIndex = this.#at;
    const match = scalar.exec(this.text);
    if (match === null) throw new Fault(this.#at, 'a value (texts stand in double quotes)');
    this.#at += match[0].length;
  }

  #object(path: string, depth: number): void {
    this.#at += 1;
    let isFirst = true;
    for (;;) {
      this.#blanks();
      if (isFirst && this.#take('}')) return;
      if (this.text[this.#at] !== '"')
        throw new Fault(this.#at, isFirst ? 'a key in double quotes or "}"' : 'a key in double quotes');
      const keyAt = this.#at;
      const own = join(path, this.#string('a key'));
      this.lines.set(own, this.#placeOf(keyAt).line);
      this.#blanks();
      if (!this.#take(':')) throw new Fault(this.#at, `a colon after ${this.text.slice(keyAt, this.#at).trimEnd()}`);
      this.#value(own, depth + 1);
      this.#blanks();
      if (this.#take('}')) return;
      if (!this.#take(',')) throw new Fault(this.#at, 'a comma or "}"');
      isFirst = false;
    }
  }

  #array(path: string, depth: number): void {
    this.#at += 1;
    this.#blanks();
    if (this.#take(']')) return;
    for (let index = 0; ; index += 1) {
      this.#blanks();
      const own = join(path, String(index));
      this.lines.set(own, this.#placeOf(this.#at).line);
      this.#value(own, depth + 1);
      this.#blanks();
      if (this.#take(']')) return;
      if (!this.#take(',')) throw new Fault(this.#at, 'a comma or "]"');
    }
  }

  #string(what: string): string {
    const whole = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    whole.lastIndex = this.#at;
    const match = whole.exec(this.text);
    if (match === null) throw new Fault(this.#at, `${what} that ends with a double quote on its line`);
    this.#at += match[0].length;
    return JSON.parse(match[0]) as string;
  }

  #blanks(): void {
    while (/[ \t\r\n]/.test(this.text[this.#at] ?? '')) this.#at += 1;
  }

  #take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #placeOf(offset: number): Place {
    const before = this.text.slice(0, offset);
    const start = before.lastIndexOf('\n') + 1;
    return { line: before.split('\n').length, column: offset - start + 1 };
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
