import { checkpointOf } from '../../cli/dist/lib/decide/checkpoint-of.js';
import { at, begin, definitionsOf, drain } from './memory-run.js';

/** The state of a run in its middle: half of its tasks are complete. */
export function halfDone(count) {
  const state = begin(definitionsOf(count), 50);
  drain(state, count / 2);
  return state;
}

export function checkpointIn(state) {
  return checkpointOf(state, { savedAt: at });
}
