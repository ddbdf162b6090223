import type { Millis } from '@ginkoai/contract';
import type { Clock } from '../ports.js';

const beatMs: Millis = 500;
/** A process that missed this much was stopped (SIGSTOP, a sleeping laptop), or starved: others may have taken over. */
const suspectAfterMs: Millis = 3_000;

/** Notices that the process did not run for a while. */
export interface SuspensionWatch {
  /** Whether it happened since the last call. */
  wasSuspended(): boolean;
  stop(): void;
}

export function watchForSuspension(clock: Clock): SuspensionWatch {
  let lastBeat = clock.monotonic();
  let isSuspected = false;
  let cancel: () => void = () => undefined;
  const look = (): void => {
    const now = clock.monotonic();
    if (now - lastBeat > suspectAfterMs) isSuspected = true;
    lastBeat = now;
  };
  const beat = (): void => {
    look();
    cancel = clock.after(beatMs, beat);
  };
  beat();
  return {
    wasSuspended() {
      look();
      const was = isSuspected;
      isSuspected = false;
      return was;
    },
    stop: () => cancel(),
  };
}
