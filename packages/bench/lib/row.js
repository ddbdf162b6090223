import { median, ratios } from './measure.js';

/**
 * One line of the results. `ours`, `limit` and `peer.figures` are figures a round each; `limit` is what the same work
 * costs without what ginko adds, `peer` what a user would take instead.
 *
 * `target` is one of `{ ratioAtMost }`, `{ atMost }`, `{ atLeast }` (of `ours`), or null: nothing is asked for.
 */
export function row({ name, unit, ours, limit = null, peer = null, target = null, note = null, quiet }) {
  const beside = limit ?? peer?.figures ?? null;
  const value = median(ours);
  const ratio = beside === null ? null : median(ratios(ours, beside));
  return {
    name,
    unit,
    ours: value,
    limit: limit === null ? null : median(limit),
    peer: peer === null ? null : { name: peer.name, value: median(peer.figures) },
    ratio,
    target,
    reached: target === null ? null : isReached(target, { value, ratio }),
    note,
    quiet,
  };
}

/** A row that could not be measured, and why. */
export function missingRow({ name, peer = null, target = null, note }) {
  const unmeasured = { unit: '', ours: null, limit: null, ratio: null, reached: null, quiet: [] };
  return { name, ...unmeasured, peer: peer === null ? null : { name: peer, value: null }, target, note };
}

function isReached({ ratioAtMost, atMost, atLeast }, { value, ratio }) {
  if (ratioAtMost !== undefined) return ratio !== null && ratio <= ratioAtMost;
  if (atMost !== undefined) return value <= atMost;
  return value >= atLeast;
}
