import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseView } from '@ginkoai/contract';
import { findFaults, settled } from '../support/orchestrate-rig-history.js';
import { Stage } from '../support/orchestrate-rig-stage.js';
import { until, type WorkingCopy } from '../support/orchestrate-rig.js';
import type { GraphProcess } from '../support/processes.js';
import { flatPlan } from '../support/sprint-files.js';

const stage = new Stage();

afterEach(() => stage.clear());

async function leaseIn(graph: GraphProcess): Promise<LeaseView | null> {
  const read = await graph.client().readLease({ epicId: 'EPIC-1' });
  if (!read.ok) throw new Error(read.failure.message);
  return read.value.lease;
}

/** The start fails after the lease was granted: damaged marks cannot be moved into the quarantine. */
function breakMarks({ stateDirectory }: WorkingCopy): () => void {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  const broken = ['marks.json', 'quarantine'].map((name) => join(stateDirectory, name));
  for (const path of broken) writeFileSync(path, 'broken');
  return () => broken.forEach((path) => rmSync(path));
}

describe('a start that fails after the graph has granted the lease', () => {
  it('keeps no other machine waiting', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan: flatPlan(2), workMs: 10, env: graph.env });
    breakMarks(copy);
    const { code, stderr } = await copy.orchestrate().ended;
    expect(code).toBe(1);
    expect(stderr).toContain('quarantine');
    expect(await leaseIn(graph)).toMatchObject({ epoch: 1, released: true });
    const other = stage.copy({ plan: flatPlan(2), workMs: 10, env: graph.env });
    expect((await other.orchestrate().ended).code).toBe(0);
  });

  it('keeps the lease while agents of a killed orchestrator are at work here', async () => {
    const graph = await stage.graph();
    const copy = stage.copy({ plan: flatPlan(2), workMs: 10, env: graph.env });
    copy.hold();
    const killed = copy.orchestrate();
    await until(() => copy.ledger().attempts.length === 2);
    await killed.killHard();
    const repair = breakMarks(copy);
    expect((await copy.orchestrate(['--resume']).ended).code).toBe(1);
    expect(await leaseIn(graph)).toMatchObject({ epoch: 2, released: false });
    repair();
    copy.release();
    expect((await copy.orchestrate(['--resume']).ended).code).toBe(0);
    expect(copy.ledger().attempts).toHaveLength(2);
  });
});

describe('a run that meets a bug', () => {
  it('says so, ends by itself, and holds nobody up', async () => {
    const preload = new URL('../support/bug-in-journal.js', import.meta.url).href;
    const copy = stage.copy({ plan: flatPlan(6), workMs: 10 });
    const { code, stderr } = await copy.orchestrate([], { NODE_OPTIONS: `--import ${preload}` }).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error that it does not expect.*--resume goes on[^]*TypeError: this is a bug[^]*journal\.ts/,
    );
    const resumed = await copy.orchestrate(['--resume']).ended;
    expect({ code: resumed.code, stderr: resumed.stderr }).toEqual({ code: 0, stderr: '' });
    expect(findFaults(copy)).toEqual(settled);
  });
});
