import fc from 'fast-check';
import type { LauncherExit, LauncherRecord, LauncherRecordOf } from '@ginkoai/contract';
import {
  applyRecord,
  emptyState,
  recordsOf,
  toLauncherAttempt,
  type LauncherState,
} from '../../src/lib/perform/agents/launcher-state.js';

const fold = (records: Iterable<LauncherRecord>, state = emptyState()): LauncherState => {
  for (const record of records) applyRecord(state, record);
  return state;
};

type AcceptedRecord = LauncherRecordOf<'accepted'>;

const keys = ['r/A/g1a1', 'r/B/g1a1', 'r/C/g1a1'];
const exits: LauncherExit[] = [
  { kind: 'code', code: 0 },
  { kind: 'code', code: 1 },
  { kind: 'signal', signal: 'SIGTERM' },
  { kind: 'unknown' },
  { kind: 'not_started', reason: 'could_not_start', message: 'no' },
];

const key = fc.constantFrom(...keys);
const at = fc.nat();
const exit = fc.constantFrom(...exits);
const cause = fc.constantFrom({}, { timedOut: true as const }, { stopped: true as const });
const anyRecord: fc.Arbitrary<LauncherRecord> = fc.oneof(
  fc.record({
    t: fc.constant('hello' as const),
    scope: fc.constantFrom('s', 't'),
    epoch: fc.nat(3),
    orchestrator: fc.constantFrom('o', 'p', 'q'),
    at: fc.constant(0),
  }),
  fc.record(
    {
      t: fc.constant('accepted' as const),
      k: key,
      scope: fc.constantFrom('s', 't'),
      at,
      limit: fc.constant(1_000),
      out: fc.constant('/out'),
      verify: fc.constant<AcceptedRecord['verify']>({ argv: ['true'], limit: 9, env: { A: 'a' }, cwd: '/' }),
    },
    { requiredKeys: ['t', 'k', 'scope', 'at', 'limit', 'out'] },
  ),
  fc.record({ t: fc.constant('started' as const), k: key, pid: fc.nat(99), from: fc.constant('1'), at }),
  fc.tuple(key, exit, at, cause).map(([k, e, time, c]) => ({ t: 'exited' as const, k, exit: e, at: time, ...c })),
  fc.record({ t: fc.constant('verifying' as const), k: key, pid: fc.nat(99), from: fc.constant('1'), at }),
  fc.tuple(key, exit, at, cause).map(([k, e, time, c]) => ({ t: 'finished' as const, k, exit: e, at: time, ...c })),
  fc.record({ t: fc.constant('forgotten' as const), keys: fc.array(key, { maxLength: 2 }) }),
);
const history = fc.array(anyRecord, { maxLength: 40 });

/** What orchestrators are told, and who may give orders; the verify plan of a finished attempt is not kept. */
const told = (state: LauncherState): unknown => ({
  attempts: [...state.attempts.values()].map((attempt) => ({ scope: attempt.scope, ...toLauncherAttempt(attempt) })),
  fences: [...state.fences].map(([scope, fence]) => ({ scope, ...fence, followed: [...fence.followed] })),
});

describe('the state of a launcher', () => {
  it('is folded again from the few records that stand for it', () => {
    fc.assert(
      fc.property(history, (records) => {
        const state = fold(records);
        expect(told(fold(recordsOf(state)))).toEqual(told(state));
      }),
    );
  });

  it('stays as it is when those records are folded in again', () => {
    fc.assert(
      fc.property(history, (records) => {
        const state = fold(records);
        const before = told(state);
        expect(told(fold([...recordsOf(state)], state))).toEqual(before);
      }),
    );
  });

  it('goes on from a snapshot as it would have gone on from the history', () => {
    fc.assert(
      fc.property(history, history, (before, after) => {
        const state = fold(before);
        expect(told(fold(after, fold(recordsOf(state))))).toEqual(told(fold(after, state)));
      }),
    );
  });

  it('never lets an attempt go back', () => {
    const ranks = { accepted: 0, running: 1, exited: 2, finished: 3 };
    fc.assert(
      fc.property(history, (records) => {
        const state = emptyState();
        for (const record of records) {
          const before = [...state.attempts.values()];
          applyRecord(state, record);
          for (const { key: known, phase } of before) {
            const now = state.attempts.get(known);
            if (now !== undefined) expect(ranks[now.phase.state]).toBeGreaterThanOrEqual(ranks[phase.state]);
          }
        }
      }),
    );
  });

  it('keeps the greatest epoch, and who was followed in it', () => {
    const hello = (epoch: number, orchestrator: string): LauncherRecord => ({
      t: 'hello',
      scope: 's',
      epoch,
      orchestrator,
      at: 0,
    });
    const state = fold([hello(2, 'a'), hello(2, 'b'), hello(1, 'c')]);
    expect(state.fences.get('s')).toEqual({ epoch: 2, orchestratorId: 'b', followed: new Set(['a']) });
    applyRecord(state, hello(3, 'a'));
    expect(state.fences.get('s')).toEqual({ epoch: 3, orchestratorId: 'a', followed: new Set() });
  });

  it('knows that a finished attempt had a verify command, although it keeps it no longer', () => {
    const verify = { argv: ['true'], limit: 9, env: { A: 'a' }, cwd: '/' };
    const state = fold([
      { t: 'accepted', k: 'k', scope: 's', at: 1, limit: 9, out: '/out', verify },
      { t: 'finished', k: 'k', exit: { kind: 'code', code: 1 }, at: 2_000 },
    ]);
    const again = fold(recordsOf(fold(recordsOf(state))));
    expect(again.attempts.get('k')?.verify).toBeUndefined();
    expect(again.attempts.get('k')).toMatchObject({ hasVerify: true });
    expect(told(again)).toMatchObject({ attempts: [{ outcome: { hasVerify: true, limitMs: 9 } }] });
  });

  it('tells the outcome with its times', () => {
    const state = fold([
      { t: 'accepted', k: 'k', scope: 's', at: 1, limit: 9, out: '/out' },
      { t: 'started', k: 'k', pid: 7, from: '70', at: 1_000 },
      { t: 'finished', k: 'k', exit: { kind: 'code', code: 0 }, at: 2_000, stopped: true },
    ]);
    expect([...state.attempts.values()].map(toLauncherAttempt)).toEqual([
      {
        key: 'k',
        state: 'finished',
        outcome: {
          exit: { kind: 'code', code: 0 },
          timedOut: false,
          stopped: true,
          hasVerify: false,
          limitMs: 9,
          startedAt: '1970-01-01T00:00:01.000Z',
          endedAt: '1970-01-01T00:00:02.000Z',
        },
      },
    ]);
  });
});
