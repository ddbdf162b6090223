import { parentPort, type MessagePort } from 'node:worker_threads';
import { unreachable } from '@ginkoai/contract';
import { createGraphServer, type GraphServer } from './server.js';
import type { GraphWorkerData, GraphWorkerMessage, GraphWorkerOrder } from './worker-messages.js';

/**
 * The embedded graph in a thread of its own, because SQLite answers synchronously: a commit that waits for the disk,
 * or for another process, must not hold up the orchestrator's loop. Until it is told what to serve it touches nothing.
 * It ends when it is told to, or with its process.
 */
function obeyOrders(port: MessagePort): void {
  const say = (message: GraphWorkerMessage): void => port.postMessage(message);
  let serving: Promise<GraphServer | null> = Promise.resolve(null);

  const serve = async (data: GraphWorkerData): Promise<GraphServer | null> => {
    const started = await createGraphServer({
      ...data,
      listen: { host: '127.0.0.1', port: 0 },
      extendLiveLeases: false,
      onError: (error) => say({ kind: 'error', error: error instanceof Error ? error : new Error(String(error)) }),
    });
    if (started.ok) {
      say({ kind: 'listening', url: started.value.url });
      return started.value;
    }
    say({ kind: 'failed', failure: started.failure });
    port.close();
    return null;
  };

  const close = async (): Promise<void> => {
    const server = await serving;
    await server?.close();
    // Without its port and its server nothing keeps the thread alive.
    port.close();
  };

  port.on('message', (order: GraphWorkerOrder) => {
    switch (order.kind) {
      case 'serve':
        serving = serve(order.data);
        return;
      case 'close':
        return void close();
      default:
        return unreachable(order);
    }
  });
}

if (parentPort === null) throw new Error('This module is the entry of a worker thread.');
obeyOrders(parentPort);
