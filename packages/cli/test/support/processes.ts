import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { createGraphClient, type GraphClient } from '../../src/lib/perform/graph-client.js';

const ginko = fileURLToPath(new URL('../../bin/ginko.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GinkoOptions {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A real `ginko` process, from the built package. */
export class GinkoProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly lines: string[] = [];
  readonly ended: Promise<Ended>;
  readonly startedAt = performance.now();
  #stderr = '';
  #end: Ended | null = null;
  #listeners: (() => void)[] = [];

  constructor({ cwd, args, env = {} }: GinkoOptions) {
    const { PATH = '', TMPDIR = '/tmp' } = process.env;
    this.child = spawn(process.execPath, [ginko, ...args], {
      cwd,
      // Nothing of the caller's own environment: a harness around the tests would count as the reader of the output.
      env: { PATH, TMPDIR, HOME: cwd, XDG_CONFIG_HOME: cwd, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid, stdout, stderr } = this.child;
    if (pid === undefined || stdout === null || stderr === null) throw new Error('ginko could not be started.');
    this.pid = pid;
    stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString('utf8')));
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(line);
      this.#look();
    });
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.#end = {
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        stdout: this.lines.join('\n'),
        stderr: this.#stderr,
      };
      this.#look();
      return this.#end;
    });
  }

  get isOver(): boolean {
    return this.#end !== null;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves with true once its output satisfies the condition, or with false when it ended before. */
  reaches(isSo: (lines: readonly string[]) => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const check = (): void => {
        const so = isSo(this.lines);
        if (!so && this.#end === null) return;
        this.#listeners = this.#listeners.filter((other) => other !== check);
        resolve(so);
      };
      this.#listeners.push(check);
      check();
    });
  }

  /** As `reaches`, for what must come. */
  async prints(isSo: (lines: readonly string[]) => boolean): Promise<void> {
    if (await this.reaches(isSo)) return;
    throw new Error(`ginko ended before it printed what was waited for.\n${this.lines.join('\n')}\n${this.#stderr}`);
  }

  /** Its end, which must come soon; else the failure shows what it said. */
  async endsWithin(timeoutMs: number): Promise<Ended> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(new Error(`ginko goes on for more than ${timeoutMs} ms.\n${this.lines.join('\n')}\n${this.#stderr}`)),
        timeoutMs,
      );
    });
    try {
      return await Promise.race([this.ended, tooLong]);
    } finally {
      clearTimeout(timer);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async killHard(): Promise<Ended> {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  #look(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const listeningSchema = z.object({ kind: z.literal('listening'), url: z.url() });

/** A real `ginko graph serve` on a loopback port. */
export class GraphProcess {
  readonly process: GinkoProcess;
  readonly url: string;
  readonly token: string;
  readonly folder: string;

  private constructor(process: GinkoProcess, served: Pick<GraphProcess, 'url' | 'token' | 'folder'>) {
    this.process = process;
    this.folder = served.folder;
    this.url = served.url;
    this.token = served.token;
  }

  /** Over the database in `folder`; with `listen` at that address, as one that comes back. */
  static async start(folder: string, listen = '127.0.0.1:0'): Promise<GraphProcess> {
    const token = 'a-token-of-this-test-that-is-long-enough';
    const args = ['graph', 'serve', '--listen', listen, '--database', join(folder, 'graph.db'), '--json'];
    const process = new GinkoProcess({ cwd: folder, args, env: { GINKO_GRAPH_TOKEN: token } });
    await process.prints((lines) => lines.length > 0);
    const { url } = listeningSchema.parse(JSON.parse(process.lines[0] ?? ''));
    return new GraphProcess(process, { url, token, folder });
  }

  /** What a working copy needs to use it. */
  get env(): Readonly<Record<string, string>> {
    return { GINKO_GRAPH_URL: this.url, GINKO_GRAPH_TOKEN: this.token, GINKO_GRAPH_ID: 'graph-1' };
  }

  client(): GraphClient {
    return createGraphClient({ url: this.url, token: this.token, graphId: 'graph-1', retries: 0 });
  }

  async end(): Promise<void> {
    if (this.process.isOver) return;
    this.process.kill('SIGKILL');
    await this.process.ended;
  }
}
