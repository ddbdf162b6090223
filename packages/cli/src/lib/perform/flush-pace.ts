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

/** A disk is slow that takes longer twice in a row: a quick one does once in some hundred flushes (measured)... */
const slowMs: Millis = 4;
/** ...until so many times as long has gone by: then it is tried again, and a slow disk holds up the loop for 2 % of it. */
const restTimes = 50;

/**
 * In the turn that asks for the flush while the disk is quick, on another thread while it is slow. The way to a thread and
 * back takes as long as the flush itself (0.2 ms), and twice as long where both processors are busy: in the turn 5,000
 * short tasks take a tenth less (measured). A failure is that of the flush, and is thrown on.
 */
export class FlushPace implements Pace {
  /** How long the last flushes took, if they were slow. */
  #slow: Millis[] = [];
  #slowUntil = -Infinity;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(private readonly now: () => Millis = () => performance.now()) {}

  async flush({ inTurn, onThread }: Flush): Promise<void> {
    const startedAt = this.now();
    if (startedAt < this.#slowUntil) return onThread();
    try {
      inTurn();
    } finally {
      this.#note(startedAt, this.now());
    }
  }

  #note(startedAt: Millis, endedAt: Millis): void {
    const tookMs = endedAt - startedAt;
    this.#slow = tookMs > slowMs ? [...this.#slow, tookMs] : [];
    const [first, second] = this.#slow;
    if (first === undefined || second === undefined) return;
    this.#slowUntil = endedAt + restTimes * (first + second);
    this.#slow = [];
  }
}

/** Of the files that this process keeps its state in: they stand on one disk. */
export const statePace: Pace = new FlushPace();
