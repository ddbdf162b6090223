import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { findFaults, settled } from '../support/orchestrate-rig-history.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { ofKind, told, until, type WorkingCopy } from '../support/orchestrate-rig.js';
import type { GinkoProcess, GraphProcess } from '../support/processes.js';
import { flatPlan } from '../support/sprint-files.js';
import { graphError, html, startLoopbackServer, type Behaviour } from '../support/loopback-server.js';

const stage = new Stage();

afterEach(() => stage.clear());

const plan = flatPlan(24);
const workMs = 100;

const graphAt = (url: string) => ({
  GINKO_GRAPH_URL: url,
  GINKO_GRAPH_TOKEN: 'chosen-by-us',
  GINKO_GRAPH_ID: 'graph-1',
});

/** From the first assignment to the last completion, by the run's own clock. */
function workedMs({ lines }: GinkoProcess): number {
  const at = (kind: string, index: number): number => Date.parse(String(ofKind(lines, kind).at(index)?.['at']));
  return at('task_completed', -1) - at('task_assigned', 0);
}

async function undisturbedMs(): Promise<number> {
  const running = stage.copy({ plan, workMs }).orchestrate();
  expect((await running.ended).code).toBe(0);
  return workedMs(running);
}

/** An address where nobody listens. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

async function liarUrl(behaviour: Behaviour): Promise<string> {
  const server = await startLoopbackServer(behaviour);
  stage.onClear(() => server.close());
  return server.url;
}

async function completedInGraph(graph: GraphProcess): Promise<readonly string[]> {
  const read = await graph.client().readState({ epicId: 'EPIC-1' });
  return read.ok ? (read.value.state?.completedTasks ?? []) : [];
}

async function statusInGraph(graph: GraphProcess, taskId: string): Promise<object> {
  const told = await graph.client().taskStatus({ taskId, epicId: 'EPIC-1' });
  if (!told.ok) throw new Error(told.failure.message);
  return told.value;
}

/** A run that waited for the graph would wait for the time limit of a call, which is 10 s; the rest is for a busy machine. */
const lessThanATimeoutMs = 8_000;

const allIds = plan.map(({ id }) => id).sort();

describe('a graph that', () => {
  it.each([
    ['answers 500', () => liarUrl(graphError(500, 'internal'))],
    ['answers 401', () => liarUrl(graphError(401, 'unauthorized'))],
    ['answers with a web page', () => liarUrl(html(200))],
    ['is not there', deadUrl],
  ])('%s slows no run down, is told of once, and a resume goes on from the local state', async (_, urlOf) => {
    const url = await urlOf();
    const usual = await undisturbedMs();
    const copy = stage.copy({ plan, workMs, env: graphAt(url) });
    const running = copy.orchestrate();
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(findFaults(copy)).toEqual(settled);
    expect(workedMs(running)).toBeLessThan(usual * 3 + lessThanATimeoutMs);
    expect(running.lines.filter((line) => line.includes(url))).toHaveLength(1);

    const resumed = await copy.orchestrateInWords(['--resume']).ended;
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/^✓ Recovered state from local checkpoint \(graph unavailable: .*127\.0\.0\.1/);
  });

  it('hangs in the middle of a run slows it no more, and has its end at the next start', async () => {
    const usual = await undisturbedMs();
    const graph = await stage.graph();
    const copy = stage.copy({ plan, workMs, env: graph.env });
    const running = copy.orchestrate();
    await running.prints(told('task_completed', 3));
    graph.process.kill('SIGSTOP');
    await running.prints(told('task_completed', plan.length));
    const doneAt = performance.now();
    expect((await running.ended).code).toBe(0);
    // The last word to the graph is bounded by 5 s, and the release of the lease by 2 s.
    expect(performance.now() - doneAt).toBeLessThan(7_000 + lessThanATimeoutMs);
    expect(workedMs(running)).toBeLessThan(usual * 3 + lessThanATimeoutMs);
    graph.process.kill('SIGCONT');
    expect((await copy.orchestrate(['--resume']).ended).code).toBe(0);
    expect([...(await completedInGraph(graph))].sort()).toEqual(allIds);
    expect(findFaults(copy)).toEqual(settled);
  });

  it('is asked about a task tells how it stands, and carries a word about it', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan: flatPlan(3), workMs: 10, env: graph.env });
    copy.hold('TASK-3');
    const running = copy.orchestrate(['--persist-interval', '100ms']);
    await running.prints(told('task_completed', 2));
    await until(async () => {
      const { status } = { status: '', ...(await statusInGraph(graph, 'TASK-1')) };
      return status === 'complete';
    });
    expect(await statusInGraph(graph, 'TASK-3')).toMatchObject({
      title: 'The work of TASK-3',
      status: 'in_progress',
      revision: 0,
    });
    copy.release('TASK-3');
    expect((await running.ended).code).toBe(0);
    expect(await statusInGraph(graph, 'TASK-3')).toMatchObject({ status: 'complete' });
  });

  it('dies and comes back catches up while the run goes on', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan, workMs, env: graph.env });
    copy.hold('TASK-24');
    const running = copy.orchestrate();
    await running.prints(told('task_completed', 3));
    await graph.end();
    await running.prints(told('task_completed', 23));
    await running.prints(told('persist_failed'));
    const again = await stage.graphAgain(graph.folder, new URL(graph.url).host);
    await running.prints(told('graph_restored'));
    await until(async () => (await completedInGraph(again)).length === 23);
    copy.release('TASK-24');
    expect((await running.ended).code).toBe(0);
    expect(ofKind(running.lines, 'persist_failed')).toHaveLength(1);
    expect([...(await completedInGraph(again))].sort()).toEqual(allIds);
    expect(findFaults(copy)).toEqual(settled);
  });
});

describe('a run without a lease gets one when the graph is back', () => {
  /** Runs until a lease is granted, and to the end. */
  async function endsWithLease(copy: WorkingCopy, running: GinkoProcess): Promise<void> {
    await running.prints((lines) => told('lease_granted')(lines) || told('lease_lost')(lines));
    expect(ofKind(running.lines, 'lease_lost')).toEqual([]);
    copy.release();
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(findFaults(copy)).toEqual(settled);
  }

  it('after a resume whose predecessor had held it', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan, workMs, env: graph.env });
    copy.hold('TASK-24');
    const first = copy.orchestrate();
    await first.prints(told('task_completed', 5));
    await first.killHard();
    await graph.end();
    // One resume more, so that the last one that is known is not the one that held it.
    const second = copy.orchestrate(['--resume']);
    await second.prints(told('recovered'));
    await second.killHard();
    const third = copy.orchestrate(['--resume']);
    await third.prints(told('recovered'));
    const again = await stage.graphAgain(graph.folder, new URL(graph.url).host);
    await third.prints((lines) => told('lease_granted')(lines) || told('lease_lost')(lines));
    copy.release('TASK-24');
    await endsWithLease(copy, third);
    expect([...(await completedInGraph(again))].sort()).toEqual(allIds);
  });

  it('after a start without any', async () => {
    const graph = await stage.graph();
    await graph.end();
    const copy = stage.copy({ plan, workMs, env: graph.env });
    copy.hold();
    const running = copy.orchestrate();
    await running.prints(told('task_started', 4));
    const again = await stage.graphAgain(graph.folder, new URL(graph.url).host);
    await endsWithLease(copy, running);
    expect([...(await completedInGraph(again))].sort()).toEqual(allIds);
  });
});
