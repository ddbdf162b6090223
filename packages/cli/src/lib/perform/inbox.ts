import { setImmediate } from 'node:timers/promises';
import type { EpochMillis } from '@ginkoai/contract';
import type { Clock } from '../ports.js';

/** What has happened and was not looked at yet. One reader; it sleeps until something arrives or its time has come. */
export class Inbox<T> {
  #entries: T[] = [];
  #wake: (() => void) | null = null;

  push(entry: T): void {
    this.#entries.push(entry);
    this.#wake?.();
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Everything that arrived, in order; the inbox is empty afterwards. */
  take(): T[] {
    const taken = this.#entries;
    this.#entries = [];
    return taken;
  }

  /** Gives up the turn also where something is there already: timers and signals must come in between. */
  async wait(until: EpochMillis, clock: Clock): Promise<void> {
    if (this.#entries.length > 0) return setImmediate();
    await new Promise<void>((resolve) => {
      const cancel = clock.after(Math.max(0, until - clock.now()), resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = null;
  }
}
