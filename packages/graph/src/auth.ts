import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EpochMillis, Scope } from '@ginkoai/contract';
import { rateLimits, spendCall, type Allowance } from './decide/rate.js';
import { refused, type Refusal } from './http/answer.js';
import type { GraphStore } from './store/store.js';

export interface Authenticator {
  /** `undefined`: the bearer of this token may use routes of this scope. */
  check(headers: Headers, scope: Scope | null): Promise<Refusal | undefined>;
}

export interface AuthenticatorOptions {
  readonly store: GraphStore;
  /** Admin tokens that this process was started with; they are in no database. */
  readonly adminTokens: readonly string[];
  readonly now: () => EpochMillis;
}

export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether a header can carry it. */
export function isSendable(token: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(token);
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function createAuthenticator({ store, adminTokens, now }: AuthenticatorOptions): Authenticator {
  const adminHashes = adminTokens.map((token) => Buffer.from(hashToken(token)));

  /** `null`: nobody's token. */
  const scopeOf = async (token: string): Promise<Scope | null> => {
    const hash = hashToken(token);
    const bytes = Buffer.from(hash);
    if (adminHashes.some((known) => timingSafeEqual(known, bytes))) return 'admin';
    // What the look-up's time tells is about the hash; nobody can choose a token by its hash.
    const found = await store.findToken(hash);
    return found === null || (found.expiresAt !== null && found.expiresAt <= now()) ? null : found.scope;
  };

  const allowances = new Map<string, Allowance>();
  /** Whether the bearer may make one more call now. Whoever has no valid token shares one allowance with the others. */
  const maySpend = (bearer: string): boolean => {
    const left = spendCall(allowances.get(bearer), now());
    if (left !== null) allowances.set(bearer, left);
    return left !== null;
  };

  return {
    async check(headers, scope) {
      if (scope === null) return undefined;
      const token = /^Bearer (.*)$/i.exec(headers.get('authorization') ?? '')?.[1];
      if (token === undefined || !isSendable(token))
        return refused('unauthorized', 'Send a token: "Authorization: Bearer <token>".');
      const granted = await scopeOf(token);
      if (!maySpend(granted === null ? 'nobody' : hashToken(token))) return tooMany;
      if (granted === null) return refused('unauthorized', 'This token is unknown here, or has expired.');
      return includes(granted, scope)
        ? undefined
        : refused('forbidden', `This token has the scope "${granted}"; the call needs "${scope}".`);
    },
  };
}

const tooMany = refused(
  'rate_limited',
  `This token makes more than ${rateLimits.callsPerSecond} calls a second. Ask again in a second, and less often.`,
);

function includes(granted: Scope, needed: Scope): boolean {
  // An agent is given what it needs with its assignment: it reads nobody's state.
  return granted === 'admin' || granted === needed || (needed === 'read' && granted === 'orchestrator');
}
