import type { NewRunEvent } from '@ginkoai/contract';
import type { ActualTask } from '../../../src/lib/decide/actual-task.js';
import { applyEvent } from '../../../src/lib/decide/apply-event.js';
import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import type { Change } from '../../../src/lib/decide/change.js';
import { decideCycle } from '../../../src/lib/decide/decide-cycle.js';
import { defaultLimits, type RunLimits } from '../../../src/lib/decide/limits.js';
import { reconcile } from '../../../src/lib/decide/reconcile.js';
import type { RunState } from '../../../src/lib/decide/run-state.js';
import { stampEvent } from '../../../src/lib/orchestrator-state.js';
import { aDefinition, aRun, aSighting, assigned, aTask, blocked, builtAt, completed } from '../../support/builders.js';

const now = Date.parse(builtAt);
const limits: RunLimits = {
  ...defaultLimits,
  stallAfterMs: 60_000,
  maxRuntimeMs: null,
  startedAt: now,
  contextPressure: null,
};

interface Look {
  readonly world: readonly ActualTask[];
  readonly includeInProgress?: boolean;
}

/** Looks at the world, once more for each look. */
function looked(past: readonly NewRunEvent[], ...looks: readonly Look[]): { state: RunState; changes: Change[] } {
  const state = aRun(past);
  const changes: Change[] = [];
  for (const { world, includeInProgress = false } of looks) {
    applySprint(
      state,
      world.map(({ id, dependsOn = [] }, order) => aDefinition(id, { dependsOn, order })),
    );
    const context = { state, includeInProgress, keepRunning: false, includeKept: true, now, limits, chance: () => 0.5 };
    for (const change of reconcile(world, context)) {
      changes.push(change);
      for (const event of change.events) applyEvent(state, stampEvent(event, state.sequence, builtAt));
    }
  }
  return { state, changes };
}

const paused = { status: 'blocked', blockedReason: 'paused', by: 'sprint_file' } as const;
const missing = blocked('T', 'missing_dependency', 'depends on A, which the sprint does not have');
const held: NewRunEvent[] = [assigned('T'), { ...completed('T'), held: true }];

describe('a task that a person blocks while its dependencies block it already', () => {
  it('stays blocked when the dependencies are mended', () => {
    const { state } = looked([missing], { world: [aTask('T', { ...paused, dependsOn: [] })] });
    expect(state.tasks.get('T')).toMatchObject({ status: 'blocked', blocked: { reason: 'paused' } });
  });

  it('waits for its dependencies again when the person lifts the block', () => {
    const { state } = looked(
      [missing],
      { world: [aTask('T', { ...paused, dependsOn: ['A'] })] },
      { world: [aTask('T', { status: 'pending', dependsOn: ['A'] })] },
    );
    expect(state.tasks.get('T')?.blocked?.reason).toBe('missing_dependency');
  });

  it('is left to whoever marked it in progress', () => {
    const marked = { world: [aTask('T', { status: 'in_progress' })] };
    expect(looked([missing], marked).state.tasks.get('T')?.blocked?.reason).toBe('in_progress_elsewhere');
    const taken = looked([missing], { ...marked, includeInProgress: true });
    expect(taken.state.tasks.get('T')?.status).toBe('pending');
  });
});

describe('a task that starts anew', () => {
  it('is blocked again by dependencies that are still missing', () => {
    const definition = { title: 'other', body: 'other' };
    const past = [
      assigned('T', { body: 'first' }),
      { kind: 'task_released', taskId: 'T', generation: 1, attempt: 1, reason: 'stopped' },
      missing,
    ] as const;
    const { state, changes } = looked(past, { world: [aTask('T', { definition, dependsOn: ['A'] })] });
    expect(changes.map(({ row }) => row)).toEqual(['C31', 'C3', 'C34']);
    expect(state.tasks.get('T')).toMatchObject({ generation: 2, blocked: { reason: 'missing_dependency' } });
  });
});

describe('a task that is held for somebody else', () => {
  it('is taken once that is asked for, although nothing about it is news', () => {
    const past = [blocked('T', 'in_progress_elsewhere')];
    const world = [aTask('T', { status: 'blocked' })];
    expect(looked(past, { world }).state.tasks.get('T')?.status).toBe('blocked');
    const { state, changes } = looked(past, { world, includeInProgress: true });
    expect(changes).toMatchObject([{ row: 'C4b', sentence: 'Task T unblocked' }]);
    expect(state.tasks.get('T')?.status).toBe('pending');
  });
});

describe('a task without attempts left', () => {
  const failed = (attempt: number): NewRunEvent[] => [
    assigned('T', { attempt }),
    {
      kind: 'task_failed',
      taskId: 'T',
      generation: 1,
      attempt,
      agentId: 'local-1',
      failure: { code: 'agent_failed', message: 'no' },
    },
  ];
  const lost = (attempt: number): NewRunEvent[] => [
    assigned('T', { attempt }),
    { kind: 'task_lost', taskId: 'T', generation: 1, attempt, reason: 'lease_over' },
  ];

  it.each([
    ['failed', [1, 2, 3].flatMap(failed), 'attempts_exhausted'],
    ['was lost', [1, 2, 3, 4, 5].flatMap(lost), 'losses_exhausted'],
  ] as const)('starts a new generation when it %s and a person paused and released it', (_, past, reason) => {
    const { state, changes } = looked(
      [...past, blocked('T', reason)],
      { world: [aTask('T', paused)] },
      { world: [aTask('T')] },
    );
    expect(changes.map(({ row }) => row)).toEqual(['C4a', 'C28']);
    expect(state.tasks.get('T')).toMatchObject({ generation: 2, attempt: 0, failures: 0, losses: 0 });
  });
});

