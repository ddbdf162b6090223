import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError, type Failure, type OrchestratorCheckpoint, type RunEvent } from '@ginkoai/contract';
import { createGraphServer, type GraphServer } from '@ginkoai/graph';
import {
  idOf,
  persistStateToGraph,
  reconcileTaskStatuses,
  recoverStateFromGraph,
  withEvents,
  type ActualTask,
  type GraphRequester,
  type ReconciledChange,
} from '../../src/lib/orchestrator-state.js';
import { createGraphClient, type GraphClient } from '../../src/lib/perform/graph-client.js';
import { assigned, aTask, builtAt, completed, deepFreeze } from '../support/builders.js';
import { cpuTime } from '../support/cpu-time.js';
import { aCheckpoint, runStarted, useTemporaryDirectory, valueOf } from '../support/history.js';
import { graphError, html, json, startLoopbackServer, type LoopbackServer } from '../support/loopback-server.js';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** Answers every request the same way, and remembers it. */
function aRequester(answer: unknown): GraphRequester & { readonly calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    request: (method, path, body) => {
      calls.push({ method, path, body });
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  }
  throw new Error('It did not reject.');
}

const open = (taskId: string, fields: object = {}) => ({
  taskId,
  agentId: 'local-1',
  generation: 1,
  attempt: 1,
  status: 'assigned' as const,
  assignedAt: builtAt,
  place: 'place-1',
  ...fields,
});

/** TASK-1 and TASK-2 complete, TASK-3 at work, TASK-4 blocked. */
function midway(fields: Partial<OrchestratorCheckpoint> = {}): OrchestratorCheckpoint {
  return aCheckpoint({
    sequence: 12,
    completedTasks: ['TASK-1', 'TASK-2'],
    inProgressTasks: { 'TASK-3': 'local-1' },
    blockedTasks: ['TASK-4'],
    assignmentHistory: [open('TASK-3')],
    taskState: {
      'TASK-1': { attempt: 1, completedBy: 'agent' },
      'TASK-2': { completedBy: 'sprint_file' },
      'TASK-3': { attempt: 1 },
      'TASK-4': { blockedReason: 'person' },
    },
    ...fields,
  });
}

/** The world as `midway` says it is. */
const unchanged: readonly ActualTask[] = [
  aTask('TASK-1', { status: 'complete' }),
  aTask('TASK-2', { status: 'complete' }),
  aTask('TASK-3', { status: 'in_progress' }),
  aTask('TASK-4', { status: 'blocked' }),
];

const version1 = (): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/checkpoints/version-1.json'), 'utf8'));

