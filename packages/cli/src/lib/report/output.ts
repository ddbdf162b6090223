import { sanitize } from './sanitize.js';

/** Where a command speaks. Text from tasks, agents or files is made harmless here, so no caller can forget it. */
export interface Output {
  /** A line for people, on stdout. */
  line(text: string): void;
  /** A line for people about something that failed, on stderr. */
  error(text: string): void;
  /** One JSON value on one line, on stdout. */
  json(value: unknown): void;
  /** Text that must reach stdout exactly as it is (a table drawn by us, a JSON document). */
  raw(text: string): void;
  /** Whether a person watches stdout on a terminal. */
  readonly isTerminal: boolean;
  /** Whether colours may be used. */
  readonly hasColors: boolean;
  /** Whether lines that were written can be written over: a terminal that is more than a dumb one. */
  readonly canRedraw: boolean;
  /** Columns of the terminal; 80 when it is not known. */
  columns(): number;
  /** Lines of the terminal; 24 when it is not known. */
  rows(): number;
  /** Characters written so far to stdout and stderr: what a harness that reads this command takes in. */
  writtenCharacters(): number;
}

export interface OutputStream {
  write(text: string): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createOutput({ stdout, stderr, env }: OutputOptions): Output {
  let written = 0;
  // A reader that went away (`| head`, a closed terminal) or a full disk behind stdout must not end a run: what is
  // said from then on is lost, the run goes on. Somebody who still listens on stderr hears of a failure once.
  const broken = new Set<OutputStream>();
  const write = (stream: OutputStream, text: string): void => {
    if (broken.has(stream)) return;
    written += text.length;
    stream.write(text);
  };
  const breaks = (stream: OutputStream, tell: (error: NodeJS.ErrnoException) => void): void => {
    stream.on?.('error', (error) => {
      if (broken.has(stream)) return;
      broken.add(stream);
      tell(error);
    });
  };
  breaks(stdout, ({ code, message }) => {
    if (code !== 'EPIPE' && code !== 'EIO') write(stderr, `Standard output cannot be written any more: ${message}\n`);
  });
  breaks(stderr, () => undefined);
  const isTerminal = stdout.isTTY === true;
  return {
    line: (text) => write(stdout, `${sanitize(text)}\n`),
    error: (text) => write(stderr, `${sanitize(text)}\n`),
    json: (value) => write(stdout, `${JSON.stringify(value)}\n`),
    raw: (text) => write(stdout, text),
    isTerminal,
    hasColors: hasColors(isTerminal, env),
    canRedraw: isTerminal && env['TERM'] !== 'dumb',
    // A terminal whose size is not known says 0.
    columns: () => stdout.columns || 80,
    rows: () => stdout.rows || 24,
    writtenCharacters: () => written,
  };
}

/** `FORCE_COLOR` wins, as it is the more particular wish: `0` and `false` take colours away. */
function hasColors(isTerminal: boolean, env: OutputOptions['env']): boolean {
  const forced = env['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
