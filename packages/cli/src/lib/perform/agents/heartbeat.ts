import type { Millis } from '@ginkoai/contract';
import { afterOwnTime } from './own-time.js';

export interface HeartbeatOptions {
  readonly everyMs: Millis;
  /** A launcher that is not heard for so long does not answer. */
  readonly answerWithinMs: Millis;
  /** Whether anything is waited for; an orchestrator without open attempts asks nothing. */
  readonly isNeeded: () => boolean;
  readonly ask: () => void;
  readonly onSilence: () => void;
}

/** Asks the launcher for a sign of life, now and then, as long as something is expected of it. */
export class Heartbeat {
  #cancelBeat: (() => void) | undefined;
  #cancelWait: (() => void) | undefined;

  constructor(private readonly options: HeartbeatOptions) {}

  /** To be called when something is expected. */
  begin(): void {
    this.#cancelBeat ??= afterOwnTime(this.options.everyMs, () => this.#beat());
  }

  /** The launcher lives. */
  heard(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  stop(): void {
    this.heard();
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
  }

  #beat(): void {
    this.#cancelBeat = undefined;
    const { isNeeded, ask, answerWithinMs } = this.options;
    if (!isNeeded()) return this.stop();
    this.#cancelWait ??= afterOwnTime(answerWithinMs, () => this.#giveUp());
    ask();
    this.begin();
  }

  #giveUp(): void {
    this.stop();
    this.options.onSilence();
  }
}
