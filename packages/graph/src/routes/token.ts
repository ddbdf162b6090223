import { hashToken, newToken } from '../auth.js';
import { answered } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';
import type { GraphStore } from '../store/store.js';

export function tokenHandlers(store: GraphStore): Pick<Handlers, 'createToken'> {
  return {
    async createToken({ body }) {
      const token = newToken();
      await store.addToken(hashToken(token), body);
      return answered({ token, ...body });
    },
  };
}
