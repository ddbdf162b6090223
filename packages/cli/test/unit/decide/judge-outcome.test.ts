import type { AgentResult, LauncherExit, LauncherOutcome } from '@ginkoai/contract';
import { judgeOutcome, type AgentWord } from '../../../src/lib/decide/judge-outcome.js';

const endedAt = '2026-01-05T10:00:05.000Z';
const startedAt = '2026-01-05T10:00:00.000Z';
const exited = (code: number): LauncherExit => ({ kind: 'code', code });
const killed: LauncherExit = { kind: 'signal', signal: 'SIGKILL' };
const notStarted = (reason: 'could_not_start' | 'stopped' | 'not_accepted'): LauncherExit => ({
  kind: 'not_started',
  reason,
  message: 'no such program: agent. Check --exec',
});
const said = (result: AgentResult): AgentWord => ({ kind: 'said', result });

const ofOlderLauncher: LauncherOutcome = { exit: exited(0), timedOut: false, stopped: false, startedAt, endedAt };
const ended: LauncherOutcome = { ...ofOlderLauncher, hasVerify: false, limitMs: 60_000 };

function judged(outcome: Partial<LauncherOutcome>, word: AgentWord = { kind: 'none' }) {
  return judgeOutcome({ outcome: { ...ended, ...outcome }, word, outputFile: 'output.log' });
}

const failure = (code: string, message: string) => ({ kind: 'failed', failure: { code, message }, durationMs: 5000 });

describe('judgeOutcome, by the exit', () => {
  it('takes exit 0 for complete', () => {
    expect(judged({})).toEqual({ kind: 'completed', durationMs: 5000 });
  });

  it('counts no time for a command whose start is unknown', () => {
    const outcome: LauncherOutcome = { exit: exited(0), timedOut: false, stopped: false, endedAt };
    const facts = { word: { kind: 'none' }, outputFile: 'output.log' } as const;
    expect(judgeOutcome({ outcome, ...facts })).toEqual({ kind: 'completed', durationMs: 0 });
  });

  it('takes any other exit and any signal for a failure, and says where the output is', () => {
    expect(judged({ exit: exited(3) })).toEqual(failure('agent_failed', 'exited with code 3 (see output.log)'));
    expect(judged({ exit: killed })).toEqual(failure('agent_failed', 'was ended by SIGKILL (see output.log)'));
  });

  it('gives a throttled attempt back, unless the agent said how it ended', () => {
    const exit = exited(75);
    expect(judged({ exit })).toEqual({ kind: 'throttled', retryAfterMs: 30_000 });
    expect(judged({ exit, hasVerify: true })).toEqual({ kind: 'throttled', retryAfterMs: 30_000 });
    expect(judged({ exit }, said({ status: 'blocked', reason: 'which key?' }))).toEqual({
      kind: 'blocked',
      reason: 'agent',
      detail: 'which key?',
    });
    expect(judged({ exit }, said({ status: 'failed', reason: 'no way' }))).toEqual(
      failure('agent_failed', 'no way (see output.log)'),
    );
    expect(judged({ exit }, said({ status: 'complete' }))).toMatchObject({ kind: 'completed' });
  });

  it('takes an end that nobody saw for a loss, whatever the agent wrote', () => {
    expect(judged({ exit: { kind: 'unknown' } }, said({ status: 'complete' }))).toEqual({
      kind: 'lost',
      reason: 'process_gone',
    });
  });

  it('takes the time limit for a failure, even where the end was not seen', () => {
    const limit = failure('task_time_limit', 'not finished within the time limit of 60 s (see output.log)');
    expect(judged({ exit: killed, timedOut: true })).toEqual(limit);
    expect(judged({ exit: { kind: 'unknown' }, timedOut: true }, said({ status: 'complete' }))).toEqual(limit);
    const unknownLimit = { ...ofOlderLauncher, exit: killed, timedOut: true };
    expect(judgeOutcome({ outcome: unknownLimit, word: { kind: 'none' }, outputFile: 'output.log' })).toEqual(
      failure('task_time_limit', 'not finished within the time limit (see output.log)'),
    );
  });

  it('says when it was the verify command that took the time', () => {
    const verify = { exit: killed, timedOut: true };
    expect(judged({ exit: exited(0), timedOut: true, verify })).toEqual(
      failure(
        'task_time_limit',
        'the verify command had not ended when the time limit of 60 s was over (see output.log)',
      ),
    );
  });

  it('counts nothing against an attempt that it was asked to stop', () => {
    expect(judged({ exit: killed, stopped: true, timedOut: true })).toEqual({ kind: 'stopped' });
    expect(judged({ exit: killed, stopped: true }, said({ status: 'failed', tokens: 5 }))).toEqual({
      kind: 'stopped',
      usage: { tokens: 5 },
    });
  });

  it('tells apart why a command did not start', () => {
    expect(judged({ exit: notStarted('could_not_start') })).toEqual(
      failure('agent_not_started', 'no such program: agent. Check --exec'),
    );
    expect(judged({ exit: notStarted('stopped') })).toEqual({ kind: 'stopped' });
    expect(judged({ exit: notStarted('not_accepted') })).toEqual({ kind: 'not_accepted' });
  });
});

