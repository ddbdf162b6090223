import type { Millis } from '@ginkoai/contract';

/** The same flush in two ways. */
export interface Flush {
  /** The loop stands still until the disk is done. */
  readonly inTurn: () => void;
  readonly onThread: () => Promise<void>;
}

/** Makes each flush where it holds up the program least. */
export interface Pace {
  flush(flush: Flush): Promise<void>;
}

/** A disk that takes longer is slow: nothing waits for it in a turn... */
const slowMs: Millis = 4;
/** ...until so many times as long have gone by: then it is tried again, and a slow disk holds up the loop for 2 % of it. */
const restTimes = 50;

/**
 * Where a file is flushed: in the turn that asks for it while the disk is quick, on another thread while it is slow. The
 * way to a thread and back takes as long as the flush itself (0.2 ms), and twice as long where both processors are busy:
 * in the turn 5,000 short tasks take a tenth less (measured). A failure is that of the flush, and is thrown on.
 */
export class FlushPace implements Pace {
  #slowUntil = -Infinity;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(private readonly now: () => Millis = () => performance.now()) {}

  async flush({ inTurn, onThread }: Flush): Promise<void> {
    const startedAt = this.now();
    if (startedAt < this.#slowUntil) return onThread();
    try {
      inTurn();
    } finally {
      const endedAt = this.now();
      const tookMs = endedAt - startedAt;
      if (tookMs > slowMs) this.#slowUntil = endedAt + restTimes * tookMs;
    }
  }
}

/** Of the files that this process keeps its state in: they stand on one disk. */
export const statePace: Pace = new FlushPace();
