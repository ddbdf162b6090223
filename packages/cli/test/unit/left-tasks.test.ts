import { leftTasks } from '../../src/lib/perform/left-tasks.js';
import { aRun, isoTime, type History } from '../support/decide-builders.js';

const left = (history: History, most = 100): unknown[] =>
  leftTasks(history.state, { most, outputFileOf: ({ taskId, attempt }) => `${taskId}/${attempt}/output.log` });

describe('the tasks that a run leaves', () => {
  it('say why they are not complete, what a person must see to first', () => {
    const history = aRun([
      { id: 'T1' },
      { id: 'T2', dependsOn: ['T1'] },
      { id: 'T3' },
      { id: 'T4', dependsOn: ['T2', 'T3'] },
      { id: 'T5' },
    ]);
    history.assign('T5').complete('T5').assign('T1').block('T3');
    expect(left(history)).toEqual([
      { taskId: 'T3', title: 'Title of T3', attempt: 0, state: 'blocked', reason: 'person' },
      { taskId: 'T1', title: 'Title of T1', attempt: 1, state: 'running', agentId: 'agent-1' },
      { taskId: 'T2', title: 'Title of T2', attempt: 0, state: 'waiting', waitsFor: ['T1'] },
      { taskId: 'T4', title: 'Title of T4', attempt: 0, state: 'waiting', waitsFor: ['T2', 'T3'] },
    ]);
    expect(left(history, 1)).toHaveLength(1);
  });

  it('have the last failure of their generation, with its output where that is kept here', () => {
    const failure = { code: 'agent_failed', message: 'exited with code 3' } as const;
    const history = aRun(['T1']).assign('T1');
    const id = { taskId: 'T1', generation: 1, agentId: 'agent-1' };
    history.add({ kind: 'task_failed', ...id, attempt: 1, failure });
    history.assign('T1', 2).add({ kind: 'task_failed', ...id, attempt: 2, failure });
    const notBefore = isoTime(history.now + 10_000);
    history.add({ kind: 'task_retry_scheduled', taskId: 'T1', notBefore });
    const lastFailure = { generation: 1, attempt: 2, message: 'exited with code 3', outputFile: 'T1/2/output.log' };
    expect(left(history)).toMatchObject([{ taskId: 'T1', state: 'retrying', notBefore, lastFailure }]);
    history.state.place = 'elsewhere';
    expect(left(history)[0]).not.toHaveProperty('lastFailure.outputFile');
    history.add({ kind: 'task_reopened', taskId: 'T1', generation: 2 });
    expect(left(history)[0]).not.toHaveProperty('lastFailure');
  });

  it('say whether an agent could do what is ready', () => {
    const history = aRun([{ id: 'T1', capabilities: ['python'] }], []);
    expect(left(history)).toMatchObject([{ state: 'ready', needs: ['python'], canBeDone: false }]);
    history.state.agents.join('agent-1', ['python']);
    expect(left(history)).toMatchObject([{ state: 'ready', canBeDone: true }]);
  });
});
