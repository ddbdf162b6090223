import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadLocalRun } from '../../src/lib/perform/load-local-run.js';
import { createStateFile } from '../../src/lib/perform/state-file.js';
import { sequencesOf, useTemporaryDirectory } from '../support/history.js';

const script = fileURLToPath(new URL('../support/save-loop.js', import.meta.url));
const kills = 55;

describe('the state of a run whose process is killed', () => {
  const directory = useTemporaryDirectory();

  /** Starts the process, kills it some acknowledgements later, at any moment between two, and gives the last one. */
  const runAndKill = async (): Promise<number> => {
    const child = spawn(process.execPath, [script, directory()], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    let last = 0;
    let toCome = Math.floor(Math.random() * 60);
    for await (const line of createInterface({ input: child.stdout })) {
      last = Number(line);
      if (toCome === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 5);
      toCome -= 1;
    }
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    return last;
  };

  it(`is loaded without an error after each of ${kills} kills, with everything that was acknowledged`, async () => {
    const stateFile = createStateFile({ directory: directory(), epicId: 'epic-1', graphId: 'graph-1' });
    let before = 0;
    let withCheckpoint = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const acknowledged = await runAndKill();
      expect(acknowledged).toBeGreaterThan(before);
      const run = await loadLocalRun({ stateFile });
      if (run.kind !== 'found') throw new Error(`Nothing was found: ${JSON.stringify(run)}`);
      const { checkpoint, replay } = run;
      const sequences = sequencesOf(replay.events);
      const from = checkpoint?.sequence ?? 0;
      expect(sequences).toEqual(sequences.map((_, index) => from + 1 + index));
      expect(checkpoint?.['folded'] ?? 0).toBe(from);
      expect(from + sequences.length).toBeGreaterThanOrEqual(acknowledged);
      expect(replay).toMatchObject({ strays: [], detached: [] });
      expect(run.warnings.filter((warning) => !warning.includes('was cut off by a crash'))).toEqual([]);
      before = acknowledged;
      if (checkpoint !== undefined) withCheckpoint += 1;
    }
    expect(withCheckpoint).toBeGreaterThan(kills / 2);
    expect(existsSync(join(directory(), 'quarantine'))).toBe(false);
  }, 600_000);
});
