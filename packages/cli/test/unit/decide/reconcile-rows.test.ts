import { configSchema, type NewRunEvent } from '@ginkoai/contract';
import type { ActualTask } from '../../../src/lib/decide/actual-task.js';
import { applyEvent } from '../../../src/lib/decide/apply-event.js';
import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { reconciliationRows, type Change, type ReconciliationRow } from '../../../src/lib/decide/change.js';
import { closeAttempt } from '../../../src/lib/decide/close-attempt.js';
import { decideCycle } from '../../../src/lib/decide/decide-cycle.js';
import { judgeWorld } from '../../../src/lib/decide/judge-world.js';
import { defaultLimits, type RunLimits } from '../../../src/lib/decide/limits.js';
import { reconcile } from '../../../src/lib/decide/reconcile.js';
import { foreignFacts } from '../../../src/lib/decide/recover.js';
import type { RunState } from '../../../src/lib/decide/run-state.js';
import type { Prepared } from '../../../src/lib/perform/prepared.js';
import { stampEvent } from '../../../src/lib/orchestrator-state.js';
import { preflight } from '../../../src/lib/perform/preflight.js';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import {
  aDefinition,
  aRun,
  aRunOf,
  aSighting,
  assigned,
  aTask,
  blocked,
  builtAt,
  completed,
  done,
} from '../../support/builders.js';

const now = Date.parse(builtAt);
const limits: RunLimits = {
  ...defaultLimits,
  stallAfterMs: 60_000,
  maxRuntimeMs: null,
  startedAt: now,
  contextPressure: null,
};
const closing = { now, limits, chance: () => 0.5 };

/** The rows that the code itself named in these cases. */
const produced = new Set<ReconciliationRow>();

interface Case {
  /** What happened before. */
  readonly past?: readonly NewRunEvent[];
  readonly world: readonly ActualTask[];
  readonly includeInProgress?: boolean;
  readonly keepRunning?: boolean;
}

interface Reconciled {
  readonly state: RunState;
  readonly changes: readonly Change[];
}

/** As a resume does it: the sprint, the changes, their events folded. */
function reconciled({ past = [], world, includeInProgress = false, keepRunning = false }: Case): Reconciled {
  const state = aRun(past);
  applySprint(
    state,
    world.map(({ id, dependsOn = [] }, order) => aDefinition(id, { dependsOn, order })),
  );
  const context = { state, includeInProgress, keepRunning, ...closing };
  const changes = reconcile(world, { ...context, includeKept: true });
  expect(reconcile(world, { ...context, includeKept: false })).toEqual(changes.filter(({ isKept }) => isKept !== true));
  for (const { row, events } of changes) {
    produced.add(row);
    for (const event of events) applyEvent(state, stampEvent(event, state.sequence, builtAt));
  }
  return { state, changes };
}

/** Of a case that is about one task, `T`. */
function one(of: Case) {
  const { state, changes } = reconciled(of);
  const [change, ...more] = changes.filter(({ taskId }) => taskId === 'T');
  if (change === undefined) throw new Error('Nothing was found.');
  return { state, change, more, task: state.tasks.get('T') };
}

/** With nothing in it but a sprint. */
function aPreparedRun(text: string): Prepared {
  const file = '/project/docs/sprints/sprint.md';
  const sprint = parseSprint(text, 'sprint.md');
  return {
    specs: [],
    options: { isTrusted: true, verify: null },
    config: configSchema.parse({}),
    found: { root: '/project', file, text, sprint },
  } as unknown as Prepared;
}

const T = (fields: Partial<ActualTask> = {}): ActualTask[] => [aTask('T', fields)];
const attempt1 = { taskId: 'T', generation: 1, attempt: 1 };
const atWork = [assigned('T')];
const running = (fields: Partial<ActualTask> = {}): ActualTask[] => T({ status: 'in_progress', ...fields });

