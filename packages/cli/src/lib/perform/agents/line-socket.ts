import type { Socket } from 'node:net';

export interface LineSocketOptions {
  readonly socket: Socket;
  readonly onLine: (line: string) => void;
  /** Once, whatever the cause; `reason` is for people. */
  readonly onClose: (reason: string) => void;
  /** Bytes that may wait for a reader who does not read; then the connection is cut. */
  readonly maxWaitingBytes?: number;
}

const maxLineLength = 16 * 1024 * 1024;
const defaultMaxWaitingBytes = 16 * 1024 * 1024;

/** Lines of text over a socket, bounded in both directions. */
export class LineSocket {
  #rest = '';
  #reason = 'the other side closed the connection';

  constructor(private readonly options: LineSocketOptions) {
    const { socket, onClose } = options;
    socket.setEncoding('utf8');
    socket.on('data', (text) => this.#take(String(text)));
    socket.on('error', (error) => (this.#reason = error.message));
    socket.on('close', () => onClose(this.#reason));
  }

  get isOpen(): boolean {
    return this.options.socket.writable;
  }

  send(message: object): void {
    const { socket, maxWaitingBytes = defaultMaxWaitingBytes } = this.options;
    if (!socket.writable) return;
    // One message alone is always taken, however long it is.
    if (socket.writableLength > maxWaitingBytes) this.cut('the other side does not read');
    else socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Sends what waits, then closes. */
  end(): void {
    this.options.socket.end();
  }

  /** Closes at once. */
  cut(reason: string): void {
    this.#reason = reason;
    this.options.socket.destroy();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > maxLineLength) this.cut('a line is too long');
    for (const line of lines) {
      if (this.options.socket.destroyed) return;
      this.options.onLine(line);
    }
  }
}
