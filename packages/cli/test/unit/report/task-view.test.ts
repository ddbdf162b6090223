import { plainText } from '../../../src/lib/report/styled-line.js';
import { taskSight } from '../../../src/lib/report/task-sight.js';
import { taskPage } from '../../../src/lib/report/task-view.js';
import { localTime } from '../../../src/lib/report/time-text.js';
import { aRun, isoTime, start } from '../../support/decide-builders.js';

describe('the page of a task', () => {
  const failure = { code: 'agent_failed', message: 'exited with code 3' } as const;
  const id = { taskId: 'T1', generation: 1, agentId: 'agent-1' };

  const pageOf = (summary: string): string[] => {
    const history = aRun(['T1']).assign('T1');
    history.add({ kind: 'task_failed', ...id, attempt: 1, failure, usage: { tokens: 1_000 } }).assign('T1', 2);
    const usage = { tokens: 12_345, costUsd: 0.43 };
    history.add({ kind: 'task_completed', ...id, attempt: 2, by: 'agent', summary, usage });
    const { state } = history;
    const task = taskSight(history.facts('T1'), state, undefined);
    return taskPage({ task, plan: null, attempts: [...state.closed], output: null }).map(plainText);
  };
  const after = (seconds: number): string => localTime(isoTime(start + seconds * 1000));

  it('shows what each attempt spent, and what its agent said of it', () => {
    expect(pageOf('Both pages are rendered.').slice(-3)).toEqual([
      `    1  agent-1, failed, ${after(2)} to ${after(3)}, 1,000 tokens: exited with code 3`,
      `    2  agent-1, completed, ${after(4)} to ${after(5)}, 12,345 tokens, $0.43`,
      '       Both pages are rendered.',
    ]);
  });

  it('shows the beginning of what was said at length', () => {
    const [said = ''] = pageOf('word '.repeat(1_000)).slice(-1);
    expect(said.length).toBeLessThan(600);
    expect(said).toMatch(/^ {7}word .*…$/);
  });
});