describe('what we know against what is true', () => {
  it('C1: a new task is pending, and one that comes back to the sprint too', () => {
    expect(one({ world: T() }).task).toMatchObject({ status: 'pending', generation: 1 });
    const back = one({ past: [{ kind: 'task_removed', taskId: 'T' }], world: T() });
    expect(back.change).toMatchObject({ row: 'C1', sentence: 'Task T is back in the sprint' });
    expect(back.task).toMatchObject({ status: 'pending', removed: false });
  });

  it('C2: an agent at work on a task that we do not know keeps it', () => {
    const { change, task } = one({ world: running({ assignment: aSighting({ agentId: 'remote-1' }) }) });
    expect(change).toMatchObject({ row: 'C2', sentence: 'Task T adopted: remote-1 is at work on it' });
    expect(task).toMatchObject({ status: 'in_progress', attempt: 1, assignment: { agentId: 'remote-1' } });
  });

  it('C3: a pending task stays pending', () => {
    const { change, task } = one({ world: T() });
    expect(change).toMatchObject({ row: 'C3', events: [], isKept: true });
    expect(task?.status).toBe('pending');
  });

  it('C3: what an agent once did in an earlier attempt or generation says nothing', () => {
    const reopened: NewRunEvent[] = [...done('T'), { kind: 'task_reopened', taskId: 'T', generation: 2 }];
    for (const state of ['running', 'completed'] as const) {
      const { change } = one({ past: reopened, world: T({ assignment: aSighting({ attempt: 7, state }) }) });
      expect(change).toMatchObject({ row: 'C3', events: [] });
    }
    const closed: NewRunEvent[] = [...atWork, { kind: 'task_lost', ...attempt1, reason: 'lease_over' }];
    expect(one({ past: closed, world: T({ assignment: aSighting() }) }).change.row).toBe('C3');
    expect(one({ world: T({ assignment: aSighting({ state: 'silent' }) }) }).change.row).toBe('C3');
  });

  it('C4: a task that was completed elsewhere is complete, and its dependants go on', () => {
    const { state, changes } = reconciled({
      world: [aTask('T', { status: 'complete' }), aTask('NEXT', { dependsOn: ['T'] })],
    });
    expect(changes[0]).toMatchObject({ row: 'C4', sentence: 'Task T completed externally' });
    expect(state.tasks.get('T')).toMatchObject({ status: 'complete', completedBy: 'sprint_file' });
    expect(state.tasks.get('NEXT')?.unmet).toBe(0);
  });

  it('C4: what the graph completed is owed to the sprint file', () => {
    const { change, task } = one({ world: T({ status: 'complete', by: 'graph' }) });
    expect(change).toMatchObject({ row: 'C4', writeMark: true });
    expect(task?.completedBy).toBe('graph');
  });

  it.each([
    ['blocked', undefined, undefined, 'person', 'Task T blocked by a person'],
    ['blocked', 'paused', undefined, 'paused', 'Task T paused by a person'],
    ['blocked', 'person', 'no access yet', 'person', 'Task T blocked: no access yet'],
    ['cancelled', undefined, 'not needed', 'cancelled', 'Task T cancelled: not needed'],
  ] as const)(
    'C4a: a task that a person set to %s (%s) is so, with the reason',
    (status, why, reason, is, sentence) => {
      const said = {
        ...(why === undefined ? {} : { blockedReason: why }),
        ...(reason === undefined ? {} : { reason }),
      };
      const { change, task } = one({ world: T({ status, ...said }) });
      expect(change).toMatchObject({ row: 'C4a', sentence });
      expect(task).toMatchObject({ status, blocked: { reason: is } });
      expect(task?.blocked?.detail).toBe(reason);
    },
  );

  it('C4a: what depends on a cancelled task is blocked', () => {
    const { state } = reconciled({
      world: [aTask('T', { status: 'cancelled' }), aTask('NEXT', { dependsOn: ['T'] })],
    });
    expect(state.tasks.get('NEXT')?.blocked).toEqual({
      reason: 'dependency_cancelled',
      detail: 'depends on T, which was cancelled',
    });
  });

  it('C4b: a task that somebody else marked in progress is held', () => {
    const { change, task } = one({ world: running() });
    expect(change.row).toBe('C4b');
    expect(task?.blocked?.reason).toBe('in_progress_elsewhere');
  });

  it('C4b: it is taken all the same where that was asked for', () => {
    expect(one({ world: running(), includeInProgress: true }).task?.status).toBe('pending');
    const held = { past: [blocked('T', 'in_progress_elsewhere')], world: running() };
    expect(one({ ...held, includeInProgress: true })).toMatchObject({
      change: { row: 'C4b' },
      task: { status: 'pending' },
    });
    expect(one(held)).toMatchObject({ change: { row: 'C3', isKept: true }, task: { status: 'blocked' } });
  });

  it('C5: an attempt of an older epoch whose agent is alive is adopted', () => {
    const world = T({ assignment: aSighting({ agentId: 'local-2', runId: 'run-1', place: 'place-1' }) });
    const { change, task } = one({ world });
    expect(change.row).toBe('C5');
    expect(task).toMatchObject({ status: 'in_progress', assignment: { agentId: 'local-2', place: 'place-1' } });
  });

  it('C5: with it comes the generation that a lost journal had opened', () => {
    const { change, task } = one({ world: T({ assignment: aSighting({ generation: 3, attempt: 2 }) }) });
    expect(change.events.map(({ kind }) => kind)).toEqual(['task_reopened', 'task_assigned', 'task_adopted']);
    expect(task).toMatchObject({ status: 'in_progress', generation: 3, attempt: 2 });
  });

  it('C6: a task that another run has given out is left alone', () => {
    const { change, task } = one({ world: T({ assignment: aSighting({ runId: 'run-2' }) }) });
    expect(change).toMatchObject({ row: 'C6', isWarning: true });
    expect(task?.blocked).toEqual({ reason: 'foreign_assignment', detail: 'assigned to an agent by run run-2' });
  });

  it('C7: an intent that nobody took up is dropped', () => {
    const { change, task } = one({
      past: atWork,
      world: running({ assignment: aSighting({ state: 'not_accepted' }) }),
    });
    expect(change).toMatchObject({ row: 'C7', sentence: 'Task T had not been started; given again' });
    expect(task).toMatchObject({ status: 'pending', assignment: null, failures: 0, losses: 0 });
  });

  it('C8: an assignment that the graph has is told to the agent again, under the same id', () => {
    const { change, task } = one({ past: atWork, world: running({ assignment: aSighting({ state: 'sent' }) }) });
    expect(change).toMatchObject({ row: 'C8', events: [], resend: attempt1 });
    expect(task).toMatchObject({ status: 'in_progress', attempt: 1 });
  });

  it('C9: one that may have arrived is given to nobody else', () => {
    const { change, state } = one({ past: atWork, world: running({ assignment: aSighting({ state: 'unheard' }) }) });
    expect(change).toMatchObject({ row: 'C9', events: [] });
    expect(change).not.toHaveProperty('isKept');
    expect(state.queues.nextNotBefore()).toBeNull();
    expect(state.open.size).toBe(1);
  });

  it('C10: an attempt that is alive is watched on', () => {
    const { change, task } = one({ past: atWork, world: running({ assignment: aSighting() }) });
    expect(change).toMatchObject({ row: 'C10', sentence: 'Task T is still running (local-1, attempt 1); adopted' });
    expect(change.events.map(({ kind }) => kind)).toEqual(['task_adopted']);
    expect(task?.status).toBe('in_progress');
    expect(one({ past: atWork, world: running() }).change).toMatchObject({ row: 'C10', isKept: true });
  });

  it('C11: an agent that is silent has time until its lease is over', () => {
    const { change, task } = one({ past: atWork, world: running({ assignment: aSighting({ state: 'silent' }) }) });
    expect(change).toMatchObject({ row: 'C11', events: [] });
    expect(change).not.toHaveProperty('isKept');
    expect(task?.status).toBe('in_progress');
  });

  it.each([
    ['lease_over', 'its lease is over'],
    ['process_gone', 'its process is gone without a result'],
    ['launcher_gone', 'its process is gone without a result'],
    [undefined, 'its lease is over'],
  ] as const)('C12: an attempt without an agent (%s) is lost, and the next one follows', (lossReason, words) => {
    const assignment = aSighting({ state: 'lost', ...(lossReason === undefined ? {} : { lossReason }) });
    const { change, task } = one({ past: atWork, world: running({ assignment }) });
    expect(change).toMatchObject({ row: 'C12', sentence: `Task T was lost (attempt 1: ${words})` });
    expect(task).toMatchObject({ status: 'pending', losses: 1, failures: 0 });
  });

  it('C12: after the last loss the task waits for a person', () => {
    const past: NewRunEvent[] = [1, 2, 3, 4].flatMap((attempt) => [
      assigned('T', { attempt }),
      { kind: 'task_lost', ...attempt1, attempt, reason: 'lease_over' },
    ]);
    const { task } = one({
      past: [...past, assigned('T', { attempt: 5 })],
      world: running({ assignment: aSighting({ attempt: 5, state: 'lost' }) }),
    });
    expect(task?.blocked?.reason).toBe('losses_exhausted');
  });

  it('C13: an attempt on a machine that is gone is lost', () => {
    const assignment = aSighting({ state: 'lost', lossReason: 'machine_gone' });
    const { change, task } = one({ past: atWork, world: running({ assignment }) });
    expect(change).toMatchObject({ row: 'C13', sentence: 'Task T was lost (attempt 1: its machine is gone)' });
    expect(task).toMatchObject({ status: 'pending', losses: 1 });
  });

  it('C14: a later attempt in the graph wins, and ours is stopped', () => {
    const later = aSighting({ agentId: 'remote-1', attempt: 3 });
    const { change, task } = one({ past: atWork, world: running({ assignment: later }) });
    expect(change).toMatchObject({ row: 'C14', stop: attempt1 });
    expect(task).toMatchObject({ status: 'in_progress', attempt: 3, assignment: { agentId: 'remote-1' } });
  });

  it('C14: a later attempt that is over already counts as what it was', () => {
    const later = aSighting({ attempt: 2, state: 'completed' });
    const { change, task } = one({ past: atWork, world: running({ assignment: later }) });
    expect(change).toMatchObject({ row: 'C14', stop: attempt1 });
    expect(task).toMatchObject({ status: 'complete', attempt: 2, assignment: null });
  });

  it('C14: nor is one that failed or was lost taken for one at work', () => {
    const failedLater = aSighting({ attempt: 2, state: 'failed', failure: { code: 'agent_failed', message: 'no' } });
    const failed = one({ past: atWork, world: running({ assignment: failedLater }) });
    expect(failed.change.events.map(({ kind }) => kind)).toEqual([
      'task_released',
      'task_assigned',
      'task_failed',
      'task_retry_scheduled',
    ]);
    expect(failed.task).toMatchObject({ status: 'pending', attempt: 2, failures: 1, assignment: null });
    const lostLater = aSighting({ attempt: 4, state: 'lost', lossReason: 'process_gone' });
    const lost = one({ past: atWork, world: running({ assignment: lostLater }) });
    expect(lost.task).toMatchObject({ status: 'pending', attempt: 4, losses: 1, assignment: null });
  });

  it('C17: an attempt that the record lacks and that failed counts, and its number is used up', () => {
    const failure = { code: 'agent_failed', message: 'no' } as const;
    const { change, task } = one({ world: T({ assignment: aSighting({ state: 'failed', failure }) }) });
    expect(change).toMatchObject({ row: 'C17', sentence: 'Task T failed meanwhile (attempt 1)' });
    expect(task).toMatchObject({ status: 'pending', attempt: 1, failures: 1 });
    const anew = one({
      past: atWork,
      world: running({ assignment: aSighting({ generation: 2, state: 'failed', failure }) }),
    });
    expect(anew.task).toMatchObject({ status: 'pending', generation: 2, attempt: 1, failures: 1 });
  });

  it('C15: an attempt that was completed meanwhile completes its task', () => {
    const assignment = aSighting({ state: 'completed', summary: 'Done.', durationMs: 5, usage: { tokens: 7 } });
    const { change, task, state } = one({ past: atWork, world: running({ assignment }) });
    expect(change).toMatchObject({
      row: 'C15',
      sentence: 'Task T was completed meanwhile (attempt 1)',
      writeMark: true,
      events: [{ kind: 'task_completed', summary: 'Done.', durationMs: 5 }],
    });
    expect(task).toMatchObject({ status: 'complete', completedBy: 'agent' });
    expect(state.usage.tokens).toBe(7);
  });

  it('C15: so does one whose assignment was news to us', () => {
    const world = T({ assignment: aSighting({ state: 'completed', usage: { costUsd: 2 } }) });
    const { change, task, state } = one({ world });
    expect(change).toMatchObject({ row: 'C15', writeMark: true });
    expect(task).toMatchObject({ status: 'complete', attempt: 1 });
    expect(state.usage.costUsd).toBe(2);
    const again = one({ world: T({ assignment: aSighting({ state: 'completed' }) }) });
    expect(again.task?.status).toBe('complete');
  });

  it('C16: a running task that a person completed is complete, and its attempt stopped', () => {
    const { change, task } = one({ past: atWork, world: T({ status: 'complete', by: 'graph' }) });
    expect(change).toMatchObject({ row: 'C16', sentence: 'Task T completed externally', stop: attempt1 });
    expect(task).toMatchObject({ status: 'complete', completedBy: 'graph', assignment: null });
  });

  it('C16: nor is it given out again because the attempt ended badly meanwhile', () => {
    const assignment = aSighting({ state: 'lost', lossReason: 'process_gone' });
    const { change, task } = one({ past: atWork, world: T({ status: 'complete', by: 'graph', assignment }) });
    expect(change).toMatchObject({ row: 'C16', sentence: 'Task T completed externally' });
    expect(task).toMatchObject({ status: 'complete', losses: 0 });
  });

  it('C16a: a mark that was ticked while the attempt runs is its word, and counts when it ends well', () => {
    const { change, task } = one({ past: atWork, world: running({ isTickedMeanwhile: true }) });
    expect(change).toMatchObject({ row: 'C16a', events: [] });
    expect(task?.status).toBe('in_progress');
  });

  it('C17: an attempt that failed is counted, and the next one follows after a while', () => {
    const { change, task } = one({ past: atWork, world: running({ assignment: aSighting({ state: 'failed' }) }) });
    expect(change).toMatchObject({ row: 'C17', sentence: 'Task T failed meanwhile (attempt 1)' });
    expect(task).toMatchObject({ status: 'pending', failures: 1, notBefore: now + 5_000 });
  });

  it('C17: after the last failure the task waits for a person', () => {
    const failure = { code: 'agent_failed', message: 'it ended with 1' } as const;
    const past: NewRunEvent[] = [1, 2].flatMap((attempt) => [
      assigned('T', { attempt }),
      { kind: 'task_failed', ...attempt1, attempt, agentId: 'local-1', failure },
    ]);
    const { task } = one({
      past: [...past, assigned('T', { attempt: 3 })],
      world: running({ assignment: aSighting({ attempt: 3, state: 'failed', failure }) }),
    });
    expect(task?.blocked).toEqual({
      reason: 'attempts_exhausted',
      detail: '3 attempts failed, the last one: it ended with 1',
    });
  });

  it('C17: an agent that gave up or was throttled has not failed', () => {
    const gaveUp = (detail: object) =>
      one({ past: atWork, world: running({ assignment: aSighting({ state: 'ended_blocked', ...detail }) }) }).task;
    expect(gaveUp({ detail: 'needs a key' })).toMatchObject({
      failures: 0,
      blocked: { reason: 'agent', detail: 'needs a key' },
    });
    expect(gaveUp({})?.blocked?.detail).toBe('the agent gave no reason');
    const throttled = one({ past: atWork, world: running({ assignment: aSighting({ state: 'throttled' }) }) });
    expect(throttled.task).toMatchObject({ status: 'pending', failures: 0 });
  });

  it('C18: the attempt of a task that is gone is stopped, and its work kept', () => {
    const { change, task } = one({ past: atWork, world: [] });
    expect(change).toMatchObject({
      row: 'C18',
      sentence: 'Task T deleted from the sprint; attempt 1 is stopped, its work kept',
      stop: attempt1,
    });
    expect(task).toMatchObject({ removed: true, assignment: null });
  });

  it.each(['blocked', 'cancelled', 'pending'] as const)(
    'C19: a running task that a person set to %s is stopped without counting the attempt',
    (status) => {
      const { change, task } = one({ past: atWork, world: T({ status, by: 'graph' }) });
      expect(change).toMatchObject({ row: 'C19', stop: attempt1 });
      expect(task).toMatchObject({ status, failures: 0, losses: 0, assignment: null });
    },
  );

  it('C20: an attempt whose dependencies are now unmet goes on, its completion is held until they are met', () => {
    const world = [aTask('NEW'), aTask('T', { status: 'in_progress', dependsOn: ['NEW'] })];
    const { state, change, more } = one({ past: atWork, world });
    expect(change).toMatchObject({ row: 'C10', isKept: true });
    expect(more).toMatchObject([{ row: 'C20', events: [], isWarning: true }]);
    expect(more[0]?.sentence).toContain('now depends on NEW');

    const fold = (event: NewRunEvent): void => applyEvent(state, stampEvent(event, state.sequence, builtAt));
    closeAttempt(state, attempt1, { kind: 'completed' }, closing).forEach(fold);
    expect(state.tasks.get('T')).toMatchObject({ status: 'in_progress', held: true, assignment: null });
    const waiting = reconcile(world, {
      state,
      includeInProgress: false,
      keepRunning: false,
      includeKept: true,
      ...closing,
    });
    expect(waiting).toContainEqual(expect.objectContaining({ taskId: 'T', row: 'C20', isKept: true }));

    fold({ kind: 'task_completed', taskId: 'NEW', generation: 1, by: 'sprint_file' });
    for (const decision of decideCycle(state, now, limits).decisions) {
      if (decision.kind === 'record') fold(decision.event);
    }
    expect(state.tasks.get('T')).toMatchObject({ status: 'complete', held: false });
  });

  it('C20: work that was done meanwhile is held, and not yet marked', () => {
    const assignment = aSighting({ state: 'completed' });
    const world = [aTask('NEW'), aTask('T', { status: 'in_progress', dependsOn: ['NEW'], assignment })];
    const { change, task } = one({ past: atWork, world });
    expect(change).toMatchObject({ row: 'C20', isWarning: true });
    expect(change.writeMark).toBeUndefined();
    expect(task).toMatchObject({ status: 'in_progress', held: true });
  });

  it('C20: a person can complete what is held', () => {
    const past: NewRunEvent[] = [...atWork, { ...completed('T'), held: true }];
    expect(one({ past, world: T({ status: 'complete' }) })).toMatchObject({
      change: { row: 'C4' },
      task: { status: 'complete', held: false },
    });
  });

  it('C21: a task that was edited while it runs starts again in a new generation', () => {
    const past = [assigned('T', { body: 'old' })];
    const world = running({ definition: { title: 'T', body: 'new' } });
    const { change, task } = one({ past, world });
    expect(change).toMatchObject({ row: 'C21', stop: attempt1 });
    expect(task).toMatchObject({ status: 'pending', generation: 2, attempt: 0 });
    expect(one({ past, world, keepRunning: true })).toMatchObject({
      change: { row: 'C10' },
      task: { status: 'in_progress', generation: 1 },
    });
    const retitled = one({ past, world: running({ definition: { title: 'New title', body: 'old' } }) });
    expect(retitled.change.row).toBe('C21');
  });

  it('C22: a complete task stays complete', () => {
    expect(one({ past: done('T'), world: T({ status: 'complete' }) })).toMatchObject({
      change: { row: 'C22', events: [], isKept: true },
      task: { status: 'complete' },
    });
  });

  it('C23: a task that a person took back is pending in a new generation, and its dependants wait again', () => {
    const { state, changes } = reconciled({
      past: done('T'),
      world: [aTask('T'), aTask('NEXT', { dependsOn: ['T'] })],
    });
    expect(changes[0]).toMatchObject({ row: 'C23', sentence: 'Task T reverted from complete' });
    expect(changes[0]?.isWarning).toBeUndefined();
    expect(state.tasks.get('T')).toMatchObject({ status: 'pending', generation: 2, attempt: 0 });
    expect(state.tasks.get('NEXT')?.unmet).toBe(1);
  });

  it('C23: dependants that had started on its result are named', () => {
    const { changes } = reconciled({
      past: [...done('T'), ...done('A'), assigned('B')],
      world: [
        aTask('T'),
        aTask('A', { status: 'complete', dependsOn: ['T'] }),
        aTask('B', { status: 'in_progress', dependsOn: ['T'] }),
      ],
    });
    expect(changes[0]).toMatchObject({ row: 'C23', isWarning: true });
    expect(changes[0]?.sentence).toBe('Task T reverted from complete; A, B had started on its result');
  });

  it('C23: it is what the person made of it', () => {
    const back = (status: string, includeInProgress = false) =>
      one({ past: done('T'), world: T({ status }), includeInProgress }).task;
    expect(back('in_progress')?.blocked?.reason).toBe('in_progress_elsewhere');
    expect(back('in_progress', true)?.status).toBe('pending');
    expect(back('blocked')?.blocked?.reason).toBe('person');
    expect(back('cancelled')).toMatchObject({ status: 'cancelled', generation: 2 });
  });

  it('C24: a complete task that the file never showed gets its mark', () => {
    const { change, task } = one({ past: done('T'), world: T({ status: 'complete', isMarkOwed: true }) });
    expect(change).toMatchObject({ row: 'C24', events: [], writeMark: true });
    expect(task?.status).toBe('complete');
  });

  it('C25: a complete task that is gone no longer counts', () => {
    const { state, changes } = reconciled({ past: done('T'), world: [aTask('NEXT', { dependsOn: ['T'] })] });
    expect(changes).toContainEqual(
      expect.objectContaining({
        row: 'C25',
        sentence: 'Task T deleted from the sprint; its completion no longer counts',
      }),
    );
    expect(state.counts.complete).toBe(0);
    expect(state.tasks.get('NEXT')?.blocked?.reason).toBe('missing_dependency');
    expect(one({ past: [blocked('T', 'person')], world: [] }).change.sentence).toBe('Task T deleted from the sprint');
  });

  it('C26: a completion that only the other source knows is taken over', () => {
    const base = aRun(atWork);
    const [fact] = foreignFacts(base, { source: 'local', state: aRun(done('T')) });
    if (fact !== undefined) produced.add(fact.row);
    expect(fact).toMatchObject({ row: 'C26', taskId: 'T', attempt: 1, isAccepted: true });
    for (const event of fact?.events ?? []) applyEvent(base, stampEvent(event, base.sequence, builtAt));
    expect(base.tasks.get('T')?.status).toBe('complete');
  });

  it('C27: a task that waits for its next attempt goes on waiting', () => {
    const notBefore = new Date(now + 60_000).toISOString();
    const { change, task } = one({ past: [{ kind: 'task_retry_scheduled', taskId: 'T', notBefore }], world: T() });
    expect(change).toMatchObject({ row: 'C27', isKept: true });
    expect(task?.notBefore).toBe(now + 60_000);
  });

  it.each(['attempts_exhausted', 'losses_exhausted'] as const)(
    'C28: a task that was given up (%s) and set back to pending starts counting anew',
    (reason) => {
      const failed: NewRunEvent = {
        kind: 'task_failed',
        ...attempt1,
        agentId: 'local-1',
        failure: { code: 'agent_failed', message: 'no' },
      };
      const { change, task } = one({ past: [...atWork, failed, blocked('T', reason)], world: T() });
      expect(change.row).toBe('C28');
      expect(task).toMatchObject({ status: 'pending', generation: 2, attempt: 0, failures: 0, losses: 0 });
    },
  );

  it('C29: a task is pending again once what blocked it is over', () => {
    const byDependency = one({
      past: [blocked('T', 'dependency_cancelled', 'depends on A, which was cancelled')],
      world: [aTask('A', { status: 'complete' }), aTask('T', { status: 'blocked', dependsOn: ['A'] })],
    });
    expect(byDependency.more).toMatchObject([{ row: 'C29', sentence: 'Task T unblocked' }]);
    expect(byDependency.task?.status).toBe('pending');
    const byPerson = one({ past: [blocked('T', 'person')], world: T() });
    expect(byPerson).toMatchObject({ change: { row: 'C29' }, task: { status: 'pending' } });
  });

  it('C30: an edit that made a cycle blocks its tasks alone, with the cycle spelled out', () => {
    const world = [aTask('A', { dependsOn: ['B'] }), aTask('B', { dependsOn: ['A'] }), aTask('FREE')];
    const { state, changes } = reconciled({ world });
    const cycle = changes.filter(({ row }) => row === 'C30');
    expect(cycle.map(({ taskId }) => taskId)).toEqual(['A', 'B']);
    expect(cycle[0]?.sentence).toMatch(/^Task A blocked: (A -> B -> A|B -> A -> B)$/);
    expect(state.tasks.get('FREE')?.status).toBe('pending');
    const again = reconcile(
      world.map((task) => ({ ...task, status: state.tasks.get(task.id)?.status ?? '' })),
      { state, includeInProgress: false, keepRunning: false, includeKept: true, ...closing },
    );
    expect(again.filter(({ isKept }) => isKept !== true)).toEqual([]);
  });

  it('C31: another task under the same id starts anew', () => {
    const other = { definition: { title: 'Other', body: 'other' } };
    const past = [assigned('T', { body: 'old' })];
    const atWorkOnOld = one({ past, world: running(other) });
    expect(atWorkOnOld.change).toMatchObject({ row: 'C31', stop: attempt1, isWarning: true });
    expect(atWorkOnOld.task).toMatchObject({ status: 'pending', generation: 2, attempt: 0, assignment: null });

    const old = [...past, completed('T')];
    expect(one({ past: old, world: T(other) }).task).toMatchObject({ status: 'pending', generation: 2 });
    expect(one({ past: old, world: T({ ...other, status: 'complete' }) }).task).toMatchObject({
      status: 'complete',
      generation: 2,
    });
  });

  it('C31: what stood in our record alone says nothing about it', () => {
    const other = { definition: { title: 'Other', body: 'other' } };
    const old: NewRunEvent[] = [assigned('T', { body: 'old' }), completed('T')];
    const owed = one({ past: old, world: T({ ...other, status: 'complete', isMarkOwed: true }) });
    expect(owed.task).toMatchObject({ status: 'pending', generation: 2 });
    const givenUp: NewRunEvent[] = [
      assigned('T', { body: 'old' }),
      { kind: 'task_released', ...attempt1, reason: 'stopped' },
    ];
    const blockedFor = (reason: 'attempts_exhausted' | 'paused' | 'person' | 'in_progress_elsewhere') =>
      one({ past: [...givenUp, blocked('T', reason)], world: T({ ...other, status: 'blocked' }) }).task?.status;
    expect(blockedFor('attempts_exhausted')).toBe('pending');
    expect(blockedFor('paused')).toBe('blocked');
    expect(blockedFor('person')).toBe('blocked');
    expect(blockedFor('in_progress_elsewhere')).toBe('blocked');
    const cancelled = one({ past: old, world: T({ ...other, status: 'cancelled', by: 'graph' }) });
    expect(cancelled.task?.status).toBe('cancelled');
  });

  it('C32: a status that we do not know blocks the task', () => {
    const { change, task } = one({ world: T({ status: 'hibernating' }) });
    expect(change).toMatchObject({ row: 'C32', isWarning: true });
    expect(task?.blocked).toEqual({ reason: 'unknown_status', detail: 'hibernating' });
  });

  it('C32: it changes nothing where work is done or under way, or where it is known already', () => {
    const held: NewRunEvent[] = [...atWork, { ...completed('T'), held: true }];
    for (const past of [done('T'), atWork, held, [blocked('T', 'unknown_status', 'hibernating')]]) {
      expect(one({ past, world: T({ status: 'hibernating' }) }).change).toMatchObject({ row: 'C32', events: [] });
    }
    const other = [blocked('T', 'unknown_status', 'asleep')];
    expect(one({ past: other, world: T({ status: 'hibernating' }) }).change.events).toHaveLength(1);
  });

  it('C32a: a mark that changed since it was last seen wins over the graph, else the graph wins', () => {
    const state = aRunOf([aDefinition('T')]);
    const judged = (seen: string) => {
      const [task] = judgeWorld(state, {
        sprint: [{ id: 'T', mark: 'complete' }],
        lastSeen: new Map([['T', seen]]),
        graph: new Map([['T', { status: 'cancelled' }]]),
        attempts: new Map(),
      });
      return task;
    };
    const changed = judged('pending');
    expect(changed).toMatchObject({ status: 'complete', by: 'sprint_file', settledBy: 'C32a' });
    expect(judged('complete')).toMatchObject({ status: 'cancelled', by: 'graph', settledBy: 'C32a' });
    if (changed?.settledBy !== undefined) produced.add(changed.settledBy);
  });

  it('C33: a sprint with an id twice is refused, with both lines', () => {
    const refused = preflight(aPreparedRun('## TASK-1: One\n\n## TASK-1: Two\n'), { cwd: '/', env: {} });
    expect(refused).toMatchObject({ ok: false, failure: { code: 'duplicate_task' } });
    if (refused.ok) throw new Error('It was not refused.');
    expect(refused.failure.message).toMatch(/sprint\.md:3: .*line 1 and again on line 3/);
    const named = reconciliationRows.find((row) => row === refused.failure.details?.['row']);
    if (named !== undefined) produced.add(named);
  });

  it('C34: a task that depends on one that does not exist is blocked, and the one is named', () => {
    const { change, more, task } = one({ world: T({ dependsOn: ['NOWHERE'] }) });
    expect(change.row).toBe('C3');
    expect(more[0]).toMatchObject({ row: 'C34', isWarning: true });
    expect(task?.blocked).toEqual({
      reason: 'missing_dependency',
      detail: 'depends on NOWHERE, which the sprint does not have',
    });
  });

  it('keeps what is blocked blocked, and hears the newest reason', () => {
    const said = (past: NewRunEvent, world: Partial<ActualTask>) => one({ past: [past], world: T(world) });
    const paused = { status: 'blocked', blockedReason: 'paused' } as const;
    expect(said(blocked('T', 'person'), { status: 'blocked' }).change).toMatchObject({ row: 'C3', isKept: true });
    expect(said(blocked('T', 'paused'), paused).change).toMatchObject({ row: 'C3', isKept: true });
    expect(said(blocked('T', 'person'), paused)).toMatchObject({
      change: { row: 'C4a' },
      task: { blocked: { reason: 'paused' } },
    });
    expect(said(blocked('T', 'person'), { status: 'cancelled' }).task?.status).toBe('cancelled');
    expect(said(blocked('T', 'attempts_exhausted'), { status: 'complete' }).change.row).toBe('C4');
  });

  it('lifts what follows from the shape of the sprint by that shape alone', () => {
    const past = [blocked('T', 'missing_dependency', 'depends on A, which the sprint does not have')];
    const still = one({ past, world: T({ dependsOn: ['B'] }) });
    expect(still.change).toMatchObject({ row: 'C3', isKept: true });
    expect(still.task?.blocked?.detail).toContain('depends on B');
    expect(one({ past, world: T() }).task?.status).toBe('pending');
  });

  it('leaves the state as it is, also of tasks that it has never heard of', () => {
    const state = aRun(atWork);
    const world = [aTask('T', { status: 'in_progress' }), aTask('NEW', { status: 'complete' })];
    const changes = reconcile(world, {
      state,
      includeInProgress: false,
      keepRunning: false,
      includeKept: true,
      ...closing,
    });
    expect(changes.map(({ row }) => row)).toEqual(['C10', 'C4']);
    expect([...state.tasks.keys()]).toEqual(['T']);
  });

  it('every row of the table is one that the code names', () => {
    expect(reconciliationRows.filter((row) => !produced.has(row))).toEqual([]);
  });
});