describe('work that is held until new dependencies are complete', () => {
  it.each(['blocked', 'cancelled'] as const)('is %s when a person says so, and never counts then', (status) => {
    const { state } = looked(held, { world: [aTask('T', { status }), aTask('NEW', { status: 'complete' })] });
    expect(state.tasks.get('T')?.status).toBe(status);
    const { decisions } = decideCycle(state, now, limits);
    expect(decisions.some(({ kind }) => kind === 'record')).toBe(false);
  });

  it('goes on waiting when its mark is taken back: it was never shown as complete', () => {
    const { changes } = looked(held, { world: [aTask('T', { dependsOn: ['NEW'] }), aTask('NEW')] });
    expect(changes[0]).toMatchObject({ row: 'C20', isKept: true });
  });

  it('is there again when the person lifts the block', () => {
    const world = [aTask('T', { dependsOn: ['NEW'] }), aTask('NEW')];
    const { state } = looked([...held, blocked('T', 'person')], { world });
    expect(state.tasks.get('T')).toMatchObject({ status: 'in_progress', held: true, blocked: null });
    expect(state.held.size).toBe(1);
  });

  it('blocks tasks that it waits for and that wait for it, with the circle spelled out', () => {
    const world = [
      aTask('T', { status: 'in_progress', dependsOn: ['NEW'] }),
      aTask('NEW', { status: 'pending', dependsOn: ['T'] }),
    ];
    const { state } = looked(held, { world });
    expect(state.tasks.get('NEW')?.blocked).toEqual({ reason: 'dependency_cycle', detail: 'T -> NEW -> T' });
    expect(state.tasks.get('T')?.status).toBe('in_progress');
    expect(decideCycle(state, now, limits).decisions).toMatchObject([{ kind: 'stop', reason: 'dependency_cycle' }]);
  });
});

describe('an attempt of ours that the record lacks', () => {
  const atWork = (fields: Partial<ActualTask>) => ({ world: [aTask('T', { assignment: aSighting(), ...fields })] });
  const attempt = { taskId: 'T', generation: 1, attempt: 1 };

  it.each([
    ['pauses its task', paused, 'blocked'],
    ['cancels its task', { status: 'cancelled' }, 'cancelled'],
    ['completes its task in the graph', { status: 'complete', by: 'graph' }, 'complete'],
  ] as const)('is stopped when a person %s', (_, word, status) => {
    const { state, changes } = looked([], atWork(word));
    expect(changes).toMatchObject([{ stop: attempt }]);
    expect(state.tasks.get('T')).toMatchObject({ status, assignment: null });
  });

  it('is adopted when the mark is ticked: that may be its own word', () => {
    const { state, changes } = looked([], atWork({ status: 'complete', by: 'sprint_file' }));
    expect(changes).toMatchObject([{ row: 'C5' }]);
    expect(state.tasks.get('T')?.status).toBe('in_progress');
  });
});

describe('an attempt of another run', () => {
  it.each([
    ['complete', 'complete'],
    ['blocked', 'blocked'],
  ] as const)('does not outweigh a person who says %s', (status, expected) => {
    const world = [aTask('T', { status, assignment: aSighting({ runId: 'run-other' }) })];
    expect(looked([], { world }).state.tasks.get('T')).toMatchObject({ status: expected });
    expect(looked([], { world }).state.tasks.get('T')?.blocked?.reason).not.toBe('foreign_assignment');
  });
});

describe('a task whose dependencies change from look to look', () => {
  const look = (...tasks: readonly [id: string, ...dependsOn: string[]][]): { world: ActualTask[] } => ({
    world: tasks.map(([id, ...dependsOn]) => aTask(id, { status: 'pending', dependsOn })),
  });
  const standing = (...looks: ReturnType<typeof look>[]): string | undefined => {
    const facts = looked([], ...looks).state.tasks.get('T');
    return facts?.blocked?.reason ?? facts?.status;
  };
  const fine = look(['A'], ['T', 'A']);
  const gone = look(['T', 'A']);
  const round = look(['A', 'T'], ['T', 'A']);

  it('is blocked while one is missing, and no longer', () => {
    expect(standing(fine, gone)).toBe('missing_dependency');
    expect(standing(fine, gone, fine)).toBe('pending');
  });

  it('is blocked while they go round in a circle, and no longer', () => {
    expect(standing(fine, round)).toBe('dependency_cycle');
    expect(standing(fine, round, fine)).toBe('pending');
  });

  it('waits for one that stands below it', () => {
    expect(standing(look(['T', 'A'], ['A']))).toBe('pending');
  });
});
