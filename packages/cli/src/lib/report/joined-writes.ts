import type { OutputStream } from './output.js';

export interface StandardStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/**
 * What is said on stdout in one turn of the loop goes out in one write, unless it is a terminal: a write to a pipe
 * waits for the system, and a run says several lines at once. Order between both streams stays as it was said.
 */
export function joinWrites({ stdout, stderr }: StandardStreams, onExit: (flush: () => void) => void): StandardStreams {
  if (stdout.isTTY === true) return { stdout, stderr };
  let text = '';
  const flush = (): void => {
    const joined = text;
    text = '';
    if (joined !== '') stdout.write(joined);
  };
  onExit(flush);
  return {
    stdout: withWrite(stdout, (more) => {
      if (text === '') process.nextTick(flush);
      text += more;
      return true;
    }),
    stderr: withWrite(stderr, (more) => {
      flush();
      return stderr.write(more);
    }),
  };
}

/** Nothing that is no terminal has a size. */
function withWrite(stream: OutputStream, write: (text: string) => boolean): OutputStream {
  return { write, isTTY: stream.isTTY === true, on: (event, listener) => stream.on?.(event, listener) };
}