describe('judgeOutcome, by the verify command', () => {
  const complete = said({ status: 'complete', summary: 'all done' });

  it.each<[string, LauncherExit, boolean, string]>([
    ['exits otherwise than with 0', exited(1), false, 'exited with code 1'],
    ['is ended by a signal', killed, false, 'was ended by SIGKILL'],
    ['takes too long', killed, true, 'did not end in time'],
    ['ends unseen', { kind: 'unknown' }, false, 'ended unseen'],
    ['does not start', notStarted('could_not_start'), false, 'did not start: no such program: agent. Check --exec'],
  ])('believes no success when it %s', (_, exit, timedOut, words) => {
    expect(judged({ hasVerify: true, verify: { exit, timedOut } }, complete)).toEqual(
      failure('verify_failed', `the verify command ${words} (see output.log)`),
    );
  });

  it('accepts the agent success that it confirms', () => {
    expect(judged({ hasVerify: true, verify: { exit: exited(0), timedOut: false } }, complete)).toEqual({
      kind: 'completed',
      durationMs: 5000,
      summary: 'all done',
    });
  });

  it('believes no success that it could not verify', () => {
    const unverified = 'it reported success, but exited with code 1, so nothing was verified (see output.log)';
    expect(judged({ hasVerify: true, exit: exited(1) }, complete)).toEqual(failure('agent_failed', unverified));
  });

  it('takes it for possible that there is one where an older launcher does not say', () => {
    const outcome = { ...ofOlderLauncher, exit: exited(1) };
    expect(judgeOutcome({ outcome, word: complete, outputFile: 'output.log' })).toMatchObject({
      kind: 'failed',
      failure: { code: 'agent_failed' },
    });
  });

  it('cannot make a success of what the agent calls a failure', () => {
    const end = judged({ verify: { exit: exited(0), timedOut: false } }, said({ status: 'failed', reason: 'no way' }));
    expect(end).toEqual(failure('agent_failed', 'no way (see output.log)'));
  });
});

describe('judgeOutcome, by the result file', () => {
  it('believes the agent against its exit code where nothing verifies', () => {
    expect(judged({ exit: exited(1) }, said({ status: 'complete' }))).toEqual({ kind: 'completed', durationMs: 5000 });
  });

  it('takes the reason of a failure, else its summary, else says that there is none', () => {
    expect(judged({}, said({ status: 'failed', reason: 'red tests', summary: 'tried' }))).toEqual(
      failure('agent_failed', 'red tests (see output.log)'),
    );
    expect(judged({}, said({ status: 'failed', summary: 'tried' }))).toEqual(
      failure('agent_failed', 'tried (see output.log)'),
    );
    expect(judged({}, said({ status: 'failed' }))).toEqual(
      failure('agent_failed', 'it reported a failure without a reason (see output.log)'),
    );
  });

  it('hands a blocked task to people with the reason, else the summary', () => {
    const blocked = (detail: string) => ({ kind: 'blocked', reason: 'agent', detail });
    expect(judged({}, said({ status: 'blocked', reason: 'which key?' }))).toEqual(blocked('which key?'));
    expect(judged({}, said({ status: 'blocked', summary: 'stuck' }))).toEqual(blocked('stuck'));
    expect(judged({}, said({ status: 'blocked' }))).toEqual(blocked('the agent gave no reason'));
  });

  it('takes a result file that cannot be read for a failure', () => {
    expect(judged({}, { kind: 'unreadable', why: 'no JSON' })).toEqual(
      failure('agent_failed', 'its result file cannot be read: no JSON'),
    );
  });

  it('passes on what the attempt cost', () => {
    expect(judged({}, said({ status: 'complete', tokens: 12 }))).toMatchObject({ usage: { tokens: 12 } });
    expect(judged({}, said({ status: 'blocked', tokens: 9 }))).toMatchObject({ usage: { tokens: 9 } });
    expect(judged({ exit: exited(1) }, said({ status: 'failed', costUsd: 0.5 }))).toMatchObject({
      usage: { costUsd: 0.5 },
    });
  });
});
