import type { BlockedReason, TaskStatus } from '@ginkoai/contract';
import { personWord, type PersonVerb, type TaskStanding } from '../../../src/lib/decide/person-word.js';

function standing(status: TaskStatus, more: Partial<TaskStanding> = {}): TaskStanding {
  return { taskId: 'TASK-1', status, recorded: status, agentId: null, blockedReason: null, ...more };
}

const said = (verb: PersonVerb, task: TaskStanding, reason?: string): string => {
  const word = personWord(verb, task, reason);
  if (!word.ok) return `refused: ${word.failure.message}`;
  if (word.value.kind === 'nothing') return `nothing: ${word.value.why}`;
  return word.value.reason === undefined ? word.value.status : `${word.value.status}: ${word.value.reason}`;
};

describe("a person's word about a task", () => {
  it.each(['pending', 'in_progress', 'blocked', 'cancelled'] as const)('completes a task that is %s', (status) => {
    expect(said('complete', standing(status))).toBe('complete');
  });

  it('has nothing to say of a task that stands so already', () => {
    expect(said('complete', standing('complete'))).toBe('nothing: TASK-1 is complete already');
    expect(said('reopen', standing('pending'))).toBe('nothing: TASK-1 is pending already');
    expect(said('release', standing('pending'))).toBe('nothing: TASK-1 is pending already: nobody has it');
  });

  it.each(['pending', 'in_progress', 'complete'] as const)('fails a task that is %s by blocking it', (status) => {
    expect(said('fail', standing(status), 'wrong text')).toBe('blocked: failed: wrong text');
    expect(said('fail', standing(status))).toBe('blocked: failed: no reason given');
  });

  it('blocks with the reason, but never takes a completion back that way', () => {
    expect(said('block', standing('in_progress'), 'wait')).toBe('blocked: wait');
    expect(said('block', standing('complete'), 'wait')).toMatch(/^refused: .*ginko task fail TASK-1/);
  });

  it('releases what somebody has, and takes no completion back that way', () => {
    expect(said('release', standing('in_progress'))).toBe('pending');
    expect(said('release', standing('blocked', { blockedReason: 'foreign_assignment' }))).toBe('pending');
    expect(said('release', standing('complete'))).toMatch(/^refused: TASK-1 is complete.*ginko task reopen TASK-1/);
    expect(said('release', standing('cancelled'))).toMatch(/^refused: TASK-1 is cancelled/);
  });

  it('reopens what is complete, cancelled or blocked', () => {
    expect(said('reopen', standing('complete'))).toBe('pending');
    expect(said('reopen', standing('cancelled'))).toBe('pending');
    expect(said('reopen', standing('blocked', { blockedReason: 'attempts_exhausted' }))).toBe('pending');
    expect(said('reopen', standing('blocked'))).toBe('pending');
  });

  it('does not reopen under an agent that is at work', () => {
    expect(said('reopen', standing('in_progress', { agentId: 'shell-1' }))).toMatch(
      /^refused: TASK-1 is in progress \(shell-1\).*ginko task release TASK-1/,
    );
    expect(said('reopen', standing('in_progress'))).toMatch(/^refused: TASK-1 is in progress\./);
  });

  it.each([
    ['release', 'in_progress'],
    ['release', 'blocked'],
    ['reopen', 'blocked'],
    ['block', 'in_progress'],
  ] as const)('is void after a completion that came first: %s of what is %s', (verb, status) => {
    expect(personWord(verb, standing(status), 'wait')).toMatchObject({ value: { unlessComplete: true } });
  });

  it('takes a completion back where that is what it says, or an unread word said so before', () => {
    expect(personWord('reopen', standing('complete'), undefined)).toMatchObject({ value: { unlessComplete: false } });
    expect(personWord('fail', standing('in_progress'), 'bad')).toMatchObject({ value: { unlessComplete: false } });
    const reopened = standing('pending', { recorded: 'complete' });
    expect(personWord('block', reopened, 'wait')).toMatchObject({ value: { unlessComplete: false } });
  });

  it.each<BlockedReason>(['missing_dependency', 'dependency_cycle', 'dependency_cancelled'])(
    'cannot lift a block that follows from the sprint (%s)',
    (blockedReason) => {
      expect(said('reopen', standing('blocked', { blockedReason }))).toContain(
        `(${blockedReason}), which no word lifts`,
      );
      expect(said('release', standing('blocked', { blockedReason }))).toContain('Correct the Depends lines');
    },
  );
});
