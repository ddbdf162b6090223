import type { Millis } from '@ginkoai/contract';
import type { Clock, InterruptLevel } from '../ports.js';

/** A shell and npm both pass a Ctrl-C on: signals this close together are the same one. */
const sameSignalMs: Millis = 1_000;

export interface InterruptHandlers {
  readonly clock: Clock;
  readonly onInterrupt: (level: InterruptLevel) => void;
  /** One more signal than is needed: save at once. The signal then ends the process as it ends any other. */
  readonly onEnough: () => void;
}

/**
 * SIGINT: wait for the running tasks; again: stop them; SIGTERM, SIGHUP: leave them at work. After `leave` or
 * `stop_agents` one more signal ends the process at once. Returns the function that stops listening.
 */
export function listenForInterrupts({ clock, onInterrupt, onEnough }: InterruptHandlers): () => void {
  let level: InterruptLevel | null = null;
  let heardAt = -Infinity;
  const hear = (signal: NodeJS.Signals): void => {
    const now = clock.monotonic();
    if (now - heardAt < sameSignalMs) return;
    // Only signals that counted begin a new second: somebody who goes on pressing is heard.
    heardAt = now;
    if (level === 'leave' || level === 'stop_agents') {
      onEnough();
      stop();
      process.kill(process.pid, signal);
      return;
    }
    level = signal === 'SIGINT' ? (level === null ? 'drain' : 'stop_agents') : 'leave';
    onInterrupt(level);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stop = (): void => {
    for (const signal of signals) process.off(signal, hear);
  };
  for (const signal of signals) process.on(signal, hear);
  return stop;
}
