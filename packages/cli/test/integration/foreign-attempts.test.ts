import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '@ginkoai/contract';
import { createGraphServer, type GraphServer } from '@ginkoai/graph';
import { createGraphClient } from '../../src/lib/perform/graph-client.js';
import { aCheckpoint } from '../support/history.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import type { WorkingCopy } from '../support/orchestrate-rig.js';
import { dryRunOfResume, resume } from '../support/resume-rehearsal.js';
import { flatPlan } from '../support/sprint-files.js';

const stage = new Stage();
const token = 'a-token-of-this-test-that-is-long-enough';
let graphTime: number;
let graph: GraphServer;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ginko-graph-'));
  stage.onClear(() => rmSync(folder, { recursive: true, force: true }));
  graphTime = Date.now();
  const served = await createGraphServer({
    database: join(folder, 'graph.db'),
    listen: { host: '127.0.0.1', port: 0 },
    token,
    extendLiveLeases: true,
    now: () => graphTime,
    onError: (error) => {
      throw error;
    },
  });
  graph = unwrap(served);
  stage.onClear(() => graph.close());
});

afterEach(() => stage.clear());

const elsewhere = {
  orchestratorId: 'orchestrator-elsewhere',
  host: 'another-host',
  bootId: 'another-boot',
  pid: 4711,
  processStartedAt: '1000',
  place: 'another-place',
};

const graphEnv = () => ({ GINKO_GRAPH_URL: graph.url, GINKO_GRAPH_TOKEN: token, GINKO_GRAPH_ID: 'graph-1' });

/** TASK-1 is at work on another machine, which has just renewed its lease. The working copy of this one. */
async function atWorkElsewhere(): Promise<WorkingCopy> {
  const client = createGraphClient({ url: graph.url, token, graphId: 'graph-1', retries: 0 });
  const { epoch } = unwrap(await client.acquireLease({ epicId: 'EPIC-1', holder: elsewhere, ttlMs: 30_000 }));
  const at = new Date(graphTime).toISOString();
  const state = aCheckpoint({
    epicId: 'EPIC-1',
    graphId: 'graph-1',
    epoch,
    orchestratorId: elsewhere.orchestratorId,
    savedAt: at,
    lastProgressAt: at,
    inProgressTasks: { 'TASK-1': 'local-1' },
    assignmentHistory: [
      {
        taskId: 'TASK-1',
        agentId: 'local-1',
        generation: 1,
        attempt: 1,
        status: 'assigned',
        assignedAt: at,
        place: elsewhere.place,
      },
    ],
    taskState: { 'TASK-1': { attempt: 1 } },
  });
  unwrap(await client.persistState({ orchestratorId: elsewhere.orchestratorId, epoch, epicId: 'EPIC-1', state }));
  return stage.copy({ plan: flatPlan(2), workMs: 10, env: graphEnv() });
}

const lost = { taskId: 'TASK-1', row: 'C12', sentence: 'Task TASK-1 was lost (attempt 1: its lease is over)' };
const waitedFor = {
  taskId: 'TASK-1',
  row: 'C11',
  sentence: 'Task TASK-1 is in progress (attempt 1); nothing is heard of local-1 yet',
};

describe('an attempt on another machine that is not heard of any more', () => {
  it.each([
    ['as ours does', 0],
    ['ten minutes behind ours', -600_000],
    ['ten minutes ahead of ours', 600_000],
  ])(
    'is given again once its time is over by the graph, whose clock stands %s, and not before; a dry run says the same',
    async (_, offsetMs) => {
      graphTime += offsetMs;
      const copy = await atWorkElsewhere();
      graphTime += 33_000;
      expect((await dryRunOfResume(copy, { env: graphEnv() })).decided).toEqual([waitedFor]);
      graphTime += 40_000;
      const dry = await dryRunOfResume(copy, { env: graphEnv() });
      expect(dry.decided).toEqual([lost]);
      expect(await resume(copy)).toEqual(dry);
    },
  );

  it.each([
    ['behind', -600_000],
    ['ahead of', 600_000],
  ])('is waited for although the clock of the graph is ten minutes %s ours', async (_, offsetMs) => {
    graphTime += offsetMs;
    const copy = await atWorkElsewhere();
    graphTime += 33_000;
    expect((await resume(copy)).decided).toEqual([waitedFor]);
  });
});
