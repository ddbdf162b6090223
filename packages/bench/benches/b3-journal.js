import { openSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../cli/dist/lib/perform/journal.js';
import { createRecorder } from '../../cli/dist/lib/perform/recorder.js';
import { appendBare } from '../limits/bare-file.js';
import { interleave, median } from '../lib/measure.js';
import { assignedEvent, begin, decide, definitionsOf, now } from '../lib/memory-run.js';
import { inFolder } from '../lib/project.js';
import { row } from '../lib/row.js';

const rounds = 7;
const events = 400;
const group = 50;
const groups = 200;

/** Making events durable, one by one and in groups. */
export function b3Journal() {
  return inFolder(async (root) => [...(await appends(root)), await bytesPerEvent(root)]);
}

async function appends(root) {
  const journal = await opened(root, 1);
  const file = openSync(join(root, 'bare.ndjson'), 'ax');
  const line = Buffer.alloc(await lineBytes(root), 'x');
  const groupOfLines = Buffer.alloc(line.length * group, 'x');
  const { figures, quiet } = await interleave(rounds, {
    ours: () => medianTime(events, () => durable(journal, [eventAt(1)])),
    limit: () => medianTime(events, () => appendBare(file, line)),
    oursInGroups: () => perSecond(() => durable(journal, groupOfEvents)),
    limitInGroups: () => perSecond(() => appendBare(file, groupOfLines)),
  });
  await journal.close();
  return [
    row({
      name: 'B3 an event made durable',
      unit: 'ms',
      ours: figures.ours,
      limit: figures.limit,
      target: { ratioAtMost: 2 },
      note: 'The limit is an append and fdatasync of as many bytes.',
      quiet,
    }),
    row({
      name: `B3 events in groups of ${group}`,
      unit: 'events/s',
      ours: figures.oursInGroups,
      limit: figures.limitInGroups,
      target: { atLeast: 100_000 },
      quiet,
    }),
  ];
}

/** What the record of a run of this size takes an event; ids of the same length in all sizes. */
async function bytesPerEvent(root) {
  const per = async (count, epoch) => {
    const journal = await opened(root, epoch);
    const state = begin(
      definitionsOf(100_000)
        .slice(-count)
        .map((task) => ({ ...task, dependsOn: [] })),
      group,
    );
    const ignore = { offer: () => undefined, event: () => undefined };
    const recorder = createRecorder({ state, journal, clock: { now: () => now }, mirror: ignore, reporter: ignore });
    const decisions = decide(state);
    const recorded = await recorder.record(decisions.map(assignedEvent));
    if (!recorded.ok) throw new Error(recorded.failure.message);
    await journal.close();
    return journal.bytes / decisions.length;
  };
  const [small, large] = [await per(1_000, 2), await per(100_000, 3)];
  const name = 'B3 bytes an event, 100,000 tasks beside 1,000';
  return row({ name, unit: 'bytes', ours: [large], limit: [small], target: { ratioAtMost: 1.01 }, quiet: [] });
}

const eventAt = (sequence) => ({
  ...assignedEvent({ taskId: 'TASK-1234', agentId: 'local-12', generation: 1, attempt: 1 }),
  sequence,
  at: new Date(now).toISOString(),
});
const groupOfEvents = Array.from({ length: group }, (_, index) => eventAt(index + 1));

async function lineBytes(root) {
  const journal = await opened(root, 4);
  await durable(journal, [eventAt(1)]);
  await journal.close();
  return journal.bytes;
}

async function opened(directory, epoch) {
  const journal = await openJournal({ directory, epoch });
  if (!journal.ok) throw new Error(journal.failure.message);
  return journal.value;
}

async function durable(journal, batch) {
  const written = await journal.append(batch);
  if (!written.ok) throw new Error(written.failure.message);
}

async function medianTime(times, work) {
  const taken = [];
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now();
    await work();
    taken.push(performance.now() - startedAt);
  }
  return median(taken);
}

async function perSecond(work) {
  const startedAt = performance.now();
  for (let time = 0; time < groups; time += 1) await work();
  return (groups * group) / ((performance.now() - startedAt) / 1_000);
}
