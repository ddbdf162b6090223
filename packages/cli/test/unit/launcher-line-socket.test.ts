import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineSocket } from '../../src/lib/perform/agents/line-socket.js';

let folder: string;
let server: Server;
let near: Socket;
let far: Socket;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ginko-test-'));
  server = createServer();
  server.listen(join(folder, 's'));
  await once(server, 'listening');
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  near = createConnection(join(folder, 's'));
  far = await accepted;
});
afterEach(() => {
  near.destroy();
  far.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

describe('a line socket', () => {
  it('puts lines together from whatever pieces they come in', async () => {
    const lines: string[] = [];
    const closed = new Promise<string>((onClose) => {
      new LineSocket({ socket: near, onLine: (line) => lines.push(line), onClose });
    });
    const bytes = Buffer.from('first\nsécond 日本\n\nlast');
    for (const byte of bytes) far.write(Buffer.from([byte]));
    far.end();
    expect(await closed).toBe('the other side closed the connection');
    expect(lines).toEqual(['first', 'sécond 日本', '']);
  });

  it('cuts off a side that does not read, instead of keeping everything for it', async () => {
    far.pause();
    const closed = new Promise<string>((onClose) => {
      const socket = new LineSocket({ socket: near, onLine: () => undefined, onClose, maxWaitingBytes: 10_000 });
      for (let index = 0; index < 1_000; index += 1) socket.send({ text: 'x'.repeat(1_000) });
    });
    expect(await closed).toBe('the other side does not read');
  });

  it('sends nothing any more once it has ended', async () => {
    const received: string[] = [];
    far.setEncoding('utf8');
    far.on('data', (text) => received.push(String(text)));
    const socket = new LineSocket({ socket: near, onLine: () => undefined, onClose: () => undefined });
    socket.send({ a: 1 });
    socket.end();
    socket.send({ b: 2 });
    await once(far, 'end');
    expect(received.join('')).toBe('{"a":1}\n');
  });
});
