import { median } from './measure.js';

/** Shares of idle time and slowness of a fixed piece of work beyond which a row counts as disturbed. */
const leastIdle = 0.8;
const mostSlowdown = 1.25;

/** Judges how quiet each row was, now that the quickest calibration of the whole run is known. */
export function finish(rows) {
  const samples = rows.flatMap(({ quiet }) => quiet);
  const quickest = Math.min(...samples.map(({ calibrationMs }) => calibrationMs));
  return rows.map(({ quiet, ...row }) => {
    if (quiet.length === 0) return { ...row, disturbed: null };
    const idle = median(quiet.map((sample) => sample.idle));
    const slowdown = median(quiet.map(({ calibrationMs }) => calibrationMs)) / quickest;
    return { ...row, disturbed: idle < leastIdle || slowdown > mostSlowdown, quiet: { idle, slowdown } };
  });
}

export function printRow({ name, unit, ours, limit, peer, ratio, target, reached, note }) {
  if (ours === null) return void process.stdout.write(`  ${name}: not measured. ${note}\n`);
  const parts = [`${figureText(ours)} ${unit}`.trim()];
  if (limit !== null) parts.push(`limit ${figureText(limit)}`);
  if (peer !== null) parts.push(`${peer.name} ${figureText(peer.value)}`);
  if (ratio !== null) parts.push(`ratio ${ratio.toFixed(2)}`);
  if (target !== null) parts.push(`target ${targetText(target)}: ${reached ? 'reached' : 'MISSED'}`);
  process.stdout.write(`  ${name}: ${parts.join(', ')}\n`);
}

export function targetText({ ratioAtMost, atMost, atLeast }) {
  if (ratioAtMost !== undefined) return `at most ${ratioAtMost}x`;
  return atMost === undefined ? `at least ${atLeast.toLocaleString('en')}` : `at most ${atMost}`;
}

/** Three significant digits, and no more decimals than that. */
export function figureText(value) {
  if (value === null) return 'none';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}
