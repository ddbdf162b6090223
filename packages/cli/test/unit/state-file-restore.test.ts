import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@ginkoai/contract';
import { generationFile } from '../../src/lib/perform/checkpoint-generations.js';
import { openJournal } from '../../src/lib/perform/journal.js';
import { loadLocalRun } from '../../src/lib/perform/load-local-run.js';
import { createStateFile, type StateFile } from '../../src/lib/perform/state-file.js';
import {
  aCheckpoint,
  recovered,
  runStarted,
  sequencesOf,
  tasksAdded,
  useTemporaryDirectory,
  valueOf,
} from '../support/history.js';

describe('restoring a generation', () => {
  const directory = useTemporaryDirectory();
  const stateFile = (): StateFile => createStateFile({ directory: directory(), epicId: 'epic-1' });
  const append = async (epoch: number, events: readonly RunEvent[]): Promise<void> => {
    const journal = valueOf(await openJournal({ directory: directory(), epoch }));
    valueOf(await journal.append(events));
    valueOf(await journal.close());
  };

  beforeEach(async () => {
    await append(1, [runStarted(), ...tasksAdded(2, 5)]);
    valueOf(await stateFile().save(aCheckpoint({ sequence: 3 })));
    valueOf(await stateFile().save(aCheckpoint({ sequence: 5 })));
    await append(2, [recovered(2, { epoch: 1, sequence: 5 }), ...tasksAdded(7, 8)]);
    valueOf(await stateFile().save(aCheckpoint({ epoch: 2, sequence: 7 })));
  });

  it('makes it the newest state, with nothing after it', async () => {
    expect(await stateFile().restore(2)).toMatchObject({ ok: true, value: { checkpoint: { sequence: 3 } } });
    const run = await loadLocalRun({ stateFile: stateFile() });
    expect(run).toMatchObject({ kind: 'found', checkpoint: { sequence: 3 }, generation: 0, warnings: [] });
    expect(run.kind === 'found' && run.replay.events).toEqual([]);
  });

  it('keeps everything later in quarantine and says where', async () => {
    const restored = valueOf(await stateFile().restore(2));
    expect(restored.quarantined).toHaveLength(4);
    const kept = restored.quarantined.map((path) => path.slice(directory().length + 1));
    expect(kept.map((path) => path.replace(/\.[0-9a-f]{12}$/, '')).sort()).toEqual([
      'quarantine/checkpoint.json',
      'quarantine/checkpoint.json.1',
      expect.stringMatching(/^quarantine\/journal-1\.ndjson\.line-4\.\d+-bytes$/),
      'quarantine/journal-2.ndjson',
    ]);
    expect(readFileSync(restored.quarantined.at(-1) ?? '', 'utf8')).toContain('TASK-4');
    expect(readdirSync(directory()).sort()).toEqual(['checkpoint.json', 'journal-1.ndjson', 'quarantine']);
  });

  it('lets the run go on from there', async () => {
    valueOf(await stateFile().restore(1));
    await append(3, [recovered(3, { epoch: 1, sequence: 5 }), ...tasksAdded(7, 9)]);
    const run = await loadLocalRun({ stateFile: stateFile() });
    expect(run.kind === 'found' && sequencesOf(run.replay.events)).toEqual([6, 7, 8, 9]);
  });

  it('takes back what happened after the newest one too', async () => {
    valueOf(await stateFile().restore(0));
    const run = await loadLocalRun({ stateFile: stateFile() });
    expect(run).toMatchObject({ kind: 'found', checkpoint: { sequence: 7 }, replay: { events: [] } });
  });

  it.each([
    ['run-1', 5, 5],
    ['run-2', 3, 12],
  ])('cuts a journal that runs share behind the place in the right one: %s', async (runId, sequence, linesLeft) => {
    for (const [run, last] of [
      ['run-1', 9],
      ['run-2', 4],
    ] as const) {
      await append(7, [runStarted({ runId: run, epoch: 7 }), ...tasksAdded(2, last)]);
    }
    valueOf(await stateFile().save(aCheckpoint({ runId, epoch: 7, sequence })));
    const journal = join(directory(), 'journal-7.ndjson');
    const lines = readFileSync(journal, 'utf8').split('\n');
    valueOf(await stateFile().restore(0));
    expect(readFileSync(journal, 'utf8').split('\n')).toEqual([...lines.slice(0, linesLeft), '']);
  });

  it('changes nothing when there is no such generation, or it is damaged', async () => {
    truncateSync(join(directory(), generationFile(2)), 50);
    const before = readdirSync(directory());
    expect(await stateFile().restore(4)).toMatchObject({ ok: false, failure: { code: 'not_found' } });
    expect(await stateFile().restore(2)).toMatchObject({ ok: false, failure: { code: 'bad_state' } });
    expect(readdirSync(directory())).toEqual(before);
  });
});
