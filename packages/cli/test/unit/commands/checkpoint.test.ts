import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema, type OrchestratorCheckpoint, type RunEvent } from '@ginkoai/contract';
import { connectGraph, type GraphConnection } from '../../../src/lib/perform/connect-graph.js';
import { openJournal } from '../../../src/lib/perform/journal.js';
import { createStateFile } from '../../../src/lib/perform/state-file.js';
import { useCommandProject } from '../../support/command-project.js';
import { aCheckpoint, runStarted, tasksAdded, valueOf } from '../../support/history.js';

describe('ginko checkpoint', () => {
  const project = useCommandProject();
  const directoryOf = (epic: string): string => project().path(join('.ginko', 'orchestrator', epic));
  const save = async (checkpoint: OrchestratorCheckpoint): Promise<void> => {
    const directory = directoryOf(checkpoint.epicId);
    mkdirSync(directory, { recursive: true });
    valueOf(await createStateFile({ directory, epicId: checkpoint.epicId }).save(checkpoint));
  };
  const journal = async (events: readonly RunEvent[]): Promise<void> => {
    mkdirSync(directoryOf('epic-1'), { recursive: true });
    const opened = valueOf(await openJournal({ directory: directoryOf('epic-1'), epoch: 1 }));
    valueOf(await opened.append(events));
    valueOf(await opened.close());
  };
  /** Generations of 1, 3 and 5 events, and two more events in the journal. */
  const aHistory = async (): Promise<void> => {
    await journal([runStarted(), ...tasksAdded(2, 7)]);
    await save(aCheckpoint({ sequence: 1 }));
    await save(aCheckpoint({ sequence: 3, completedTasks: ['TASK-1'] }));
    await save(
      aCheckpoint({ sequence: 5, completedTasks: ['TASK-1', 'TASK-2'], inProgressTasks: { 'TASK-3': 'shell-1' } }),
    );
  };

  describe('show', () => {
    it('shows the newest generation, and how many events came after it', async () => {
      await aHistory();
      const { code, stdout } = await project().run('checkpoint', 'show');
      expect(code).toBe(0);
      expect(stdout).toContain('Checkpoint of epic epic-1, generation 0');
      expect(stdout).toContain('epoch 1, sequence 5; 2 later events in the journals');
      expect(stdout).toContain('2 tasks complete: TASK-1, TASK-2');
      expect(stdout).toContain('TASK-3: shell-1');
    });

    it('shows a generation, or the one with a sequence', async () => {
      await aHistory();
      expect(await project().json('checkpoint', 'show', '2')).toMatchObject({
        generation: 2,
        checkpoint: { sequence: 1 },
      });
      await save(aCheckpoint({ sequence: 118 }));
      expect(await project().json('checkpoint', 'show', '118')).toMatchObject({
        generation: 0,
        checkpoint: { sequence: 118 },
      });
    });

    it('passes over a damaged newest generation, and says what is wrong when it is asked for', async () => {
      await aHistory();
      writeFileSync(join(directoryOf('epic-1'), 'checkpoint.json'), '{"checksum":"');
      expect(await project().json('checkpoint', 'show')).toMatchObject({ generation: 1 });
      const { code, stderr } = await project().run('checkpoint', 'show', '0');
      expect(code).toBe(1);
      expect(stderr).toContain('checkpoint.json is not JSON');
    });

    it.each(['newest', '-1', '1.5', ''])('refuses the name "%s" and says which there are', async (name) => {
      await aHistory();
      const { code, stderr } = await project().run('checkpoint', 'show', '--', name);
      expect(code).toBe(1);
      expect(stderr).toContain('generation (0 to 4), its sequence, or "graph"');
    });

    it('says where to look when there is no such sequence', async () => {
      await aHistory();
      expect((await project().run('checkpoint', 'show', '4711')).stderr).toContain(
        'No checkpoint has the sequence 4711. See ginko checkpoint history',
      );
      expect((await project().run('checkpoint', 'show', 'graph')).stderr).toContain('There is no graph to ask');
    });

    it('prints text of the checkpoint without control characters', async () => {
      await save(
        aCheckpoint({
          blockedTasks: ['A'],
          taskState: { A: { blockedReason: 'person', blockedDetail: 'x\u001b[2Jy\nz' } },
        }),
      );
      const { stdout } = await project().run('checkpoint', 'show');
      expect(stdout).toContain('A: blocked by a person: xy z');
    });
  });

  describe('whose checkpoints', () => {
    it('are named when several epics have a state and no sprint is active', async () => {
      await save(aCheckpoint());
      await save(aCheckpoint({ epicId: 'epic-2' }));
      const { code, stderr } = await project().run('checkpoint', 'history');
      expect(code).toBe(1);
      expect(stderr).toContain('2 epics have a state here: epic-1, epic-2. Say which, such as --epic epic-1.');
      expect((await project().run('checkpoint', 'history', '--epic', 'epic-2')).code).toBe(0);
    });

    it('are those of the active sprint, and others are named if it has none yet', async () => {
      await save(aCheckpoint({ epicId: 'epic-2' }));
      project().write('docs/sprints/a.md', '---\nepic_id: epic-1\n---\n# A\n## TASK-1: One\n**Status:** [ ]\n');
      const { code, stderr } = await project().run('checkpoint', 'show');
      expect(code).toBe(1);
      expect(stderr).toContain('The epic epic-1 has no state here yet. Others have: epic-2.');
    });

    it('cannot be told where their folder is not a folder', async () => {
      project().write('.ginko/orchestrator', 'a file');
      const { code, stderr } = await project().run('checkpoint', 'history');
      expect(code).toBe(1);
      expect(stderr).toMatch(/\.ginko\/orchestrator could not be read \(ENOTDIR/);
    });

    it('cannot be those of an epic that is a path', async () => {
      const { code, stderr } = await project().run('checkpoint', 'history', '--epic', '../../etc');
      expect(code).toBe(1);
      expect(stderr).toContain('--epic must be an id of letters, digits, ".", "_" and "-", got "../../etc"');
    });
  });

  describe('history', () => {
    it('lists the generations, the newest first, a damaged one with its reason', async () => {
      await aHistory();
      writeFileSync(join(directoryOf('epic-1'), 'checkpoint.json.1'), '');
      const { stdout } = await project().run('checkpoint', 'history');
      const lines = stdout.split('\n');
      expect(lines[1]).toMatch(/^0 +5 +1 +2026-01-05 \d\d:00:00 +2 +1 +0 +orchestrator-1$/);
      expect(lines[2]).toMatch(/^1 +- +- +- /);
      expect(lines[3]).toMatch(/^2 +1 /);
      expect(lines[4]).toMatch(/^! checkpoint\.json\.1 is not JSON: it is empty/);
    });

    it('says so when there is none', async () => {
      const { code, stdout } = await project().run('checkpoint', 'history', '--epic', 'epic-9');
      expect(code).toBe(0);
      expect(stdout).toBe('No checkpoint of the epic epic-9 in .ginko/orchestrator/epic-9.\n');
    });

    it('lists the states of the graph, each of which can be shown and compared', async () => {
      await aHistory();
      await persist(aCheckpoint({ sequence: 31, completedTasks: ['TASK-1'], graphId: 'g' }));
      await persist(aCheckpoint({ sequence: 47, completedTasks: ['TASK-1', 'TASK-9'], graphId: 'g' }));
      project().write('.ginko/config.json', '{"graphId":"g"}');
      const { stdout } = await project().run('checkpoint', 'history', '--graph');
      expect(
        stdout
          .split('In the graph:\n')[1]
          ?.split('\n')
          .map((line) => line.slice(0, 4)),
      ).toEqual(['sequ', '47  ', '31  ', '']);
      expect(await project().json('checkpoint', 'show', '31')).toMatchObject({
        name: 'sequence 31 in the graph',
        generation: null,
      });
      expect(await project().json('checkpoint', 'diff', '31', 'graph')).toMatchObject({
        after: { sequence: 47 },
        tasks: [{ taskId: 'TASK-9', after: { status: 'complete' } }],
      });
    });
  });

  const openGraph = async (): Promise<GraphConnection> => {
    const config = configSchema.parse({ graphId: 'g' });
    return valueOf(await connectGraph({ root: project().root, config, env: {}, isOffline: true, purpose: 'look' }));
  };
  const persist = async (state: OrchestratorCheckpoint): Promise<void> => {
    const graph = await openGraph();
    valueOf(await graph.client.persistState({ orchestratorId: 'orchestrator-1', state }));
    await graph.close();
  };

  describe('diff', () => {
    it('names the tasks that stand differently', async () => {
      await aHistory();
      const { stdout } = await project().run('checkpoint', 'diff', '2', '0');
      expect(stdout).toContain('3 tasks differ between generation 2 (sequence 1) and generation 0 (sequence 5).');
      expect(stdout).toMatch(/TASK-3 +pending +in progress \(shell-1, attempt 1\)/);
    });

    it('compares with the state as it stands when nothing else is named', async () => {
      await aHistory();
      const { stdout } = await project().run('checkpoint', 'diff', '0');
      expect(stdout).toContain(
        'No task differs between generation 0 (sequence 5) and the state as it stands (sequence 7).',
      );
    });
  });

  describe('restore', () => {
    it('says what it would do, and asks for --yes where nobody can be asked', async () => {
      await aHistory();
      const { code, stdout, stderr } = await project().run('checkpoint', 'restore', '1');
      expect(code).toBe(1);
      expect(stdout).toContain('1 later completion would be undone, and the work done again: TASK-2.');
      expect(stderr).toContain('Restore generation 1? Nobody can answer, as stdin is no terminal. Add --yes');
      expect(await project().json('checkpoint', 'show')).toMatchObject({ checkpoint: { sequence: 5 } });
    });

    it('goes back to the generation with a sequence, and says where the later state is', async () => {
      await aHistory();
      await save(aCheckpoint({ sequence: 17 }));
      await save(aCheckpoint({ sequence: 19 }));
      const { code, stdout } = await project().run('checkpoint', 'restore', '17', '--yes');
      expect(code).toBe(0);
      expect(stdout).toContain('No completion is undone.');
      expect(stdout).toMatch(
        /Later state kept in \.ginko\/orchestrator\/epic-1\/quarantine\/checkpoint\.json\.[0-9a-f]{12}/,
      );
      expect(stdout).toContain('Continue with: ginko orchestrate --resume');
      expect(existsSync(join(directoryOf('epic-1'), 'lock'))).toBe(false);
      expect(await project().json('checkpoint', 'history')).toMatchObject({
        generations: [{ sequence: 17 }, { sequence: 5 }, {}, {}],
      });
    });

    it('changes nothing while an orchestrator of another machine holds the lease', async () => {
      await aHistory();
      project().write('.ginko/config.json', '{"graphId":"g"}');
      const graph = await openGraph();
      const holder = {
        orchestratorId: 'orchestrator-7',
        host: 'host-7',
        bootId: 'b',
        pid: 77,
        processStartedAt: '1',
        place: 'p',
      };
      valueOf(await graph.client.acquireLease({ epicId: 'epic-1', holder }));
      await graph.close();
      const { code, stderr } = await project().run('checkpoint', 'restore', '1', '--yes');
      expect(code).toBe(1);
      expect(stderr).toBe(
        'orchestrator-7 (process 77 on host-7) is orchestrating this epic, so nothing was changed. Stop it, then restore again.\n',
      );
      expect(await project().json('checkpoint', 'show')).toMatchObject({ checkpoint: { sequence: 5 } });
      expect(existsSync(join(directoryOf('epic-1'), 'lock'))).toBe(false);
    });

    it('keeps no lease where the files cannot be restored', async () => {
      await aHistory();
      project().write('.ginko/config.json', '{"graphId":"g"}');
      await persist(aCheckpoint({ sequence: 5, graphId: 'g' }));
      writeFileSync(join(directoryOf('epic-1'), 'quarantine'), '');
      const { code, stderr } = await project().run('checkpoint', 'restore', '1', '--yes');
      expect(code).toBe(1);
      expect(stderr).toContain('quarantine');
      const graph = await openGraph();
      const read = valueOf(await graph.client.readLease({ epicId: 'epic-1' }));
      await graph.close();
      expect(read.lease).toMatchObject({ epoch: expect.any(Number) as number, released: true });
    });

    it.each([
      ['graph', 'needs no restoring'],
      ['99', 'No generation here has the sequence 99'],
      ['4', 'There is no checkpoint generation 4'],
    ])('refuses %s with a reason', async (reference, reason) => {
      await aHistory();
      const { code, stderr } = await project().run('checkpoint', 'restore', reference, '--yes');
      expect(code).toBe(1);
      expect(stderr).toContain(reason);
    });
  });

  describe('prune', () => {
    const files = (): string[] => readdirSync(directoryOf('epic-1')).sort();

    beforeEach(async () => {
      await aHistory();
      mkdirSync(join(directoryOf('epic-1'), 'quarantine'));
      writeFileSync(join(directoryOf('epic-1'), 'quarantine', 'checkpoint.json.aaa'), 'old');
    });

    it('empties the quarantine and keeps the newest generations', async () => {
      const { code, stdout } = await project().run('checkpoint', 'prune', '--keep', '1');
      expect(code).toBe(0);
      expect(stdout).toContain('Removed .ginko/orchestrator/epic-1/checkpoint.json.1 (');
      expect(stdout).toContain('Removed .ginko/orchestrator/epic-1/quarantine/checkpoint.json.aaa (3 bytes)');
      expect(files()).toEqual(['checkpoint.json', 'journal-1.ndjson']);
    });

    it('keeps the last generation that is usable, however damaged the newer ones are', async () => {
      writeFileSync(join(directoryOf('epic-1'), 'checkpoint.json'), 'damaged');
      await project().run('checkpoint', 'prune', '--keep', '1');
      expect(files()).toEqual(['checkpoint.json', 'checkpoint.json.1', 'journal-1.ndjson']);
    });

    it('keeps what only a newer ginko can read', async () => {
      writeFileSync(join(directoryOf('epic-1'), 'checkpoint.json.2'), '{"version":99}');
      await project().run('checkpoint', 'prune', '--keep', '1');
      expect(files()).toEqual(['checkpoint.json', 'checkpoint.json.2', 'journal-1.ndjson']);
    });

    it('only says what would go with --dry-run', async () => {
      const { stdout } = await project().run('checkpoint', 'prune', '--dry-run');
      expect(stdout).toBe('Would remove .ginko/orchestrator/epic-1/quarantine/checkpoint.json.aaa (3 bytes)\n');
      expect(files()).toContain('quarantine');
    });

    it('says when there is nothing to remove', async () => {
      await project().run('checkpoint', 'prune');
      expect((await project().run('checkpoint', 'prune')).stdout).toContain('Nothing to remove');
      expect(await project().json('checkpoint', 'prune')).toEqual({ epicId: 'epic-1', isDryRun: false, removed: [] });
    });

    it.each(['0', 'x', '-1', '1.5'])('refuses --keep %s', async (keep) => {
      const { code, stderr } = await project().run('checkpoint', 'prune', `--keep=${keep}`);
      expect(code).toBe(1);
      expect(stderr).toContain(`--keep must be a number of generations from 1 on, got "${keep}"`);
    });
  });
});
