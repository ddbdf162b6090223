import { answered } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';
import type { GraphStore } from '../store/store.js';

export function healthHandlers(store: GraphStore, version: string): Pick<Handlers, 'health' | 'ready'> {
  return {
    health: () => Promise.resolve(answered({ status: 'ok', version })),
    async ready() {
      await store.ping();
      return answered({ status: 'ready' });
    },
  };
}
