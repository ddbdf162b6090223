import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface LoopbackServer {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  /** Ends it with all its connections. */
  close(): Promise<void>;
}

export type Behaviour = (response: ServerResponse, request: ReceivedRequest) => void;

/** A real HTTP server that does to its n-th request what the n-th behaviour says, the last one from then on. */
export async function startLoopbackServer(...behaviours: readonly Behaviour[]): Promise<LoopbackServer> {
  const received: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      behaviours[Math.min(received.length, behaviours.length) - 1]?.(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Answers with the error of a graph. */
export const graphError = (status: number, code: string, more: object = {}): Behaviour =>
  json(status, { error: { code, message: `The graph says ${code}.`, ...more } });

export const html =
  (status: number): Behaviour =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html><p>Hello</p>');

/** Never answers. */
export const hang: Behaviour = () => undefined;

/** Sends a part of its answer and closes the connection. */
export const breakOff: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
  response.write('{"state":', () => response.destroy());
};

/** Closes the connection without a word. */
export const hangUp: Behaviour = (response) => void response.destroy();
