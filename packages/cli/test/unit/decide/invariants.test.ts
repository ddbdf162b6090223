import fc from 'fast-check';
import { exitCodeOf, exitCodes, type NewRunEvent, type RunEvent } from '@ginkoai/contract';
import { applyClock, applyEvent, isMet } from '../../../src/lib/decide/apply-event.js';
import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { checkpointOf } from '../../../src/lib/decide/checkpoint-of.js';
import { closeAttempt, type AttemptEnd } from '../../../src/lib/decide/close-attempt.js';
import { decideCycle } from '../../../src/lib/decide/decide-cycle.js';
import type { Stop } from '../../../src/lib/decide/stop-reason.js';
import { restoreState } from '../../../src/lib/decide/restore-state.js';
import type { RunState, TaskDefinition } from '../../../src/lib/decide/run-state.js';
import { cpuTime } from '../../support/cpu-time.js';
import { aRun, aSprint, isoTime, limitsOf, place, shown, start, type History } from '../../support/decide-builders.js';

interface Plan {
  readonly sprint: TaskDefinition[];
  readonly agents: { readonly id: string; readonly capabilities: string[] }[];
  readonly steps: readonly { readonly act: number; readonly pick: number; readonly chance: number }[];
}

const stepsArbitrary = fc.array(
  fc.record({ act: fc.nat(21), pick: fc.nat(1000), chance: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
  { maxLength: 60, size: 'max' },
);

const planArbitrary: fc.Arbitrary<Plan> = fc.record({
  sprint: fc
    .array(
      fc.record({
        needs: fc.array(fc.nat(30), { maxLength: 3 }),
        rank: fc.nat(3),
        capabilities: fc.subarray(['go', 'testing']),
      }),
      { minLength: 1, maxLength: 9 },
    )
    .map((tasks) =>
      aSprint(
        tasks.map(({ needs, rank, capabilities }, index) => ({
          id: `T${index}`,
          rank,
          capabilities,
          // Only earlier tasks, so that there is no circle.
          dependsOn: index === 0 ? [] : needs.map((needed) => `T${needed % index}`),
        })),
      ),
    ),
  agents: fc
    .array(fc.subarray(['*', 'go', 'testing']), { maxLength: 3 })
    .map((many) => [['*'], ...many].map((capabilities, index) => ({ id: `agent-${index}`, capabilities }))),
  steps: stepsArbitrary,
});

const limits = limitsOf();
const failing: AttemptEnd = { kind: 'failed', failure: { code: 'agent_failed', message: 'red tests' } };
const lost: AttemptEnd = { kind: 'lost', reason: 'process_gone' };

/** Watches the events of a run from outside: it keeps its own account and compares. */
class Watch {
  readonly #open = new Map<string, string>();
  readonly #lastAttempt = new Map<string, number>();
  readonly #accepted = new Set<string>();
  readonly #escalated = new Set<string>();

  constructor(readonly state: RunState) {}

  before(event: NewRunEvent): void {
    if (!('taskId' in event)) return;
    const facts = this.state.tasks.get(event.taskId);
    const key = `${event.taskId}/${facts?.generation ?? 1}`;
    if (event.kind === 'task_assigned') {
      expect(this.#open.has(event.taskId)).toBe(false); // I3
      expect(event.attempt).toBe((this.#lastAttempt.get(key) ?? 0) + 1); // I4
      for (const needed of facts?.definition?.dependsOn ?? []) expect(isMet(this.state.tasks.get(needed))).toBe(true); // I8
      this.#open.set(event.taskId, key);
      this.#lastAttempt.set(key, event.attempt);
    }
    if (event.kind === 'task_completed' && event.held !== true) {
      expect(this.#accepted.has(key)).toBe(false); // I5
      this.#accepted.add(key);
      // I8, for those that were added while it ran.
      if (event.by === 'agent') expect(facts?.definition === null || facts?.unmet === 0).toBe(true);
    }
    if (
      event.kind === 'task_blocked' &&
      (event.reason === 'attempts_exhausted' || event.reason === 'losses_exhausted')
    ) {
      expect(this.#escalated.has(key)).toBe(false); // I13
      this.#escalated.add(key);
    }
    if (['task_completed', 'task_failed', 'task_lost', 'task_released'].includes(event.kind)) {
      this.#open.delete(event.taskId);
    }
  }

  after(): void {
    const { state } = this;
    const tasks = [...state.tasks.values()];
    const open = tasks.filter(({ assignment }) => assignment !== null);
    expect(new Set(open)).toEqual(state.open);
    expect(new Set(open.map(({ id }) => id))).toEqual(new Set(this.#open.keys()));
    for (const facts of tasks) {
      expect(facts.failures).toBeLessThanOrEqual(limits.maxAttempts); // I13
      expect(facts.losses).toBeLessThanOrEqual(limits.maxLosses);
      expect(facts.status === 'complete').toBe(this.#accepted.has(`${facts.id}/${facts.generation}`)); // I12
      if (facts.definition === null) continue;
      expect(facts.unmet).toBe(
        [...new Set(facts.definition.dependsOn)].filter((id) => !isMet(state.tasks.get(id))).length,
      );
    }
    const inSprint = tasks.filter(({ definition }) => definition !== null);
    for (const [status, count] of Object.entries(state.counts)) {
      expect(count).toBe(inSprint.filter((facts) => facts.status === status).length);
    }
    const waiting = inSprint.filter(({ status, unmet }) => status === 'pending' && unmet === 0);
    expect(state.queues.readyCount + state.queues.deferredCount).toBe(waiting.length);
    const busy = [...state.agents.all()].flatMap(({ taskId }) => (taskId === null ? [] : [taskId]));
    expect(busy.sort()).toEqual(open.map(({ id }) => id).sort());
  }
}

/** A run as the orchestrator's loop drives it, without its effects. */
class Model {
  readonly history: History;
  readonly #watch: Watch;
  readonly #base: { checkpoint: ReturnType<typeof checkpointOf>; events: number }[] = [];
  #sprint: TaskDefinition[];

  constructor(readonly plan: Plan) {
    this.#sprint = plan.sprint;
    this.history = aRun(plan.sprint, []);
    for (const { id, capabilities } of plan.agents) this.state.agents.join(id, capabilities);
    this.#watch = new Watch(this.state);
    this.save();
  }

  get state(): RunState {
    return this.history.state;
  }

  record(...events: readonly NewRunEvent[]): void {
    for (const event of events) {
      this.#watch.before(event);
      this.history.add(event);
      this.#watch.after();
    }
  }

  save(): void {
    const checkpoint = checkpointOf(this.state, { savedAt: this.state.lastEventAt });
    this.#base.push({ checkpoint: structuredClone(checkpoint), events: this.history.events.length });
  }

  /** A restart from any checkpoint and the events after it must find what the live process knows. */
  crash(pick: number): void {
    const base = this.#base[pick % this.#base.length];
    if (base === undefined) throw new Error('no checkpoint was saved');
    const restored = restoreState(base.checkpoint, this.history.events.slice(base.events), place);
    applySprint(restored, this.#sprint);
    applyClock(restored, this.history.now);
    applyClock(this.state, this.history.now);
    expect(withoutPastWaits(restored, this.history.now)).toEqual(withoutPastWaits(this.state, this.history.now));
    expect(restored.counts).toEqual(this.state.counts);
    expect(restored.queues.readyCount).toBe(this.state.queues.readyCount);
    expect(restored.queues.deferredCount).toBe(this.state.queues.deferredCount);
  }

  cycle(): Stop | null {
    applyClock(this.state, this.history.now);
    const { decisions, wakeAt } = decideCycle(this.state, this.history.now, limits);
    for (const decision of decisions) {
      if (decision.kind === 'stop') return decision;
      if (decision.kind === 'record') this.record(decision.event);
      else this.record({ ...decision, kind: 'task_assigned', place });
    }
    if (decisions.length === 0 && wakeAt !== null) this.history.now = Math.max(this.history.now, wakeAt);
    return null;
  }

  end(end: AttemptEnd, pick: number, chance: number): void {
    const open = [...this.state.open];
    const facts = open[pick % Math.max(1, open.length)];
    if (facts === undefined) return;
    const { id: taskId, generation, attempt } = facts;
    const context = { now: this.history.now, limits, chance: () => chance };
    this.record(...closeAttempt(this.state, { taskId, generation, attempt }, end, context));
    expect(closeAttempt(this.state, { taskId, generation, attempt }, end, context)).toEqual([]);
  }

  edit(change: (sprint: TaskDefinition[]) => TaskDefinition[]): void {
    this.#sprint = change(this.#sprint);
    applySprint(this.state, this.#sprint);
    this.#watch.after();
  }

  step({ act, pick, chance }: Plan['steps'][number]): void {
    const tasks = [...this.state.tasks.values()];
    const facts = tasks[pick % tasks.length];
    if (facts === undefined) return;
    const { id: taskId, generation, attempt, assignment } = facts;
    const release = { kind: 'task_released', taskId, generation, attempt, reason: 'blocked_by_person' } as const;
    const released = assignment === null ? [] : [release];
    switch (act) {
      case 0:
      case 1:
        return this.end({ kind: 'completed' }, pick, chance);
      case 2:
      case 3:
        return this.end(failing, pick, chance);
      case 4:
        return this.end(lost, pick, chance);
      case 5:
        return this.end({ kind: 'throttled', retryAfterMs: 30_000 }, pick, chance);
      case 6:
        return this.save();
      case 7:
        return this.crash(pick);
      case 8:
        return this.record(...released, { kind: 'task_reopened', taskId, generation: generation + 1 });
      case 9:
        return facts.status === 'complete'
          ? undefined
          : this.record(...released, { kind: 'task_blocked', taskId, reason: 'person' });
      case 10:
        // As reconciliation does it: a task without attempts left starts anew.
        return facts.failures >= limits.maxAttempts || facts.losses >= limits.maxLosses
          ? this.record({ kind: 'task_reopened', taskId, generation: generation + 1 })
          : this.record({ kind: 'task_unblocked', taskId });
      case 11:
        this.record(...released, { kind: 'task_removed', taskId });
        return this.edit((sprint) => sprint.filter(({ id }) => id !== taskId));
      case 12:
        // A person or another tool did it.
        return facts.status === 'complete'
          ? undefined
          : this.record(...released, { kind: 'task_completed', taskId, generation, by: 'sprint_file' });
      case 13:
      case 14:
      case 15: {
        // Dependencies are added while it runs: on tasks that stand before it, so that there is no circle.
        const [running = facts] = [...this.state.open].reverse();
        return this.edit((sprint) =>
          sprint.map((task, index) =>
            task.id === running.id ? { ...task, dependsOn: sprint.slice(0, index).map(({ id }) => id) } : task,
          ),
        );
      }
      default:
        this.cycle();
    }
  }

  /** Everything given out ends well, until the run ends. */
  drain(): Stop {
    for (let turn = 0; turn < 1000; turn += 1) {
      const stop = this.cycle();
      if (stop !== null) return stop;
      while (this.state.open.size > 0) this.end({ kind: 'completed' }, turn, 0);
    }
    throw new Error('the run does not end');
  }
}

/** A back-off that is over means nothing; whether it was noticed is no fact of the run. */
function withoutPastWaits(state: RunState, now: number): unknown {
  for (const facts of state.tasks.values()) {
    if (facts.notBefore !== null && facts.notBefore <= now) expect(facts.position).toBe(-1);
  }
  return JSON.parse(
    JSON.stringify(shown(state), (key, value: unknown) => {
      if (key === 'notBefore' && Date.parse(String(value)) <= now) return undefined;
      return value;
    }),
    (_, value: unknown) =>
      typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value,
  );
}

describe('the invariants of a run', () => {
  it('hold after every event, whatever agents, people and crashes do', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        const model = new Model(plan);
        for (const step of plan.steps) model.step(step);
        const stop = model.drain();
        model.crash(0);
        const unfinished = model.state.counts.pending + model.state.counts.in_progress + model.state.counts.blocked;
        expect(exitCodeOf(stop.reason) === exitCodes.ok).toBe(unfinished === 0); // I15
      }),
      { numRuns: 250 },
    );
  });

  it('let a run always end complete when nothing fails', () => {
    fc.assert(
      fc.property(planArbitrary, (plan) => {
        const model = new Model(plan);
        expect(model.drain().reason).toBe('complete');
        expect(model.state.counts.complete).toBe(plan.sprint.length);
        expect([...model.state.closed].every(({ attempt, status }) => attempt === 1 && status === 'completed')).toBe(
          true,
        );
      }),
    );
  });

  it('let a run end with exactly one escalation a task when every attempt fails or is lost', () => {
    fc.assert(
      fc.property(planArbitrary, fc.constantFrom(failing, lost), (plan, end) => {
        const model = new Model(plan);
        let stop: Stop | null = null;
        for (let turn = 0; stop === null && turn < 1000; turn += 1) {
          stop = model.cycle();
          while (model.state.open.size > 0) model.end(end, turn, 0.999);
        }
        expect(stop?.reason).toBe('attempts_exhausted');
      }),
    );
  });
});

describe('the cost of an event', () => {
  const given = (taskId: string, sequence: number): RunEvent => ({
    kind: 'task_assigned',
    taskId,
    generation: 1,
    attempt: 1,
    agentId: 'agent-1',
    place,
    sequence,
    at: isoTime(start),
  });
  const done = (taskId: string, sequence: number): RunEvent => ({
    kind: 'task_completed',
    taskId,
    generation: 1,
    attempt: 1,
    by: 'agent',
    sequence,
    at: isoTime(start),
  });

  /** Microseconds for a decision and the two events that follow from it: the least of several rounds. */
  function costAt(size: number): number {
    const { state } = aRun(Array.from({ length: size }, (_, index) => ({ id: `T${index}`, rank: index % 4 })));
    const rounds = Array.from({ length: 5 }, () => {
      const before = cpuTime();
      for (let turn = 0; turn < 100; turn += 1) {
        const [decision] = decideCycle(state, start, limits).decisions;
        if (decision?.kind !== 'assign') throw new Error('nothing was given out');
        applyEvent(state, given(decision.taskId, state.sequence + 1));
        applyEvent(state, done(decision.taskId, state.sequence + 1));
      }
      return (cpuTime() - before) / 100;
    });
    return Math.min(...rounds);
  }

  it('does not grow with the sprint: 100 times the tasks cost less than 20 times as much', () => {
    costAt(1000);
    expect(costAt(100_000)).toBeLessThan(20 * costAt(1000));
  });
});
