import type { Epoch, RunEvent, RunEventOf, Sequence } from '@ginkoai/contract';
import type { HistoryPosition, Replay } from './replay-journals.js';

/**
 * Puts journalled events in their place. Journals come in the order of their epochs, and each is in one of three
 * states:
 *
 * ```
 * behind ── first event after the position ──> following ── a hole ──> detached
 *    └───────── recovered, going on from a place we have ─────────────────┘ back to following
 * ```
 */
export class ReplayedHistory {
  readonly #after: HistoryPosition;
  #events: RunEvent[] = [];
  #strays: RunEvent[] = [];
  readonly #detached: RunEvent[] = [];
  /** The sequence of the last event in the history so far. */
  #last: Sequence;
  /** Of the event at hand: that of its journal, or the one granted while the journal was written. */
  #epoch: Epoch;
  #startsRun = false;
  #isDetached = false;
  #hole: string | undefined;
  #divergedAt: HistoryPosition | undefined;

  constructor(after: HistoryPosition) {
    this.#after = after;
    this.#last = after.sequence;
    this.#epoch = after.epoch;
  }

  beginJournal(epoch: Epoch): void {
    this.#epoch = epoch;
  }

  /** `intact: false`: the event stands behind damage. */
  add(event: RunEvent, intact: boolean): void {
    if (this.#divergedAt !== undefined) return;
    this.#epoch = epochBegunBy(event) ?? this.#epoch;
    if (event.kind === 'run_started' && intact) this.#start(event);
    else if (this.#isFolded(event) || this.#isOutdated()) return;
    else if (event.kind === 'recovered' && intact) this.#recover(event);
    else if (!intact || this.#isDetached) this.#detached.push(event);
    else if (event.sequence <= this.#last) this.#strays.push(event);
    else if (event.sequence === this.#last + 1) this.#push(event);
    else this.#detach(event, event.sequence - 1);
  }

  result(): Omit<Replay, 'warnings' | 'bytes'> {
    const diverged = this.#divergedAt !== undefined;
    return {
      events: diverged ? [] : this.#events,
      startsRun: !diverged && this.#startsRun,
      strays: this.#strays,
      detached: this.#detached,
      divergedAt: this.#divergedAt,
    };
  }

  warnings(): readonly string[] {
    return this.#hole === undefined ? [] : [this.#hole];
  }

  /** A run's first event. Everything before it belongs to another run. */
  #start(event: RunEventOf<'run_started'>): void {
    const isOurs = this.#after.runId === undefined ? this.#isFolded(event) : event.runId === this.#after.runId;
    if (!isOurs && this.#isOutdated()) return;
    this.#events = [];
    this.#strays = [];
    this.#isDetached = false;
    this.#startsRun = !isOurs || this.#after.sequence < event.sequence;
    this.#last = this.#startsRun ? event.sequence : this.#after.sequence;
    if (this.#startsRun) this.#events.push(event);
  }

  #recover(event: RunEventOf<'recovered'>): void {
    const base = event.base.sequence;
    if (!this.#startsRun && base < this.#after.sequence) {
      this.#divergedAt = { epoch: event.base.epoch, sequence: base };
      return;
    }
    if (base > this.#last) {
      this.#detach(event, base);
      return;
    }
    const kept = this.#events.findLastIndex((earlier) => earlier.sequence <= base) + 1;
    this.#strays.push(...this.#events.splice(kept));
    this.#isDetached = false;
    this.#push(event);
  }

  /** The state at the position has it already. */
  #isFolded(event: RunEvent): boolean {
    return !this.#startsRun && this.#epoch <= this.#after.epoch && event.sequence <= this.#after.sequence;
  }

  /** Written under an epoch before the position's, by another run or by an orchestrator that was cut off. */
  #isOutdated(): boolean {
    return !this.#startsRun && this.#epoch < this.#after.epoch;
  }

  #push(event: RunEvent): void {
    this.#events.push(event);
    this.#last = event.sequence;
  }

  #detach(event: RunEvent, upTo: Sequence): void {
    this.#isDetached = true;
    this.#detached.push(event);
    this.#hole ??=
      `The events ${this.#last + 1} to ${upTo} of the run are not in the journals of this working copy; ` +
      `what follows them (from journal-${this.#epoch}.ndjson on) counts only where another source confirms it.`;
  }
}

function epochBegunBy(event: RunEvent): Epoch | undefined {
  const begins = event.kind === 'run_started' || event.kind === 'recovered' || event.kind === 'lease_granted';
  return begins ? event.epoch : undefined;
}
