import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { replayJournals } from '../../src/lib/perform/replay-journals.js';
import { createStateFile } from '../../src/lib/perform/state-file.js';
import { sequencesOf, useTemporaryDirectory, valueOf } from '../support/history.js';

const script = fileURLToPath(new URL('../support/fill-disk.js', import.meta.url));

describe('the state of a run on a disk that fills up', () => {
  const directory = useTemporaryDirectory();

  it('keeps what it has, says what to do, and holds every event that was acknowledged', async () => {
    // No file may grow beyond 32 KB: refused in the middle of a write, as on a full disk, and without being root.
    const command = ['-c', 'ulimit -f 32 && exec "$0" "$@"', process.execPath, script, directory()];
    const { stdout } = await promisify(execFile)('bash', command);
    const told = JSON.parse(stdout) as { acknowledged: number; bytes: number };

    const full = { ok: false, failure: { code: 'disk_full' } };
    expect(told).toMatchObject({ small: { ok: true }, large: full, largeSync: full, first: full, later: full });
    const advice = expect.stringContaining('Free some space, then continue with --resume') as string;
    expect(told).toMatchObject({ first: { failure: { message: advice } }, closed: full });

    expect(readdirSync(directory()).sort()).toEqual(['checkpoint.json', 'journal-1.ndjson']);
    const stateFile = createStateFile({ directory: directory(), epicId: 'epic-1' });
    expect(await stateFile.load()).toMatchObject({ kind: 'found', checkpoint: { completedTasks: ['TASK-0'] } });

    const replay = valueOf(await replayJournals({ directory: directory(), after: { epoch: 1, sequence: 0 } }));
    expect(told.acknowledged).toBeGreaterThan(100);
    expect(sequencesOf(replay.events).at(-1)).toBe(told.acknowledged);
    expect(replay.warnings).toEqual([]);
    expect(statSync(join(directory(), 'journal-1.ndjson')).size).toBe(told.bytes);
  });
});