describe('persisting the state to the graph', () => {
  it('posts the whole state under its graph, orchestrator, epic and epoch', async () => {
    const graph = aRequester({ stored: true });
    const checkpoint = midway();
    const sent = await persistStateToGraph(checkpoint, graph);
    const { graphId, orchestratorId, epicId, epoch } = checkpoint;
    expect(graph.calls).toEqual([
      {
        method: 'POST',
        path: '/api/v1/orchestrator/state',
        body: { graphId, orchestratorId, epicId, epoch, state: sent },
      },
    ]);
  });

  it('stamps the state with the time and leaves its input untouched', async () => {
    const checkpoint = deepFreeze(midway());
    const sent = await persistStateToGraph(checkpoint, aRequester({}), new Date('2026-02-03T04:05:06.789Z'));
    expect(sent).toEqual({ ...checkpoint, persistedAt: '2026-02-03T04:05:06.789Z' });
    expect(checkpoint.persistedAt).toBeUndefined();
  });

  it('takes the time of the call where none is given', async () => {
    const before = Date.now();
    const { persistedAt } = await persistStateToGraph(midway(), aRequester({}));
    expect(Date.parse(persistedAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(persistedAt ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('rejects with the failure of the graph', async () => {
    const failure = { code: 'stale_epoch', message: 'Another orchestrator took over.' } as const;
    expect(await failureOf(persistStateToGraph(midway(), aRequester(new FailureError(failure))))).toEqual(failure);
  });
});

describe('recovering the state from the graph', () => {
  it('asks for the epic of the graph, with both ids encoded', async () => {
    const graph = aRequester({ state: null, events: [] });
    await recoverStateFromGraph('team/a b', '/home/x & y?.md', graph);
    expect(graph.calls).toEqual([
      {
        method: 'GET',
        path: '/api/v1/orchestrator/state?graphId=team%2Fa%20b&epicId=%2Fhome%2Fx%20%26%20y%3F.md',
        body: undefined,
      },
    ]);
  });

  it('is null when the graph has none', async () => {
    expect(await recoverStateFromGraph('graph-1', 'epic-1', aRequester({ state: null, events: [] }))).toBeNull();
  });

  it('is the state as it stands, where nothing happened since', async () => {
    const state = midway();
    expect(await recoverStateFromGraph('graph-1', 'epic-1', aRequester({ state, events: [] }))).toEqual(state);
    expect(await recoverStateFromGraph('graph-1', 'epic-1', aRequester({ state }))).toEqual(state);
  });

  it('folds in what happened later, and passes over what the state has already', async () => {
    const later = '2026-01-05T11:00:00.000Z';
    const events: RunEvent[] = [
      { ...completed('TASK-9'), sequence: 12, at: later },
      { ...completed('TASK-3'), sequence: 13, at: later },
      { ...assigned('TASK-5'), sequence: 14, at: later },
    ];
    const recovered = await recoverStateFromGraph('graph-1', 'epic-1', aRequester({ state: midway(), events }));
    expect(recovered).toMatchObject({
      sequence: 14,
      savedAt: later,
      lastProgressAt: later,
      completedTasks: ['TASK-1', 'TASK-2', 'TASK-3'],
      inProgressTasks: { 'TASK-5': 'local-1' },
    });
  });

  it('keeps the time of the state where none of the events is later', () => {
    const state = midway();
    expect(withEvents(state, [runStarted()]).savedAt).toBe(state.savedAt);
  });

  it('keeps fields that only a newer ginko knows', async () => {
    const state = { ...midway(), mood: { of: 'tomorrow' } };
    const events = [{ ...completed('TASK-3'), sequence: 13, at: builtAt }];
    expect(await recoverStateFromGraph('graph-1', 'epic-1', aRequester({ state, events }))).toMatchObject({
      mood: { of: 'tomorrow' },
      completedTasks: ['TASK-1', 'TASK-2', 'TASK-3'],
    });
  });

  it('reads a state of version 1, under the epic that was asked for', async () => {
    const recovered = await recoverStateFromGraph('graph-1', 'epic-1', aRequester({ state: version1(), events: [] }));
    expect(recovered).toMatchObject({
      version: 2,
      epicId: 'epic-1',
      sprintId: 'sprint-1',
      epoch: 0,
      sequence: 0,
      completedTasks: ['TASK-1', 'TASK-2'],
      inProgressTasks: { 'TASK-3': 'local-1' },
      blockedTasks: ['TASK-4'],
      fieldOfANewerGinko: { kept: true },
    });
    expect(recovered === null ? '' : idOf(recovered)).toBe('v1-orchestrator-1733592000000@0');
  });

  it.each([
    ['nothing', undefined, 'bad_response'],
    ['null', null, 'bad_response'],
    ['text', '<!doctype html>', 'bad_response'],
    ['an object without a state', { events: [] }, 'bad_response'],
    ['a state that is none', { state: { version: 2 }, events: [] }, 'bad_state'],
    ['a list for a state', { state: [], events: [] }, 'bad_state'],
    ['a state of a newer version', { state: { version: 3 }, events: [] }, 'newer_version'],
    ['an event that is none', { state: midway(), events: [{ kind: 'task_danced' }] }, 'bad_response'],
    ['events that are no list', { state: midway(), events: 7 }, 'bad_response'],
  ])('rejects an answer that is %s', async (_what, answer, code) => {
    const failure = await failureOf(recoverStateFromGraph('graph-1', 'epic-1', aRequester(answer)));
    expect(failure).toMatchObject({ code });
    expect(failure.message).toMatch(/[.?]$/);
  });

  describe('over HTTP', () => {
    let server: LoopbackServer;
    afterEach(() => server.close());

    it.each([
      ['a refused token', graphError(401, 'unauthorized'), 'unauthorized'],
      ['an outage', graphError(500, 'internal'), 'graph_error'],
      ['a page in HTML', html(200), 'bad_response'],
      ['an answer without a state', json(200, {}), 'bad_response'],
      ['an unknown route', graphError(404, 'not_found'), 'not_found'],
    ])('rejects, and is not null, after %s', async (_what, behaviour, code) => {
      server = await startLoopbackServer(behaviour);
      const client = createGraphClient({ url: server.url, token: 'token', graphId: 'graph-1', retries: 0 });
      expect(await failureOf(recoverStateFromGraph('graph-1', 'epic-1', client))).toMatchObject({ code });
    });

    it('rejects, and is not null, where nobody listens', async () => {
      server = await startLoopbackServer(html(200));
      await server.close();
      const client = createGraphClient({ url: server.url, token: 'token', graphId: 'graph-1', retries: 0 });
      expect(await failureOf(recoverStateFromGraph('graph-1', 'epic-1', client))).toMatchObject({
        code: 'graph_unreachable',
      });
    });
  });
});

describe('recovering from another machine', () => {
  const directory = useTemporaryDirectory();
  const token = 'admin-token';
  let graph: GraphServer;
  let here: GraphClient;
  let there: GraphClient;

  beforeEach(async () => {
    graph = valueOf(
      await createGraphServer({
        database: join(directory(), 'graph.db'),
        listen: { host: '127.0.0.1', port: 0 },
        token,
        extendLiveLeases: false,
        onError: (error) => {
          throw error;
        },
      }),
    );
    const client = () => createGraphClient({ url: graph.url, token, graphId: 'graph-1' });
    here = client();
    there = client();
  });
  afterEach(() => graph.close());

  async function lease(client: GraphClient, orchestratorId: string): Promise<number> {
    const granted = valueOf(await client.acquireLease({ epicId: 'epic-1', holder: aHolder(orchestratorId) }));
    return granted.epoch;
  }
  const aHolder = (orchestratorId: string) => ({
    orchestratorId,
    host: 'host-1',
    bootId: 'boot-1',
    pid: 4711,
    processStartedAt: '1000',
    place: 'place-1',
  });

  it('is null before anything was persisted', async () => {
    expect(await recoverStateFromGraph('graph-1', 'epic-1', there)).toBeNull();
  });

  it('goes on with the newest state and the events that came after it', async () => {
    const epoch = await lease(here, 'orchestrator-1');
    await persistStateToGraph(midway({ epoch, sequence: 5, completedTasks: ['TASK-1'] }), here);
    const sent = await persistStateToGraph(midway({ epoch }), here);
    expect(await recoverStateFromGraph('graph-1', 'epic-1', there)).toEqual(sent);

    valueOf(
      await here.appendEvents({
        epicId: 'epic-1',
        runId: 'run-1',
        epoch,
        events: [{ ...completed('TASK-3'), sequence: 13, at: builtAt }],
      }),
    );
    expect(await recoverStateFromGraph('graph-1', 'epic-1', there)).toMatchObject({
      sequence: 13,
      completedTasks: ['TASK-1', 'TASK-2', 'TASK-3'],
      inProgressTasks: {},
    });
  });

  it('finds nothing of another epic', async () => {
    await persistStateToGraph(midway({ epoch: await lease(here, 'orchestrator-1') }), here);
    expect(await recoverStateFromGraph('graph-1', 'epic-2', there)).toBeNull();
  });

  it('survives a rewrite with the fields that only a newer ginko knows', async () => {
    const epoch = await lease(here, 'orchestrator-1');
    await persistStateToGraph({ ...midway({ epoch }), mood: 'of tomorrow' }, here);
    const recovered = await recoverStateFromGraph('graph-1', 'epic-1', there);
    expect(recovered).toMatchObject({ mood: 'of tomorrow' });
    const reconciled = await reconcileTaskStatuses(recovered as OrchestratorCheckpoint, unchanged);
    expect(reconciled).toMatchObject({ mood: 'of tomorrow' });
  });

  it('is refused to a client with another token', async () => {
    const stranger = createGraphClient({ url: graph.url, token: 'wrong', graphId: 'graph-1' });
    expect(await failureOf(recoverStateFromGraph('graph-1', 'epic-1', stranger))).toMatchObject({
      code: 'unauthorized',
    });
  });

  it('refuses the state of an orchestrator after another took over', async () => {
    const first = await lease(here, 'orchestrator-1');
    await here.releaseLease({ epicId: 'epic-1', orchestratorId: 'orchestrator-1', epoch: first });
    const second = await lease(there, 'orchestrator-2');
    expect(second).toBe(first + 1);
    expect(await failureOf(persistStateToGraph(midway({ epoch: first }), here))).toMatchObject({ code: 'stale_epoch' });
  });
});

describe('reconciling with the tasks as they are', () => {
  async function reconciled(actual: readonly ActualTask[], checkpoint = midway()) {
    const changes: ReconciledChange[] = [];
    const result = await reconcileTaskStatuses(checkpoint, actual, {
      now: Date.parse(builtAt),
      onChange: (change) => changes.push(change),
    });
    return { result, sentences: changes.map(({ sentence }) => sentence), changes };
  }
  const withTask = (task: ActualTask): ActualTask[] => [...unchanged.filter(({ id }) => id !== task.id), task];

  it('changes nothing where the world is as we left it', async () => {
    const { result, sentences } = await reconciled(unchanged);
    expect(sentences).toEqual([]);
    const { completedTasks, inProgressTasks, blockedTasks, sequence } = midway();
    expect(result).toMatchObject({ completedTasks, inProgressTasks, blockedTasks, sequence });
  });

  it('completes a task that was completed elsewhere', async () => {
    const { result, sentences } = await reconciled(withTask(aTask('TASK-4', { status: 'complete' })));
    expect(result.completedTasks).toContain('TASK-4');
    expect(result.blockedTasks).toEqual([]);
    expect(sentences).toEqual(['Task TASK-4 completed externally']);
  });

  it('completes a running task that a person completed, and names the attempt to be stopped', async () => {
    const { result, changes } = await reconciled(withTask(aTask('TASK-3', { status: 'complete' })));
    expect(result.completedTasks).toContain('TASK-3');
    expect(result.inProgressTasks).toEqual({});
    expect(changes[0]?.stop).toEqual({ taskId: 'TASK-3', generation: 1, attempt: 1 });
  });

  it('takes a task that is no longer complete out of the completed ones, in a new generation', async () => {
    const { result, sentences } = await reconciled(withTask(aTask('TASK-1')));
    expect(result.completedTasks).toEqual(['TASK-2']);
    expect(result.taskState['TASK-1']).toEqual({ generation: 2 });
    expect(sentences).toEqual(['Task TASK-1 reverted from complete']);
  });

  it('no longer tracks tasks that are gone', async () => {
    const { result, sentences } = await reconciled([]);
    expect(result).toMatchObject({ completedTasks: [], inProgressTasks: {}, blockedTasks: [] });
    expect([...sentences].sort()).toEqual([
      'Task TASK-1 deleted from the sprint; its completion no longer counts',
      'Task TASK-2 deleted from the sprint; its completion no longer counts',
      'Task TASK-3 deleted from the sprint; attempt 1 is stopped, its work kept',
      'Task TASK-4 deleted from the sprint',
    ]);
    expect((await reconciled([], result)).sentences).toEqual([]);
  });

  it('adds a task that is new and complete already', async () => {
    const { result } = await reconciled([...unchanged, aTask('TASK-9', { status: 'complete' })]);
    expect(result.completedTasks).toEqual(['TASK-1', 'TASK-2', 'TASK-9']);
  });

  it('keeps what is in progress, under the same agent and attempt', async () => {
    const { result } = await reconciled(unchanged);
    expect(result.inProgressTasks).toEqual({ 'TASK-3': 'local-1' });
    expect(result.assignmentHistory).toEqual([open('TASK-3')]);
  });

  it('numbers and dates the events that it tells of', async () => {
    const { changes, result } = await reconciled(withTask(aTask('TASK-3', { status: 'complete' })));
    const events = changes.flatMap((change) => change.events);
    expect(events.map(({ kind, sequence, at }) => ({ kind, sequence, at }))).toEqual([
      { kind: 'task_released', sequence: 13, at: builtAt },
      { kind: 'task_completed', sequence: 14, at: builtAt },
    ]);
    expect(result).toMatchObject({ sequence: 14, savedAt: builtAt });
  });

  it('tells of tasks that stay as they are only when asked to', async () => {
    const told: string[] = [];
    await reconcileTaskStatuses(midway(), unchanged, {
      includeKept: true,
      onChange: ({ taskId }) => told.push(taskId),
    });
    expect(told).toEqual(['TASK-1', 'TASK-2', 'TASK-3', 'TASK-4']);
  });

  it('leaves its input untouched', async () => {
    const checkpoint = deepFreeze(midway());
    const world = deepFreeze([
      aTask('TASK-1'),
      aTask('TASK-3', { status: 'complete' }),
      aTask('TASK-4', { dependsOn: ['TASK-8'] }),
    ]);
    const before = structuredClone(checkpoint);
    await reconcileTaskStatuses(checkpoint, world);
    expect(checkpoint).toEqual(before);
  });

  it('gives the same again when it is asked again', async () => {
    const world = [aTask('TASK-1'), aTask('TASK-3', { status: 'complete' }), aTask('TASK-4', { status: 'cancelled' })];
    const once = await reconciled(world);
    const twice = await reconciled(world, once.result);
    expect(twice.sentences).toEqual([]);
    expect(twice.result).toEqual(once.result);
  });

  it('knows a task by its id even where that is a name of JavaScript', async () => {
    const names = ['constructor', 'toString', 'hasOwnProperty'];
    const { result } = await reconciled(
      names.map((id) => aTask(id, { status: 'complete' })),
      aCheckpoint(),
    );
    expect(result.completedTasks).toEqual(names);
  });

  it('needs time that grows with the number of tasks and not with its square', async () => {
    const sprintOf = (size: number): ActualTask[] =>
      Array.from({ length: size }, (_, index) =>
        aTask(`TASK-${index}`, {
          status: index % 2 === 0 ? 'complete' : 'pending',
          dependsOn: index === 0 ? [] : [`TASK-${index - 1}`],
        }),
      );
    const fastest = async (size: number): Promise<number> => {
      const world = sprintOf(size);
      const checkpoint = aCheckpoint({
        completedTasks: world.filter((_, index) => index % 3 === 0).map(({ id }) => id),
      });
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round += 1) {
        const before = cpuTime();
        await reconcileTaskStatuses(checkpoint, world);
        best = Math.min(best, cpuTime() - before);
      }
      return best;
    };
    await fastest(2_000);
    const small = await fastest(2_000);
    const large = await fastest(40_000);
    // The square would be 400 times as much.
    expect(large / small).toBeLessThan(200);
  });
});
