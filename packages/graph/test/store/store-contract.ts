import type { AcquireRequest } from '../../src/decide/lease.js';
import type { EpicKey, GraphStore, IncomingState, TaskSync } from '../../src/store/store.js';
import { aHolder, anEvent, eventsFrom } from '../support/builders.js';

/** What a store is made on: a clock that the test moves. */
export interface StoreBed {
  readonly store: GraphStore;
  /** Another connection to the same record, as another process has it. */
  another(): Promise<GraphStore>;
  advance(ms: number): void;
  remove(): Promise<void>;
}

const epic: EpicKey = { graphId: 'graph-1', epicId: 'EPIC-1' };
const otherEpic: EpicKey = { graphId: 'graph-1', epicId: 'EPIC-2' };
const ttlMs = 30_000;

function aRequest(orchestratorId: string, more: Partial<AcquireRequest> = {}): Omit<AcquireRequest, 'storedEpoch'> {
  return { holder: aHolder(orchestratorId), ttlMs, atLeastEpoch: 0, replaces: null, reclaim: null, ...more };
}

function aState(more: Partial<IncomingState> = {}): IncomingState {
  const state = {
    runId: 'run-1',
    orchestratorId: 'a',
    epoch: 1,
    sequence: 10,
    savedAt: '2026-01-01T10:00:00.000Z',
    completed: 1,
    inProgress: 2,
    blocked: 3,
    ...more,
  };
  return { text: JSON.stringify({ runId: state.runId, sequence: state.sequence }), ...state };
}

function append(store: GraphStore, first: number, last: number, more: { runId?: string; epoch?: number } = {}) {
  const events = eventsFrom(first, last).map((event) => ({ sequence: event.sequence, text: JSON.stringify(event) }));
  const incoming = { runId: 'run-1', epoch: 1, firstSequence: first, lastSequence: last, ...more };
  return store.appendEvents(epic, incoming, events);
}

async function storedSequences(store: GraphStore): Promise<number[]> {
  const newest = await store.readState(epic);
  return (newest?.events ?? []).map((text) => (JSON.parse(text) as { sequence: number }).sequence);
}

