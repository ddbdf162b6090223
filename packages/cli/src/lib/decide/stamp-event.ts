import type { NewRunEvent, RunEvent } from '@ginkoai/contract';

/** Gives an event its place in the history: the number after `lastSequence`. */
export function stampEvent(event: NewRunEvent, lastSequence: number, at: string): RunEvent {
  return { ...event, sequence: lastSequence + 1, at };
}
