import type { AgentResult, LauncherExit, LauncherOutcome, LauncherVerify, Usage } from '@ginkoai/contract';
import type { AttemptEnd } from './close-attempt.js';
import { releasedBackoffMs } from './limits.js';

/** An agent exits with this when it could not start or was throttled: nobody's failure, given again later. */
const throttledCode = 75;

/** What an agent wrote to its result file: its own word; `null`: nothing; `unreadable`: not what the contract says. */
export type AgentWord =
  | { readonly kind: 'none' }
  | { readonly kind: 'said'; readonly result: AgentResult }
  | { readonly kind: 'unreadable'; readonly why: string };

export interface OutcomeFacts {
  readonly outcome: LauncherOutcome;
  readonly word: AgentWord;
  /** Where the agent's output stands, for the sentence that says what to do. */
  readonly outputFile: string;
}

/**
 * What an attempt's end means. The verify command has the last word; then the agent's own word; then the exit code.
 * Whether there is a verify command is the launcher's to say, who was given it: the configuration may be another now.
 * An end that nobody could record is a loss, whatever the agent wrote: it may have been cut off after that.
 */
export function judgeOutcome(facts: OutcomeFacts): AttemptEnd {
  const { outcome, word } = facts;
  const durationMs = outcome.startedAt === undefined ? 0 : Date.parse(outcome.endedAt) - Date.parse(outcome.startedAt);
  const usage = usageOf(word);
  const spent = usage === undefined ? {} : { usage };
  const cost = { durationMs, ...spent };
  const fail = (
    code: 'agent_failed' | 'verify_failed' | 'task_time_limit' | 'agent_not_started',
    message: string,
  ): AttemptEnd => ({
    kind: 'failed',
    failure: { code, message },
    ...cost,
  });
  if (outcome.exit.kind === 'not_started') {
    if (outcome.exit.reason === 'could_not_start') return fail('agent_not_started', outcome.exit.message);
    return { kind: outcome.exit.reason === 'stopped' ? 'stopped' : 'not_accepted' };
  }
  if (outcome.stopped) return { kind: 'stopped', ...spent };
  if (outcome.timedOut) return fail('task_time_limit', timeLimitWords(facts));
  if (outcome.exit.kind === 'unknown') return { kind: 'lost', reason: 'process_gone' };
  if (outcome.verify !== undefined && !isSuccess(outcome.verify.exit)) return verifyFailed(outcome.verify, facts, fail);
  if (word.kind === 'unreadable') return fail('agent_failed', `its result file cannot be read: ${word.why}`);
  if (word.kind === 'said') return saidSo(word.result, facts, { fail, cost, spent });
  if (outcome.exit.kind === 'code' && outcome.exit.code === throttledCode) {
    return { kind: 'throttled', retryAfterMs: releasedBackoffMs };
  }
  if (isSuccess(outcome.exit)) return { kind: 'completed', ...cost };
  return fail('agent_failed', `${exitWords(outcome.exit)} (see ${facts.outputFile})`);
}

function timeLimitWords({ outcome, outputFile }: OutcomeFacts): string {
  const limit = `the time limit${outcome.limitMs === undefined ? '' : ` of ${Math.round(outcome.limitMs / 1000)} s`}`;
  return outcome.verify === undefined
    ? `not finished within ${limit} (see ${outputFile})`
    : `the verify command had not ended when ${limit} was over (see ${outputFile})`;
}

type Fail = (code: 'agent_failed' | 'verify_failed', message: string) => AttemptEnd;

function saidSo(
  result: AgentResult,
  facts: OutcomeFacts,
  { fail, cost, spent }: { fail: Fail; cost: { durationMs: number; usage?: Usage }; spent: { usage?: Usage } },
): AttemptEnd {
  switch (result.status) {
    case 'complete':
      // Without a successful exit the verify command did not run, so its word is missing. Of an older launcher nobody
      // knows whether there is one.
      if (facts.outcome.hasVerify !== false && !isSuccess(facts.outcome.exit)) {
        return fail(
          'agent_failed',
          `it reported success, but ${exitWords(facts.outcome.exit)}, so nothing was verified (see ${facts.outputFile})`,
        );
      }
      return { kind: 'completed', ...cost, ...(result.summary === undefined ? {} : { summary: result.summary }) };
    case 'failed':
      return fail(
        'agent_failed',
        `${result.reason ?? result.summary ?? 'it reported a failure without a reason'} (see ${facts.outputFile})`,
      );
    case 'blocked':
      return {
        kind: 'blocked',
        reason: 'agent',
        detail: result.reason ?? result.summary ?? 'the agent gave no reason',
        ...spent,
      };
  }
}

function verifyFailed(verify: LauncherVerify, facts: OutcomeFacts, fail: Fail): AttemptEnd {
  const how = verify.timedOut ? 'did not end in time' : exitWords(verify.exit);
  return fail('verify_failed', `the verify command ${how} (see ${facts.outputFile})`);
}

function usageOf(word: AgentWord): Usage | undefined {
  if (word.kind !== 'said') return undefined;
  const { tokens, costUsd } = word.result;
  if (tokens === undefined && costUsd === undefined) return undefined;
  return { ...(tokens === undefined ? {} : { tokens }), ...(costUsd === undefined ? {} : { costUsd }) };
}

const isSuccess = (exit: LauncherExit): boolean => exit.kind === 'code' && exit.code === 0;

function exitWords(exit: LauncherExit): string {
  switch (exit.kind) {
    case 'code':
      return `exited with code ${exit.code}`;
    case 'signal':
      return `was ended by ${exit.signal}`;
    case 'unknown':
      return 'ended unseen';
    case 'not_started':
      return `did not start: ${exit.message}`;
  }
}
