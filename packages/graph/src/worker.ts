import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { createGraphServer } from './server.js';
import type { GraphWorkerData, GraphWorkerMessage, GraphWorkerOrder } from './worker-messages.js';

const closeOrder: GraphWorkerOrder = 'close';

/**
 * The embedded graph in a thread of its own, because SQLite answers synchronously: a commit that waits for the disk,
 * or for another process, must not hold up the orchestrator's loop. It ends when it is told to, or with its process.
 */
async function serve(port: MessagePort, data: GraphWorkerData): Promise<void> {
  const say = (message: GraphWorkerMessage): void => port.postMessage(message);
  const started = await createGraphServer({
    ...data,
    listen: { host: '127.0.0.1', port: 0 },
    extendLiveLeases: false,
    onError: (error) => say({ kind: 'error', error: error instanceof Error ? error : new Error(String(error)) }),
  });
  if (!started.ok) {
    say({ kind: 'failed', failure: started.failure });
    port.close();
    return;
  }
  const server = started.value;
  port.on('message', (message: unknown) => {
    if (message !== closeOrder) throw new Error(`Unknown message to the graph's thread: ${String(message)}`);
    // Without its port and its server nothing keeps the thread alive.
    void server.close().then(() => port.close());
  });
  say({ kind: 'listening', url: server.url });
}

if (parentPort === null) throw new Error('This module is the entry of a worker thread.');
await serve(parentPort, workerData as GraphWorkerData);
