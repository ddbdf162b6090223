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

/** So quick a flush holds up nobody, and is not counted... */
const quickMs: Millis = 4;
/** ...and the others may hold up the loop for this part of the time, with so much of it in advance. */
const share = 0.02;
const advanceMs: Millis = 20;

/**
 * In the turn that asks for the flush while the disk is quick, on another thread while it is slow. The way to a thread and
 * back takes as long as the flush itself (0.2 ms), and twice as long where both processors are busy: in the turn 5,000
 * short tasks take a tenth less (measured). A failure is that of the flush, and is thrown on.
 */
export class FlushPace implements Pace {
  /** How long the loop was held up, less the share of the time that has gone by since: a leaky bucket. */
  #heldUpMs = 0;
  #asOf = -Infinity;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(private readonly now: () => Millis = () => performance.now()) {}

  async flush({ inTurn, onThread }: Flush): Promise<void> {
    const startedAt = this.now();
    this.#heldUpMs = Math.max(0, this.#heldUpMs - share * (startedAt - this.#asOf));
    this.#asOf = startedAt;
    if (this.#heldUpMs > advanceMs) return onThread();
    try {
      inTurn();
    } finally {
      const endedAt = this.now();
      this.#asOf = endedAt;
      if (endedAt - startedAt > quickMs) this.#heldUpMs += endedAt - startedAt;
    }
  }
}

/** Of the files that this process writes: nearly all of them stand in one folder. */
export const statePace: Pace = new FlushPace();
