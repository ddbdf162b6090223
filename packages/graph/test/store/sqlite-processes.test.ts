import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { startProgram } from '../support/processes.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const epic = { graphId: 'graph-1', epicId: 'EPIC-1' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'graph.db');
});

afterEach(() => folder.remove());

describe('one SQLite file and several processes', () => {
  it('grants each epoch exactly once when they race for the lease, from the moment the file is made', async () => {
    const racers = ['x', 'y', 'z'].map((name) => startProgram('race-for-lease', [file, name, '100']));
    for (const racer of racers) expect(await racer.ended()).toEqual({ code: 0, signal: null });
    const lines = racers.flatMap((racer) => racer.lines);
    const epochs = lines.filter((line) => line.startsWith('granted ')).map((line) => Number(line.slice(8)));
    epochs.sort((one, other) => one - other);
    expect(lines).toHaveLength(300);
    expect(epochs).toEqual(Array.from({ length: epochs.length }, (_, index) => index + 1));
    expect(epochs.length).toBeGreaterThan(100);
  });

  it('loses nothing that was acknowledged when the writer is killed', async () => {
    let acknowledged = 0;
    for (let round = 1; round <= 5; round += 1) {
      const writer = startProgram('write-events', [file, String(acknowledged)]);
      await writer.untilLines(20 + 7 * round);
      writer.child.kill('SIGKILL');
      expect((await writer.ended()).signal).toBe('SIGKILL');
      const lastAcknowledged = Number(writer.lines.at(-1));
      const found = await lastStored();
      // The one that was under way may be there, unacknowledged.
      expect([lastAcknowledged, lastAcknowledged + 1]).toContain(found);
      acknowledged = found;
    }
    expect(acknowledged).toBeGreaterThan(100);
  });
});

/** The sequence up to which the record goes, without a gap. */
async function lastStored(): Promise<number> {
  const opened = await openSqliteStore({ file, now: Date.now });
  if (!opened.ok) throw new Error(opened.failure.message);
  const newest = await opened.value.readState(epic);
  await opened.value.close();
  if (newest === null) throw new Error('There is no state.');
  const sequences = [newest.text, ...newest.events].map((text) => (JSON.parse(text) as { sequence: number }).sequence);
  const first = sequences[0] ?? 0;
  expect(sequences).toEqual(sequences.map((_, index) => first + index));
  return sequences.at(-1) ?? 0;
}
