import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const sampleMs = 100;

/** What others take from the machine while the benchmark itself rests, and how long a piece of fixed work takes. */
export async function sampleQuiet() {
  const before = processorTimes();
  await setTimeout(sampleMs);
  const after = processorTimes();
  const idle = (after.idle - before.idle) / Math.max(1, after.total - before.total);
  return { idle, calibrationMs: calibrate() };
}

/** The better of two: the first may still be interpreted. */
function calibrate() {
  return Math.min(fixedWork(), fixedWork());
}

function fixedWork() {
  const startedAt = performance.now();
  let value = 1;
  for (let step = 0; step < 5_000_000; step += 1) value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  const took = performance.now() - startedAt;
  // The result is used, so that the loop is not optimised away.
  return value === 0 ? took + Number.EPSILON : took;
}

function processorTimes() {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle, waiting] = fields;
  return { idle: idle + waiting, total: fields.reduce((sum, field) => sum + field, 0) };
}
