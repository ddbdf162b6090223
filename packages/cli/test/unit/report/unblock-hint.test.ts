import { blockedReasons, stopReasons, exitCodeOf } from '@ginkoai/contract';
import { blockedText } from '../../../src/lib/report/blocked-text.js';
import { nextStep } from '../../../src/lib/report/next-step.js';
import { unblockHint } from '../../../src/lib/report/unblock-hint.js';

describe('what people are told to do', () => {
  it.each(blockedReasons)('says who can unblock a task that is blocked by %s, and how', (reason) => {
    expect(unblockHint(reason, 'TASK-3')).toMatch(
      /^(You|Whoever|The other run)\b.*(can|whether).*(: | by | once | with )/,
    );
  });

  it.each([
    [
      'missing_dependency',
      'depends on T9, which the sprint does not have',
      'depends on T9, which the sprint does not have',
    ],
    ['agent', 'which colour?', 'its agent could not go on: which colour?'],
    ['no_command', 'TASK-3 has no **Run:** block', 'TASK-3 has no **Run:** block'],
    ['paused', undefined, 'paused in the sprint file'],
  ] as const)('names the reason of %s once', (reason, detail, text) => {
    expect(blockedText({ reason, detail })).toBe(text);
  });

  it.each(stopReasons)('says how to go on after %s, unless there is nothing to go on with', (reason) => {
    const { mustDo, command } = nextStep(reason);
    const exitCode = exitCodeOf(reason);
    expect(command === undefined).toBe(exitCode === 0);
    const isSaidByTasks = ['attempts_exhausted', 'blocked', 'dependency_cycle'].includes(reason);
    if (exitCode === 1) expect(mustDo === undefined).toBe(isSaidByTasks);
  });
});