/** What every store must do; `lay` makes an empty one. */
export function describeStore(name: string, lay: () => Promise<StoreBed>): void {
  describe(name, () => {
    let bed: StoreBed;
    let store: GraphStore;

    beforeEach(async () => {
      bed = await lay();
      store = bed.store;
    });

    afterEach(() => bed.remove());

    describe('lease', () => {
      it('numbers its holders 1, 2, 3 and remembers the last one across connections', async () => {
        for (const [index, orchestratorId] of ['a', 'b', 'c'].entries()) {
          expect(await store.acquireLease(epic, aRequest(orchestratorId))).toMatchObject({
            kind: 'granted',
            lease: { epoch: index + 1, holder: aHolder(orchestratorId) },
          });
          bed.advance(ttlMs);
        }
        const other = await bed.another();
        expect(await other.readLease(epic)).toMatchObject({ epoch: 3, previous: { epoch: 2, holder: aHolder('b') } });
      });

      it('is one for each epic of each graph', async () => {
        await store.acquireLease(epic, aRequest('a'));
        expect(await store.acquireLease(otherEpic, aRequest('b'))).toMatchObject({ lease: { epoch: 1 } });
        const otherGraph = { graphId: 'graph-2', epicId: epic.epicId };
        expect(await store.acquireLease(otherGraph, aRequest('c'))).toMatchObject({ lease: { epoch: 1 } });
      });

      it('is refused while it is held, renewed, and refused to the old holder after a takeover', async () => {
        await store.acquireLease(epic, aRequest('a'));
        bed.advance(20_000);
        expect(await store.renewLease(epic, { orchestratorId: 'a', epoch: 1 })).toMatchObject({ kind: 'granted' });
        bed.advance(20_000);
        expect(await store.acquireLease(epic, aRequest('b'))).toMatchObject({ kind: 'held', lease: { epoch: 1 } });
        const replaces = { orchestratorId: 'a', epoch: 1 };
        expect(await store.acquireLease(epic, aRequest('b', { replaces }))).toMatchObject({ lease: { epoch: 2 } });
        expect(await store.renewLease(epic, { orchestratorId: 'a', epoch: 1 })).toMatchObject({
          kind: 'stale',
          lease: { epoch: 2, holder: aHolder('b') },
        });
      });

      it('keeps its epoch through a release', async () => {
        await store.acquireLease(epic, aRequest('a'));
        await store.releaseLease(epic, { orchestratorId: 'a', epoch: 1 });
        expect(await store.readLease(epic)).toMatchObject({ epoch: 1, released: true });
        expect(await store.acquireLease(epic, aRequest('b'))).toMatchObject({ lease: { epoch: 2 } });
      });

      it('never gets an epoch under which a state is stored already', async () => {
        await store.persistState(epic, aState({ epoch: 4 }));
        expect(await store.acquireLease(epic, aRequest('a'))).toMatchObject({ lease: { epoch: 5 } });
      });

      it('is extended by one time to live after a restart, if it is live', async () => {
        await store.acquireLease(epic, aRequest('a'));
        await store.acquireLease(otherEpic, aRequest('b', { ttlMs: 5_000 }));
        bed.advance(10_000);
        await store.extendLiveLeases();
        bed.advance(40_000);
        expect(await store.acquireLease(epic, aRequest('c'))).toMatchObject({ kind: 'held' });
        expect(await store.acquireLease(otherEpic, aRequest('c'))).toMatchObject({ kind: 'granted' });
        bed.advance(10_000);
        expect(await store.acquireLease(epic, aRequest('c'))).toMatchObject({ kind: 'granted' });
      });
    });

    describe('state', () => {
      it('is what was stored last, or none', async () => {
        expect(await store.readState(epic)).toBeNull();
        await store.persistState(epic, aState());
        await store.persistState(epic, aState({ sequence: 12, text: '{"kept":"as it is"}' }));
        expect(await store.readState(epic)).toMatchObject({ text: '{"kept":"as it is"}', events: [] });
        expect(await store.readState(otherEpic)).toBeNull();
      });

      it('is stored once when it is sent twice, and never replaced by an earlier one', async () => {
        expect(await store.persistState(epic, aState())).toMatchObject({ kind: 'stored' });
        bed.advance(1_000);
        expect(await store.persistState(epic, aState())).toMatchObject({ kind: 'kept', stamp: { sequence: 10 } });
        expect(await store.persistState(epic, aState({ sequence: 9 }))).toMatchObject({ kind: 'kept' });
        expect(await store.stateHistory(epic, 10)).toHaveLength(1);
      });

      it('is refused under an epoch that is over', async () => {
        await store.acquireLease(epic, aRequest('a'));
        await store.persistState(epic, aState());
        bed.advance(ttlMs);
        await store.acquireLease(epic, aRequest('b'));
        expect(await store.persistState(epic, aState({ sequence: 11 }))).toMatchObject({
          kind: 'stale',
          lease: { epoch: 2, holder: aHolder('b') },
        });
        expect(await store.readState(epic)).toMatchObject({ text: aState().text });
      });

      it('of another run takes the place of the newest, and the old stays in the history', async () => {
        await store.persistState(epic, aState());
        await append(store, 11, 12);
        await store.persistState(epic, aState({ runId: 'run-2', sequence: 1 }));
        expect(await storedSequences(store)).toEqual([]);
        const history = await store.stateHistory(epic, 10);
        expect(history.map((state) => [state.runId, state.sequence])).toEqual([
          ['run-2', 1],
          ['run-1', 10],
        ]);
        expect(history[1]).toMatchObject({ completed: 1, inProgress: 2, blocked: 3, epoch: 1, orchestratorId: 'a' });
      });

      it('can be had again by its sequence', async () => {
        await store.persistState(epic, aState({ text: '"first"' }));
        await store.persistState(epic, aState({ runId: 'run-2', text: '"second"' }));
        expect(await store.stateAt(epic, { sequence: 10 })).toMatchObject({ text: '"second"' });
        expect(await store.stateAt(epic, { sequence: 10, runId: 'run-1' })).toMatchObject({ text: '"first"' });
        expect(await store.stateAt(epic, { sequence: 11 })).toBeNull();
      });

      it('keeps a history of the last hundred, and of one a day', async () => {
        for (let sequence = 1; sequence <= 3; sequence += 1) {
          await store.persistState(epic, aState({ sequence }));
          bed.advance(60_000);
        }
        bed.advance(24 * 60 * 60 * 1000);
        for (let sequence = 4; sequence <= 105; sequence += 1) await store.persistState(epic, aState({ sequence }));
        const kept = (await store.stateHistory(epic, 200)).map((state) => state.sequence);
        expect(kept).toHaveLength(101);
        expect(kept.slice(-2)).toEqual([6, 3]);
      });
    });

    describe('events', () => {
      it('come back in order after the state, each once however often it is sent', async () => {
        await store.persistState(epic, aState());
        expect(await append(store, 11, 12)).toEqual({ kind: 'stored', stored: 2, sequence: 12 });
        expect(await append(store, 11, 12)).toEqual({ kind: 'stored', stored: 0, sequence: 12 });
        expect(await append(store, 9, 14)).toEqual({ kind: 'stored', stored: 2, sequence: 14 });
        const texts = (await store.readState(epic))?.events;
        expect(texts).toEqual([11, 12, 13, 14].map((sequence) => JSON.stringify(anEvent(sequence))));
      });

      it('need a state, and leave no gap', async () => {
        expect(await append(store, 1, 1)).toEqual({ kind: 'needs_state', stored: null });
        await store.persistState(epic, aState());
        expect(await append(store, 12, 12)).toMatchObject({ kind: 'needs_state', expectedSequence: 11 });
        expect(await append(store, 11, 11, { runId: 'run-2' })).toMatchObject({ kind: 'needs_state' });
        expect(await storedSequences(store)).toEqual([]);
      });

      it('are refused under an epoch that is over', async () => {
        await store.acquireLease(epic, aRequest('a'));
        await store.persistState(epic, aState());
        bed.advance(ttlMs);
        await store.acquireLease(epic, aRequest('b'));
        expect(await append(store, 11, 11)).toMatchObject({ kind: 'stale', lease: { epoch: 2 } });
        expect(await storedSequences(store)).toEqual([]);
      });

      it('are dropped when a later state contains them, and go on after it', async () => {
        await store.persistState(epic, aState());
        await append(store, 11, 14);
        await store.persistState(epic, aState({ sequence: 12 }));
        expect(await storedSequences(store)).toEqual([13, 14]);
        await append(store, 15, 15);
        expect(await storedSequences(store)).toEqual([13, 14, 15]);
      });

      it('of an earlier epoch do not follow the state of a later one that went on from before them', async () => {
        await store.persistState(epic, aState());
        await append(store, 11, 14);
        await store.acquireLease(epic, aRequest('b'));
        expect(await append(store, 13, 13, { epoch: 2 })).toMatchObject({ kind: 'needs_state' });
        await store.persistState(epic, aState({ epoch: 2, sequence: 12 }));
        expect(await storedSequences(store)).toEqual([]);
        expect(await append(store, 13, 13, { epoch: 2 })).toMatchObject({ kind: 'stored', stored: 1 });
      });
    });

    describe('tasks', () => {
      const aSync = (more: Partial<TaskSync> = {}): TaskSync => ({
        epoch: 0,
        readRevision: 0,
        orchestratorId: 'a',
        tasks: [
          { id: 'TASK-1', title: 'One', status: 'complete', dependsOn: [] },
          { id: 'TASK-2', title: 'Two', status: 'pending', dependsOn: ['TASK-1'] },
        ],
        ...more,
      });
      const aWord = { graphId: 'graph-1', epicId: 'EPIC-1', status: 'blocked', reason: 'no key', by: 'Ada' } as const;

      it('are known from their sync, and gone when a later sync has them no more', async () => {
        expect(await store.syncTasks(epic, aSync())).toEqual({ kind: 'stored', revision: 0 });
        expect(await store.taskStatus('TASK-1', { graphId: 'graph-1' })).toMatchObject({
          kind: 'found',
          task: { epicId: 'EPIC-1', title: 'One', status: 'complete', by: 'a', revision: 0 },
        });
        await store.syncTasks(epic, aSync({ tasks: [] }));
        expect(await store.taskStatus('TASK-1', epic)).toEqual({ kind: 'unknown' });
      });

      it('are synced under the fence only', async () => {
        await store.acquireLease(epic, aRequest('a'));
        expect(await store.syncTasks(epic, aSync())).toMatchObject({ kind: 'stale', lease: { epoch: 1 } });
        expect(await store.syncTasks(epic, aSync({ epoch: 1 }))).toMatchObject({ kind: 'stored' });
      });

      it('tell each word once to whoever asks with the revision of the last answer', async () => {
        await store.syncTasks(epic, aSync());
        expect(await store.taskNews(epic, 0)).toEqual({ revision: 0, tasks: [] });
        await store.setTaskStatus('TASK-2', aWord);
        const news = await store.taskNews(epic, 0);
        expect(news).toMatchObject({
          revision: 1,
          tasks: [{ id: 'TASK-2', status: 'blocked', reason: 'no key', by: 'Ada', revision: 1 }],
        });
        expect(await store.taskNews(epic, 1)).toEqual({ revision: 1, tasks: [] });
        await store.setTaskStatus('TASK-2', { ...aWord, status: 'complete', reason: undefined });
        expect(await store.taskNews(epic, 1)).toMatchObject({
          revision: 2,
          tasks: [{ status: 'complete', revision: 2 }],
        });
        expect(await store.taskNews(otherEpic, 0)).toEqual({ revision: 2, tasks: [] });
      });

      it('answer a revision from the future, of a graph that was lost, with all there is', async () => {
        await store.setTaskStatus('TASK-2', aWord);
        expect(await store.taskNews(epic, 99)).toMatchObject({ revision: 1, tasks: [{ id: 'TASK-2' }] });
      });

      it('show a word to an orchestrator whose cursor is from a graph that was lost', async () => {
        await store.syncTasks(epic, aSync());
        await store.setTaskStatus('TASK-2', aWord);
        await store.syncTasks(epic, aSync({ readRevision: 99 }));
        expect(await store.taskStatus('TASK-2', epic)).toMatchObject({ task: { status: 'blocked', by: 'Ada' } });
      });

      it('show a word until the orchestrator has read it', async () => {
        await store.syncTasks(epic, aSync());
        expect(await store.setTaskStatus('TASK-2', aWord)).toMatchObject({
          task: { status: 'blocked', reason: 'no key' },
        });
        await store.syncTasks(epic, aSync({ readRevision: 0 }));
        expect(await store.taskStatus('TASK-2', epic)).toMatchObject({ task: { status: 'blocked', by: 'Ada' } });
        await store.syncTasks(epic, aSync({ readRevision: 1 }));
        expect(await store.taskStatus('TASK-2', epic)).toMatchObject({
          task: { status: 'pending', by: 'a', revision: 1 },
        });
      });

      it('keep a word about a task that is not known yet until a sync has read it', async () => {
        await store.syncTasks(epic, aSync());
        expect(await store.setTaskStatus('TASK-9', aWord)).toMatchObject({ task: { status: 'blocked', by: 'Ada' } });
        await store.syncTasks(epic, aSync());
        expect(await store.taskNews(epic, 0)).toMatchObject({ tasks: [{ id: 'TASK-9', status: 'blocked' }] });
        await store.syncTasks(epic, aSync({ readRevision: 1 }));
        expect(await store.taskStatus('TASK-9', epic)).toEqual({ kind: 'unknown' });
      });

      it('refuse a word about a task that no epic has, where none is named', async () => {
        expect(await store.setTaskStatus('TASK-8', { ...aWord, epicId: undefined })).toEqual({ kind: 'unknown' });
      });

      it('tell with a word whether it is void after a completion', async () => {
        await store.setTaskStatus('TASK-1', { ...aWord, unlessComplete: true });
        await store.setTaskStatus('TASK-2', { ...aWord, unlessComplete: true });
        await store.setTaskStatus('TASK-2', aWord);
        const [first, second] = (await store.taskNews(epic, 0)).tasks;
        expect(first).toMatchObject({ id: 'TASK-1', unlessComplete: true });
        expect(second).not.toHaveProperty('unlessComplete');
      });

      it('need the epic named where two have a task of the same id', async () => {
        await store.syncTasks(epic, aSync());
        await store.syncTasks(otherEpic, aSync());
        const unclear = { kind: 'ambiguous', epicIds: ['EPIC-1', 'EPIC-2'] };
        expect(await store.setTaskStatus('TASK-1', { ...aWord, epicId: undefined })).toEqual(unclear);
        expect(await store.taskStatus('TASK-1', { graphId: 'graph-1' })).toEqual(unclear);
        expect(await store.setTaskStatus('TASK-1', aWord)).toMatchObject({ kind: 'found' });
      });
    });

    it('finds tokens by their hash, and knows whether an administrator has one', async () => {
      expect(await store.hasAdminToken()).toBe(false);
      await store.addToken('hash-1', { name: 'reader', scope: 'read', expiresAt: '2030-01-01T00:00:00Z' });
      expect(await store.hasAdminToken()).toBe(false);
      await store.addToken('hash-2', { name: 'first', scope: 'admin' });
      expect(await store.hasAdminToken()).toBe(true);
      const expiresAt = Date.UTC(2030, 0, 1);
      expect(await store.findToken('hash-1')).toEqual({ name: 'reader', scope: 'read', expiresAt });
      expect(await store.findToken('hash-3')).toBeNull();
    });

    it('gives no name to two tokens that are good, and an expired one gives its name away', async () => {
      const expiresAt = new Date(Date.UTC(2026, 0, 1) + 1_000).toISOString();
      expect(await store.addToken('hash-1', { name: 'laptop', scope: 'read', expiresAt })).toBe(true);
      expect(await store.addToken('hash-2', { name: 'laptop', scope: 'orchestrator' })).toBe(false);
      expect(await store.findToken('hash-2')).toBeNull();
      bed.advance(1_001);
      expect(await store.addToken('hash-2', { name: 'laptop', scope: 'orchestrator' })).toBe(true);
      expect(await store.findToken('hash-1')).toBeNull();
    });

    it('lists tokens by name, and forgets one that is revoked', async () => {
      await store.addToken('hash-2', { name: 'b', scope: 'read' });
      await store.addToken('hash-1', { name: 'a', scope: 'admin' });
      expect(await store.tokens()).toMatchObject([
        { name: 'a', scope: 'admin', expiresAt: null, createdAt: Date.UTC(2026, 0, 1) },
        { name: 'b', scope: 'read' },
      ]);
      expect(await store.revokeToken('b')).toBe(true);
      expect(await store.findToken('hash-2')).toBeNull();
      expect(await store.revokeToken('b')).toBe(false);
      expect(await store.tokens()).toMatchObject([{ name: 'a' }]);
    });

    it('is as it was when any of the commands that made it are sent again', async () => {
      const commands = [
        () => store.persistState(epic, aState()),
        () => append(store, 11, 13),
        () => store.persistState(epic, aState({ sequence: 12 })),
        () => append(store, 12, 15),
        () => store.acquireLease(epic, aRequest('b')),
        () => store.persistState(epic, aState({ epoch: 2, sequence: 14 })),
        () => append(store, 15, 16, { epoch: 2 }),
        () => store.persistState(epic, aState({ runId: 'run-2', epoch: 2, sequence: 1 })),
        () => append(store, 2, 3, { runId: 'run-2', epoch: 2 }),
      ];
      for (const [last, command] of commands.entries()) {
        await command();
        const before = await store.readState(epic);
        for (const again of commands.slice(0, last + 1)) await again();
        expect(await store.readState(epic)).toEqual(before);
      }
    });

    it('leaves nothing of a batch behind when a part of it cannot be stored', async () => {
      await store.persistState(epic, aState());
      const twice = [anEvent(11), anEvent(11)].map((event) => ({ sequence: 11, text: JSON.stringify(event) }));
      const incoming = { runId: 'run-1', epoch: 1, firstSequence: 11, lastSequence: 12 };
      await expect(store.appendEvents(epic, incoming, twice)).rejects.toThrow();
      expect(await storedSequences(store)).toEqual([]);
      expect(await append(store, 11, 11)).toMatchObject({ stored: 1 });
    });
  });
}
