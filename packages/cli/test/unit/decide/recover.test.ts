import type { NewRunEvent, OrchestratorCheckpoint } from '@ginkoai/contract';
import { applyEvent } from '../../../src/lib/decide/apply-event.js';
import { foreignFacts, recover, type GraphAnswer } from '../../../src/lib/decide/recover.js';
import type { RunState } from '../../../src/lib/decide/run-state.js';
import { stampEvent } from '../../../src/lib/orchestrator-state.js';
import { aRun, assigned, blocked, builtAt, completed, done } from '../../support/builders.js';

const at = (epoch: number, sequence: number, more: Partial<OrchestratorCheckpoint> = {}): RunState =>
  aRun([], { checkpoint: { epoch, sequence, ...more } });
const found = (state: RunState): GraphAnswer => ({ kind: 'found', state });
const none: GraphAnswer = { kind: 'none' };

describe('choosing what to go on from', () => {
  it('is nothing where nothing was saved anywhere', () => {
    expect(recover(null, none)).toBeNull();
    expect(recover(null, { kind: 'unavailable', why: 'connection refused' })).toBeNull();
  });

  it('is the local state where the graph has none, or does not answer, and says which', () => {
    expect(recover(at(1, 5), none)).toMatchObject({
      source: 'local',
      reason: 'graph has no state',
      recoveredFrom: 'run-1@5',
      base: { epoch: 1, sequence: 5 },
      facts: [],
    });
    expect(recover(at(1, 5), { kind: 'unavailable', why: 'connection refused' })?.reason).toBe(
      'graph unavailable: connection refused',
    );
  });

  it('is the graph on a machine that has nothing, or another run', () => {
    const ofGraph = { source: 'graph', reason: 'cross-machine recovery', recoveredFrom: 'run-1@5', facts: [] };
    expect(recover(null, found(at(1, 5)))).toMatchObject(ofGraph);
    expect(recover(at(9, 99, { runId: 'run-2', completedTasks: ['T'] }), found(at(1, 5)))).toMatchObject(ofGraph);
  });

  it('is the local run where its fresh start left that of the graph behind, and not the other way round', () => {
    const later = at(1, 3, { runId: 'run-3', replacedRuns: ['run-2', 'run-1'] });
    expect(recover(later, found(at(1, 50)))).toMatchObject({
      source: 'local',
      reason: 'the graph has an earlier run',
      recoveredFrom: 'run-3@3',
      facts: [],
    });
    expect(recover(at(1, 50), found(later))).toMatchObject({ source: 'graph', recoveredFrom: 'run-3@3' });
  });

  it.each([
    [1, 6, 'local', 'newer than the graph by 1 event'],
    [1, 17, 'local', 'newer than the graph by 12 events'],
    [2, 3, 'local', 'of a newer epoch than the graph'],
    [2, 8, 'local', 'newer than the graph by 3 events'],
    [1, 5, 'graph', 'cross-machine recovery'],
    [1, 4, 'graph', 'cross-machine recovery'],
    [0, 99, 'graph', 'cross-machine recovery'],
  ])('takes the greatest epoch, then the greatest sequence (local: %d, %d)', (epoch, sequence, source, reason) => {
    expect(recover(at(epoch, sequence), found(at(1, 5)))).toMatchObject({ source, reason });
  });

  it('finds what the state that was not chosen knows beyond it', () => {
    const chosen = recover(at(2, 9), found(at(1, 5, { completedTasks: ['T'], taskState: { T: { attempt: 1 } } })));
    expect(chosen).toMatchObject({ source: 'local', facts: [{ source: 'graph', taskId: 'T', isAccepted: true }] });
  });
});

describe('a completion that only the other source knows', () => {
  const reopened: NewRunEvent = { kind: 'task_reopened', taskId: 'T', generation: 2 };
  const lost: NewRunEvent = { kind: 'task_lost', taskId: 'T', generation: 1, attempt: 1, reason: 'lease_over' };
  const byPerson: NewRunEvent = { kind: 'task_completed', taskId: 'T', generation: 1, by: 'graph' };

  /** What becomes of `T`. */
  function taken(base: readonly NewRunEvent[], other: readonly NewRunEvent[]) {
    const state = aRun(base);
    const facts = foreignFacts(state, { source: 'local', state: aRun(other) });
    for (const { events } of facts) {
      for (const event of events) applyEvent(state, stampEvent(event, state.sequence, builtAt));
    }
    return { facts, status: state.tasks.get('T')?.status };
  }

  it.each([
    ['its attempt is open here', [assigned('T')], done('T')],
    ['its attempt was never heard of', [], done('T')],
    ['an earlier attempt was closed', [assigned('T'), lost], [assigned('T'), lost, ...secondAttempt()]],
    ['a person completed it', [], [byPerson]],
    ['a person completed it while it was blocked here', [blocked('T', 'person')], [byPerson]],
  ])('is accepted where %s', (_why, base, other) => {
    const { facts, status } = taken(base, other);
    expect(facts).toMatchObject([{ row: 'C26', taskId: 'T', isAccepted: true }]);
    expect(status).toBe('complete');
  });

  it.each([
    ['the task was reopened since', [...done('T'), reopened], done('T'), 'pending'],
    ['its attempt was closed here', [assigned('T'), lost], done('T'), 'pending'],
    ['a later attempt is open', [assigned('T'), lost, assigned('T', { attempt: 2 })], done('T'), 'in_progress'],
    ['a person completed what an agent works on', [assigned('T')], [byPerson], 'in_progress'],
    [
      'it is of a generation that is not known here',
      done('T'),
      [...done('T'), reopened, assigned('T', { generation: 2 }), completed('T', { generation: 2 })],
      'complete',
    ],
  ])('is told of, but not accepted, where %s', (_why, base, other, status) => {
    const result = taken(base, other);
    expect(result.facts).toMatchObject([{ row: 'C26', taskId: 'T', isAccepted: false, events: [] }]);
    expect(result.status).toBe(status);
  });

  it('names the attempt where an agent did it', () => {
    expect(taken([], done('T')).facts[0]?.attempt).toBe(1);
    expect(taken([], [byPerson]).facts[0]?.attempt).toBeNull();
  });

  it('is no news where it is known, incomplete, or of a task that is gone', () => {
    expect(taken(done('T'), done('T')).facts).toEqual([]);
    expect(taken([], [assigned('T')]).facts).toEqual([]);
    expect(taken([], [...done('T'), { kind: 'task_removed', taskId: 'T' }]).facts).toEqual([]);
  });

  it('of a checkpoint that does not say by whom counts as an agent’s', () => {
    const other = aRun([], { checkpoint: { completedTasks: ['T'], taskState: { T: { attempt: 2 } } } });
    const [fact] = foreignFacts(aRun(), { source: 'graph', state: other });
    expect(fact?.events.map(({ kind }) => kind)).toEqual(['task_assigned', 'task_completed']);
  });
});

function secondAttempt(): NewRunEvent[] {
  return [assigned('T', { attempt: 2 }), completed('T', { attempt: 2 })];
}
