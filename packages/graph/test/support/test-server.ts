import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { createGraphServer, type GraphServer, type GraphServerOptions } from '../../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

export const testToken = 'test-token';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Parsed; `undefined` where it is not JSON. */
  readonly body: unknown;
}

export interface TestCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, text as it is. */
  readonly body?: object | string;
}

export interface TestServer {
  readonly server: GraphServer;
  readonly database: string;
  readonly errors: unknown[];
  /** With the token, unless the headers say otherwise. */
  call(path: string, call?: TestCall): Promise<TestAnswer>;
  advance(ms: number): void;
  /** Stops it, and starts another on the same file. */
  restart(whileStopped?: () => Promise<void>): Promise<void>;
  remove(): Promise<void>;
}

/** A real server on a real file; its clock is moved by the test. */
export async function startTestServer(options: Partial<GraphServerOptions> = {}): Promise<TestServer> {
  const folder = await temporaryFolder();
  const database = join(folder.path, 'graph.db');
  let time = Date.UTC(2026, 0, 1);
  const errors: unknown[] = [];
  const start = async (): Promise<GraphServer> => {
    const started = await createGraphServer({
      database,
      listen: { host: '127.0.0.1', port: 0 },
      token: testToken,
      extendLiveLeases: true,
      now: () => time,
      onError: (error) => errors.push(error),
      ...options,
    });
    if (!started.ok) throw new Error(started.failure.message);
    return started.value;
  };
  let server = await start();
  return {
    get server() {
      return server;
    },
    database,
    errors,
    call: (path, call = {}) => send(server.url + path, call),
    advance: (ms) => void (time += ms),
    async restart(whileStopped) {
      await server.close();
      await whileStopped?.();
      server = await start();
    },
    async remove() {
      await server.close();
      await folder.remove();
    },
  };
}

/** Not `fetch`, which lets nobody set a Host. */
function send(url: string, { method = 'GET', headers = {}, body }: TestCall): Promise<TestAnswer> {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const isChunked = 'transfer-encoding' in headers;
  const length = text === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(text)) };
  const contentType = text === undefined ? {} : { 'content-type': 'application/json', ...length };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method, headers: { authorization: `Bearer ${testToken}`, ...contentType, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8');
          const { statusCode: status = 0 } = response;
          resolve({ status, headers: response.headers, text: answer, body: parsed(answer) });
        });
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
