import { hashToken, newToken } from '../auth.js';
import { answered, refused } from '../http/answer.js';
import type { Handlers } from '../http/handlers.js';
import { isoTime } from '../http/iso-time.js';
import type { GraphStore } from '../store/store.js';

export function tokenHandlers(
  store: GraphStore,
  now: () => number,
): Pick<Handlers, 'createToken' | 'listTokens' | 'revokeToken'> {
  return {
    async createToken({ body }) {
      const token = newToken();
      if (await store.addToken(hashToken(token), body)) return answered({ token, ...body });
      return refused(
        'name_taken',
        `There is a token named "${body.name}". Give another name, or revoke that one first.`,
        {
          field: 'name',
        },
      );
    },

    async listTokens() {
      const tokens = await store.tokens();
      return answered({
        tokens: tokens.map(({ name, scope, createdAt, expiresAt }) => ({
          name,
          scope,
          createdAt: isoTime(createdAt),
          ...(expiresAt === null ? {} : { expiresAt: isoTime(expiresAt) }),
          isExpired: expiresAt !== null && expiresAt <= now(),
        })),
      });
    },

    async revokeToken({ body }) {
      if (await store.revokeToken(body.name)) return answered({ revoked: true as const, name: body.name });
      return refused('not_found', `There is no token named "${body.name}". List the names of those there are.`);
    },
  };
}
