import type { RunState } from '../../src/lib/decide/run-state.js';
import { followForeignAttempts, foreignLeaseMs } from '../../src/lib/perform/foreign-attempts.js';
import { lastHeard, type LastHeardOptions } from '../../src/lib/perform/last-heard.js';
import type { Clock, RunInput } from '../../src/lib/ports.js';
import { aRun, assigned, builtAt } from '../support/builders.js';

const now = Date.parse(builtAt);

/** A clock whose two times the test moves, each by itself. */
function aClock() {
  const time = { now, monotonic: 1_000_000 };
  let scheduled: (() => void) | null = null;
  const clock: Clock = {
    now: () => time.now,
    monotonic: () => time.monotonic,
    after: (_, callback) => {
      scheduled = callback;
      return () => (scheduled = null);
    },
  };
  const tick = (): void => {
    const due = scheduled;
    scheduled = null;
    due?.();
  };
  return { time, clock, tick, isWaiting: () => scheduled !== null };
}

function sourcesWith(states: { graph?: RunState; local?: RunState } = {}): LastHeardOptions['sources'] {
  const { graph, local } = states;
  return {
    graph: graph === undefined ? { kind: 'none' } : { kind: 'found', state: graph },
    local:
      local === undefined
        ? { kind: 'none', warnings: [] }
        : {
            kind: 'found',
            state: local,
            withDetached: null,
            persistedAt: null,
            strays: [],
            graphRevision: 0,
            warnings: [],
          },
  };
}

const agoOf = (options: Pick<LastHeardOptions, 'lease' | 'sources'>): number => {
  const { clock } = aClock();
  return clock.monotonic() - lastHeard({ ...options, clock });
};

const isoTime = (agoMs: number): string => new Date(now - agoMs).toISOString();

/** An attempt of another place, assigned so long ago. */
function elsewhere(agoMs = 0): RunState {
  const state = aRun([assigned('T')], { place: 'here' });
  state.lastEventAt = isoTime(agoMs);
  return state;
}

describe('the last sign of life of the orchestrator before this one', () => {
  it('is what the graph counts, whatever our own clock says', () => {
    const sources = sourcesWith({ graph: elsewhere() });
    expect(agoOf({ lease: { renewedAt: isoTime(900_000), renewedMsAgo: 33_000 }, sources })).toBe(33_000);
  });

  it('is reckoned by our clock where an older graph does not count', () => {
    expect(agoOf({ lease: { renewedAt: isoTime(50_000) }, sources: sourcesWith() })).toBe(50_000);
  });

  it('is the last that anybody wrote where no graph knows of a lease', () => {
    const sources = sourcesWith({ graph: elsewhere(80_000), local: elsewhere(20_000) });
    expect(agoOf({ lease: undefined, sources })).toBe(20_000);
  });

  it('is never later than now', () => {
    expect(agoOf({ lease: undefined, sources: sourcesWith({ local: elsewhere(-600_000) }) })).toBe(0);
  });
});

describe('an attempt on another machine', () => {
  it('is lost when its time is over, and not when somebody sets our clock', () => {
    const { time, clock, tick, isWaiting } = aClock();
    const heard: RunInput[] = [];
    followForeignAttempts({
      state: elsewhere(),
      clock,
      intervalMs: 500,
      lastHeardAt: clock.monotonic(),
      isGone: false,
      onInput: (input) => heard.push(input),
    });
    time.now += 600_000;
    time.monotonic += foreignLeaseMs - 1;
    tick();
    expect({ heard, isWaiting: isWaiting() }).toEqual({ heard: [], isWaiting: true });
    time.monotonic += 1;
    tick();
    const id = { taskId: 'T', generation: 1, attempt: 1 };
    expect(heard).toEqual([{ kind: 'attempt_ended', id, end: { kind: 'lost', reason: 'lease_over' } }]);
  });
});
