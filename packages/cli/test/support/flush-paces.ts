import type { Flush, Pace } from '../../src/lib/perform/flush-pace.js';

/** As on a disk that is quick, and as on one that is slow. */
export const flushPaces: Readonly<Record<'in the turn' | 'on another thread', Pace>> = {
  'in the turn': { flush: ({ inTurn }: Flush) => Promise.resolve(inTurn()) },
  'on another thread': { flush: ({ onThread }: Flush) => onThread() },
};
