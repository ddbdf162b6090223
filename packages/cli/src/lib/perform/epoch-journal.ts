import type { Epoch, Result, RunEvent } from '@ginkoai/contract';
import type { EventLog } from '../ports.js';

/**
 * The journal of the epoch this orchestrator has. A lease that is granted later brings a new epoch, and with it a new
 * file: each epoch writes a journal of its own, so that a process that wakes up late can spoil nothing.
 */
export class EpochJournal implements EventLog {
  readonly #open: (epoch: Epoch) => Promise<Result<EventLog>>;
  #current: EventLog;
  #earlierBytes = 0;

  constructor(current: EventLog, open: (epoch: Epoch) => Promise<Result<EventLog>>) {
    this.#current = current;
    this.#open = open;
  }

  async append(events: readonly RunEvent[]): Promise<Result<void>> {
    const granted = events.find((event) => event.kind === 'lease_granted');
    if (granted?.kind === 'lease_granted') {
      const next = await this.#open(granted.epoch);
      if (!next.ok) return next;
      const closed = await this.#current.close();
      if (!closed.ok) {
        await next.value.close();
        return closed;
      }
      this.#earlierBytes += this.#current.bytes;
      this.#current = next.value;
    }
    return this.#current.append(events);
  }

  write(events: readonly RunEvent[]): Result<void> {
    if (events.some(({ kind }) => kind === 'lease_granted'))
      throw new Error('A new epoch needs a new file: append it.');
    return this.#current.write(events);
  }

  flush(): Promise<Result<void>> {
    return this.#current.flush();
  }

  get hasUnflushed(): boolean {
    return this.#current.hasUnflushed;
  }

  get bytes(): number {
    return this.#earlierBytes + this.#current.bytes;
  }

  close(): Promise<Result<void>> {
    return this.#current.close();
  }
}
