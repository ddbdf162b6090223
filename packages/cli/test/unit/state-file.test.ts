import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { OrchestratorCheckpoint } from '@ginkoai/contract';
import { generationFile } from '../../src/lib/perform/checkpoint-generations.js';
import { openJournal } from '../../src/lib/perform/journal.js';
import { loadLocalRun } from '../../src/lib/perform/load-local-run.js';
import { createStateFile, type StateFile, type StateFileOptions } from '../../src/lib/perform/state-file.js';
import {
  aCheckpoint,
  recovered,
  runStarted,
  sequencesOf,
  taskAdded,
  tasksAdded,
  useTemporaryDirectory,
  valueOf,
} from '../support/history.js';

describe('the state file', () => {
  const directory = useTemporaryDirectory();
  const pathOf = (generation: number): string => join(directory(), generationFile(generation));
  const stateFile = (options: Partial<StateFileOptions> = {}): StateFile =>
    createStateFile({ directory: directory(), epicId: 'epic-1', graphId: 'graph-1', ...options });
  const quarantined = (): string[] =>
    existsSync(join(directory(), 'quarantine')) ? readdirSync(join(directory(), 'quarantine')) : [];
  const save = async (...sequences: number[]): Promise<void> => {
    const file = stateFile();
    for (const sequence of sequences) valueOf(await file.save(aCheckpoint({ sequence })));
  };
  const append = async (epoch: number, events: Parameters<typeof sequencesOf>[0]): Promise<void> => {
    const journal = valueOf(await openJournal({ directory: directory(), epoch }));
    valueOf(await journal.append(events));
    valueOf(await journal.close());
  };

  it('gives back what was saved, with fields and task ids of any kind', async () => {
    const checkpoint = aCheckpoint({
      completedTasks: ['TASK-1', 'T"2\n', 'ünïcödé 🎉'],
      inProgressTasks: { 'TASK-3': 'agent-1' },
      taskState: { '10': { attempt: 1 }, '9': { attempt: 2 }, toString: { attempt: 3 } },
      exitReason: 'interrupted',
      colour: 'green',
    });
    valueOf(await stateFile().save(checkpoint));
    expect(await stateFile().load()).toEqual({
      kind: 'found',
      checkpoint,
      generation: 0,
      file: 'checkpoint.json',
      warnings: [],
    });
  });

  it('gives back a large state as it was, though it is written in slices', async () => {
    const ids = Array.from({ length: 9_500 }, (_, index) => `TASK-${index}`);
    const checkpoint = aCheckpoint({
      sequence: 20_000,
      completedTasks: ids,
      inProgressTasks: Object.fromEntries(ids.map((id) => [id, 'agent-1'])),
      taskState: Object.fromEntries(ids.map((id, index) => [id, { attempt: index + 1 }])),
    });
    valueOf(stateFile().saveSync(checkpoint));
    const synchronous = readFileSync(pathOf(0));
    valueOf(await stateFile().save(checkpoint));
    expect(readFileSync(pathOf(0))).toEqual(synchronous);
    expect(await stateFile().load()).toMatchObject({ kind: 'found', checkpoint });
    expect(JSON.parse(synchronous.toString())).toMatchObject({ checkpoint: { version: 2 } });
  });

  it.each([1, 20_000])('leaves out what has no value, after %i events', async (sequence) => {
    const empty = Object.fromEntries(Array.from({ length: 9_500 }, (_, index) => [`field-${index}`, undefined]));
    const little = { ...empty, last: 1 };
    const checkpoint = aCheckpoint({ sequence, nothing: undefined, little, none: {}, empty, list: [undefined] });
    valueOf(await stateFile().save(checkpoint));
    expect(await stateFile().load()).toMatchObject({
      kind: 'found',
      checkpoint: { ...aCheckpoint(), sequence, little: { last: 1 }, none: {}, empty: {}, list: [null] },
      warnings: [],
    });
  });

  it('finds nothing where nothing was saved', async () => {
    expect(await stateFile().load()).toEqual({ kind: 'none', warnings: [] });
    expect(await stateFile({ directory: join(directory(), 'gone') }).load()).toEqual({ kind: 'none', warnings: [] });
  });

  it('keeps five generations', async () => {
    await save(1, 2, 3, 4, 5, 6, 7);
    const history = await stateFile().history();
    expect(history.map((entry) => (entry.kind === 'usable' ? entry.sequence : entry.failure))).toEqual([7, 6, 5, 4, 3]);
    expect(history[0]).toMatchObject({ generation: 0, file: 'checkpoint.json', epoch: 1, completed: 0 });
    expect(readdirSync(directory()).sort()).toEqual([0, 1, 2, 3, 4].map(generationFile));
    expect(await stateFile().read(4)).toMatchObject({ ok: true, value: { sequence: 3 } });
  });

  it('fills a gap in the generations before it drops one', async () => {
    await save(1, 2, 3, 4, 5);
    rmSync(pathOf(2));
    await save(6);
    const history = await stateFile().history();
    expect(history.map((entry) => entry.kind === 'usable' && entry.sequence)).toEqual([6, 5, 4, 2, 1]);
  });

  it('finds the newest state at whatever step a save was cut off, and loses none at the next save', async () => {
    for (let step = 0; step <= 5; step += 1) {
      await save(1, 2, 3, 4, 5);
      writeFileSync(`${pathOf(0)}.0123456789abcdef.tmp`, 'half a che');
      for (let to = 4; to > 4 - step && to > 0; to -= 1) renameSync(pathOf(to - 1), pathOf(to));
      expect(await stateFile().load()).toMatchObject({ kind: 'found', checkpoint: { sequence: 5 }, warnings: [] });
      await save(6);
      const history = await stateFile().history();
      expect(history.map((entry) => entry.kind === 'usable' && entry.sequence)).toEqual([6, 5, 4, 3, 2]);
      expect(readdirSync(directory()).sort()).toEqual([0, 1, 2, 3, 4].map(generationFile));
    }
  });

  it.each<[string, (path: string) => void]>([
    ['is empty', (path) => truncateSync(path)],
    ['is cut off', (path) => truncateSync(path, 100)],
    ['is changed', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"sequence":2', '"sequence":9'))],
    ['is zeroes', (path) => writeFileSync(path, Buffer.alloc(500))],
    ['is reformatted', (path) => writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), null, 2))],
    ['is other JSON', (path) => writeFileSync(path, '{"tasks":[]}')],
    ['holds a key that could reach a prototype', (path) => writeFileSync(path, '{"__proto__":{"version":1}}')],
    ['is nested without end', (path) => writeFileSync(path, '['.repeat(100_000))],
    [
      'is a symbolic link',
      (path) => {
        rmSync(path);
        symlinkSync('/etc/hostname', path);
      },
    ],
    [
      'is a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ])('uses the generation before when the newest %s, and moves that to quarantine aloud', async (_, damage) => {
    await save(1, 2);
    damage(pathOf(0));
    const loaded = await stateFile().load();
    expect(loaded).toMatchObject({ kind: 'found', checkpoint: { sequence: 1 }, generation: 1 });
    const [kept] = quarantined();
    expect(kept).toMatch(/^checkpoint\.json\.[0-9a-f]{12}$/);
    expect(loaded.kind === 'found' && loaded.warnings).toEqual([
      expect.stringContaining(`quarantine/${kept}`),
      expect.stringContaining('checkpoint.json.1 is used instead'),
    ]);
    expect(existsSync(pathOf(0))).toBe(false);
  });

  it('does not follow a link, even to a state that could be used', async () => {
    await save(1, 2);
    renameSync(pathOf(0), join(directory(), 'elsewhere'));
    symlinkSync(join(directory(), 'elsewhere'), pathOf(0));
    expect(await stateFile().load()).toMatchObject({ kind: 'found', checkpoint: { sequence: 1 }, generation: 1 });
  });

  it('starts over only when no generation is left, naming each', async () => {
    await save(1, 2, 3);
    for (const generation of [0, 1, 2]) truncateSync(pathOf(generation));
    const loaded = await stateFile().load();
    expect(loaded).toMatchObject({ kind: 'none' });
    expect(loaded.kind === 'none' && loaded.warnings).toHaveLength(3);
    expect(quarantined()).toHaveLength(3);
  });

  it('sets a state of another epic aside', async () => {
    valueOf(await stateFile().save(aCheckpoint({ epicId: 'epic-2' })));
    const loaded = await stateFile().load();
    expect(loaded).toMatchObject({ kind: 'none' });
    expect(loaded.kind === 'none' && loaded.warnings).toEqual([
      expect.stringContaining('belongs to the epic "epic-2" and not to "epic-1"'),
    ]);
  });

  it('sets a state of another graph aside where there is one of its own', async () => {
    await save(1);
    valueOf(await stateFile().save(aCheckpoint({ graphId: 'graph-2' })));
    const loaded = await stateFile().load();
    expect(loaded).toMatchObject({ kind: 'found', generation: 1 });
    expect(loaded.kind === 'found' && loaded.warnings[0]).toContain(
      'belongs to the graph "graph-2" and not to "graph-1"',
    );
  });

  it('touches nothing where all that there is is the state of another graph', async () => {
    valueOf(await stateFile().save(aCheckpoint({ graphId: 'graph-2' })));
    expect(await stateFile().load()).toMatchObject({
      kind: 'other_graph',
      failure: { code: 'bad_configuration', message: expect.stringContaining('that of the graph "graph-2"') as string },
    });
    expect(existsSync(pathOf(0))).toBe(true);
  });

  it.each([
    ['in a layout of its own', (checkpoint: object) => JSON.stringify({ seal: 'x', checkpoint })],
    ['without any', (checkpoint: object) => JSON.stringify(checkpoint)],
  ])('refuses a state of a newer version %s, and leaves every file alone', async (_, layout) => {
    await save(1);
    writeFileSync(pathOf(0), layout({ ...aCheckpoint(), version: 3 }));
    truncateSync(pathOf(0), readFileSync(pathOf(0)).length);
    const before = readFileSync(pathOf(0));
    expect(await stateFile().load()).toMatchObject({
      kind: 'newer_version',
      failure: { code: 'newer_version', message: expect.stringContaining('upgrade ginko') as string },
    });
    expect(readFileSync(pathOf(0))).toEqual(before);
    expect(quarantined()).toEqual([]);
  });

  it('moves nothing when it may only read', async () => {
    await save(1, 2);
    truncateSync(pathOf(0));
    const loaded = await stateFile({ readOnly: true }).load();
    expect(loaded).toMatchObject({ kind: 'found', checkpoint: { sequence: 1 } });
    expect(readdirSync(directory()).sort()).toEqual([generationFile(0), generationFile(1)]);
  });

  it('refuses a task id that could not be read back, and keeps the state before', async () => {
    await save(1);
    const taskState = Object.fromEntries([['constructor', { attempt: 1 }]]);
    expect(await stateFile().save(aCheckpoint({ sequence: 2, taskState }))).toMatchObject({
      ok: false,
      failure: { code: 'bad_state', message: expect.stringContaining('"constructor"') as string },
    });
    expect(await stateFile().load()).toMatchObject({ kind: 'found', checkpoint: { sequence: 1 } });
  });

  it('drops a save under way in favour of a synchronous one', async () => {
    const file = stateFile();
    const slow = file.save(aCheckpoint({ sequence: 1 }));
    // Lets the slow one begin to write.
    await new Promise((resolve) => setImmediate(resolve));
    valueOf(file.saveSync(aCheckpoint({ sequence: 2 })));
    valueOf(await slow);
    const history = await file.history();
    expect(history[0]).toMatchObject({ sequence: 2 });
  });

  it('saves one after another', async () => {
    const file = stateFile();
    const sequences = [1, 2, 3, 4, 5, 6, 7, 8];
    await Promise.all(sequences.map(async (sequence) => valueOf(await file.save(aCheckpoint({ sequence })))));
    const history = await file.history();
    expect(history.map((entry) => entry.kind === 'usable' && entry.sequence)).toEqual([8, 7, 6, 5, 4]);
  });

  it('saves nothing more once another orchestrator has the lock', async () => {
    let ours = true;
    const file = stateFile({ isStillOurs: () => ours });
    valueOf(await file.save(aCheckpoint({ sequence: 1 })));
    ours = false;
    expect(await file.save(aCheckpoint({ sequence: 2 }))).toMatchObject({
      ok: false,
      failure: { code: 'local_lock_held' },
    });
    expect(file.saveSync(aCheckpoint({ sequence: 3 }))).toMatchObject({ ok: false });
    expect(readdirSync(directory())).toEqual([generationFile(0)]);
  });

  it('says what to do when the folder takes no files', async () => {
    await save(1);
    const inTheWay = join(directory(), 'file');
    writeFileSync(inTheWay, '');
    const file = stateFile({ directory: inTheWay });
    for (const result of [await file.save(aCheckpoint()), file.saveSync(aCheckpoint())]) {
      expect(result).toMatchObject({ ok: false, failure: { code: 'file_unwritable', details: { code: 'ENOTDIR' } } });
    }
    expect(await file.load()).toMatchObject({ kind: 'unreadable', failure: { code: 'file_unreadable' } });
  });

  it('keeps the journals that its oldest generation needs, and removes older ones', async () => {
    for (const epoch of [1, 2, 3, 4]) await append(epoch, [runStarted({ epoch })]);
    const journals = (): string[] => readdirSync(directory()).filter((name) => name.startsWith('journal'));
    const file = stateFile();
    for (const epoch of [1, 2, 3, 4]) valueOf(await file.save(aCheckpoint({ epoch })));
    expect(journals()).toHaveLength(4);
    for (const epoch of [4, 4]) valueOf(await file.save(aCheckpoint({ epoch })));
    expect(journals()).toEqual(['journal-2.ndjson', 'journal-3.ndjson', 'journal-4.ndjson']);
    for (const epoch of [4, 4, 4]) valueOf(await file.save(aCheckpoint({ epoch })));
    expect(journals()).toEqual(['journal-4.ndjson']);
    await append(5, [runStarted({ epoch: 5 })]);
    for (let count = 0; count < 5; count += 1) valueOf(await file.save(aCheckpoint({ epoch: 5 })));
    expect(journals()).toEqual(['journal-5.ndjson']);
  });

  it('keeps every journal while it has not all its generations', async () => {
    for (const epoch of [1, 2, 3]) await append(epoch, [runStarted({ epoch })]);
    const file = stateFile();
    for (const epoch of [3, 3, 3, 3]) valueOf(await file.save(aCheckpoint({ epoch })));
    expect(readdirSync(directory()).filter((name) => name.startsWith('journal'))).toHaveLength(3);
  });

  it('keeps the journal that was begun before the lease was granted', async () => {
    for (const epoch of [1, 3]) await append(epoch, [runStarted({ epoch })]);
    const file = stateFile();
    for (let count = 0; count < 5; count += 1) valueOf(await file.save(aCheckpoint({ epoch: 4 })));
    expect(readdirSync(directory()).filter((name) => name.startsWith('journal'))).toEqual(['journal-3.ndjson']);
  });

  it('loses nothing when it falls back a generation, since the journals are kept', async () => {
    await append(1, [runStarted(), ...tasksAdded(2, 6)]);
    await save(2);
    await append(2, [recovered(2, { epoch: 1, sequence: 6 }), ...tasksAdded(8, 10)]);
    valueOf(await stateFile().save(aCheckpoint({ epoch: 2, sequence: 9 })));
    truncateSync(pathOf(0));
    const run = await loadLocalRun({ stateFile: stateFile() });
    expect(run).toMatchObject({ kind: 'found', checkpoint: { sequence: 2 }, generation: 1 });
    expect(run.kind === 'found' && sequencesOf(run.replay.events)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('needs no checkpoint at all when the journals go back to the start of the run', async () => {
    await append(1, [runStarted(), ...tasksAdded(2, 6)]);
    await save(2);
    truncateSync(pathOf(0));
    const run = await loadLocalRun({ stateFile: stateFile() });
    expect(run).toMatchObject({ kind: 'found', checkpoint: undefined, replay: { startsRun: true } });
    expect(run.kind === 'found' && sequencesOf(run.replay.events)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(run.kind === 'found' && run.warnings).toHaveLength(1);
  });

  it('passes over a state that was saved by an orchestrator after another had gone on without it', async () => {
    await append(1, [runStarted(), ...tasksAdded(2, 8)]);
    await save(3);
    await append(2, [recovered(2, { epoch: 1, sequence: 4 }), taskAdded(6)]);
    await save(8);
    const run = await loadLocalRun({ stateFile: stateFile() });
    expect(run).toMatchObject({ kind: 'found', checkpoint: { sequence: 3 }, generation: 1 });
    expect(run.kind === 'found' && sequencesOf(run.replay.events)).toEqual([4, 5, 6]);
    expect(run.kind === 'found' && sequencesOf(run.replay.strays)).toEqual([5, 6, 7, 8]);
  });

  it('gives a later run that was never saved without the state of the one before', async () => {
    await append(1, [runStarted(), ...tasksAdded(2, 8)]);
    await save(3);
    await append(2, [runStarted({ runId: 'run-2', epoch: 2 }), ...tasksAdded(2, 4)]);
    const run = await loadLocalRun({ stateFile: stateFile() });
    expect(run).toMatchObject({ kind: 'found', checkpoint: undefined, replay: { startsRun: true } });
    expect(run.kind === 'found' && sequencesOf(run.replay.events)).toEqual([1, 2, 3, 4]);
  });

  it('knows nothing where nothing is', async () => {
    expect(await loadLocalRun({ stateFile: stateFile() })).toMatchObject({ kind: 'none', warnings: [] });
  });
});

describe('checkpoints of released versions', () => {
  const directory = useTemporaryDirectory();
  const corpus = new URL('../fixtures/checkpoints/', import.meta.url);
  const load = async (name: string): Promise<OrchestratorCheckpoint> => {
    writeFileSync(join(directory(), 'checkpoint.json'), readFileSync(new URL(name, corpus)));
    const file = createStateFile({ directory: directory(), epicId: 'epic-1', graphId: 'graph-1' });
    const loaded = await file.load();
    if (loaded.kind !== 'found') throw new Error(`${name} was not loaded: ${JSON.stringify(loaded)}`);
    expect(loaded.warnings).toEqual([]);
    // What was read is written again as it is, and read again the same.
    valueOf(await file.save(loaded.checkpoint));
    expect(await file.load()).toMatchObject({ kind: 'found', checkpoint: loaded.checkpoint });
    return loaded.checkpoint;
  };

  it.each(readdirSync(corpus))('are all still read, unknown fields among them: %s', async (name) => {
    expect(await load(name)).toMatchObject({
      version: 2,
      epicId: 'epic-1',
      graphId: 'graph-1',
      completedTasks: ['TASK-1', 'TASK-2'],
      inProgressTasks: { 'TASK-3': 'local-1' },
      blockedTasks: ['TASK-4'],
      fieldOfANewerGinko: { kept: true },
    });
  });

  it('of version 1 belong to the epic in whose folder they lie, whatever their sprint is called', async () => {
    const versionOne = readFileSync(new URL('version-1.json', corpus), 'utf8');
    const named = versionOne.replace(/"sprintId": "[^"]*"/, '"sprintId": "sprint-9"');
    writeFileSync(join(directory(), 'checkpoint.json'), named);
    const file = createStateFile({ directory: directory(), epicId: 'epic-1', graphId: 'graph-1' });
    expect(await file.load()).toMatchObject({
      kind: 'found',
      checkpoint: { epicId: 'epic-1', sprintId: 'sprint-9' },
      warnings: [],
    });
  });

  it('of version 1 begin a history of their own', async () => {
    expect(await load('version-1.json')).toMatchObject({
      runId: 'v1-orchestrator-1733592000000',
      epoch: 0,
      sequence: 0,
    });
  });
});
