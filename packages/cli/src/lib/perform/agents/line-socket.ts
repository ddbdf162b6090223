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

/** How long a message waits for company that decides nothing by itself. */
const lazyDelayMs = 20;

/** Lines of text over a socket, bounded in both directions. What is sent in one turn goes out in one write. */
export class LineSocket {
  #rest = '';
  #reason = 'the other side closed the connection';
  #unsent = '';
  #isFlushDue = false;
  #lazyTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LineSocketOptions) {
    const { socket, onClose } = options;
    socket.setEncoding('utf8');
    socket.on('data', (text) => this.#take(String(text)));
    socket.on('error', (error) => (this.#reason = error.message));
    socket.on('close', () => {
      clearTimeout(this.#lazyTimer);
      onClose(this.#reason);
    });
  }

  get isOpen(): boolean {
    return this.options.socket.writable;
  }

  send(message: object): void {
    if (!this.#add(message) || this.#isFlushDue) return;
    this.#isFlushDue = true;
    process.nextTick(() => this.#flush());
  }

  /** With the next message, or after 20 ms: for what nobody waits for. */
  sendLazily(message: object): void {
    if (this.#add(message)) this.#lazyTimer ??= setTimeout(() => this.#flush(), lazyDelayMs);
  }

  /** Sends what waits, then closes. */
  end(): void {
    this.#flush();
    this.options.socket.end();
  }

  /** Closes at once. */
  cut(reason: string): void {
    this.#reason = reason;
    this.options.socket.destroy();
  }

  #add(message: object): boolean {
    const { socket, maxWaitingBytes = defaultMaxWaitingBytes } = this.options;
    if (!socket.writable) return false;
    // One message alone is always taken, however long it is.
    const waiting = socket.writableLength + this.#unsent.length;
    if (waiting > maxWaitingBytes) this.cut('the other side does not read');
    else this.#unsent += `${JSON.stringify(message)}\n`;
    return waiting <= maxWaitingBytes;
  }

  #flush(): void {
    clearTimeout(this.#lazyTimer);
    this.#lazyTimer = undefined;
    this.#isFlushDue = false;
    const text = this.#unsent;
    this.#unsent = '';
    if (text !== '' && this.isOpen) this.options.socket.write(text);
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
