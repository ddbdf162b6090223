import { applySprint } from '../../../src/lib/decide/apply-sprint.js';
import { selectAssignments } from '../../../src/lib/decide/select-assignments.js';
import { aRun, aSprint, type History } from '../../support/decide-builders.js';

const given = ({ state }: History): string[] =>
  selectAssignments(state).map(({ taskId, agentId }) => `${taskId} to ${agentId}`);

function withAgents(history: History, agents: Record<string, string[]>): History {
  for (const [id, capabilities] of Object.entries(agents)) history.state.agents.join(id, capabilities);
  return history;
}

describe('selectAssignments', () => {
  it('gives the most urgent ready tasks, and no more than there are idle agents', () => {
    const history = aRun([{ id: 'low', rank: 3 }, { id: 'high', rank: 1 }, 'medium'], ['a', 'b']);
    expect(given(history)).toEqual(['high to a', 'medium to b']);
  });

  it('gives nothing without agents, and nothing without ready tasks', () => {
    expect(given(aRun(['T1'], []))).toEqual([]);
    expect(given(aRun([]))).toEqual([]);
  });

  it('lets a task wait for its dependencies', () => {
    const history = aRun(['T1', { id: 'T2', dependsOn: ['T1'] }], ['a', 'b']);
    expect(given(history)).toEqual(['T1 to a']);
    history.assign('T1', 1, 1, 'a').complete('T1');
    expect(given(history)).toEqual(['T2 to b']);
  });

  it('prefers the specialist and keeps the versatile free', () => {
    const history = withAgents(aRun([{ id: 'T1', capabilities: ['go'] }], []), {
      anything: ['*'],
      versatile: ['go', 'python'],
      specialist: ['go'],
    });
    expect(given(history)).toEqual(['T1 to specialist']);
  });

  it('takes an agent with `*` when no specialist is idle', () => {
    const history = withAgents(aRun([{ id: 'T1', capabilities: ['go'] }], []), { python: ['python'], anything: ['*'] });
    expect(given(history)).toEqual(['T1 to anything']);
  });

  it('passes over a task that nobody can do and gives the less urgent ones', () => {
    const sprint = [
      { id: 'rare', rank: 0, capabilities: ['cobol'] },
      { id: 'T1', capabilities: ['go'] },
    ];
    expect(given(withAgents(aRun(sprint, []), { a: ['go'], b: ['go'] }))).toEqual(['T1 to a']);
  });

  it('prefers the agent that has been idle longest', () => {
    const history = aRun(['T1', 'T2', 'T3'], ['a', 'b']);
    history.assign('T1', 1, 1, 'a').complete('T1');
    expect(given(history)).toEqual(['T2 to b', 'T3 to a']);
  });

  it('prefers it among agents with different, but equally many capabilities too', () => {
    const history = withAgents(aRun(['T1', 'T2', 'T3'], []), { a: ['go'], b: ['python'], any: ['*'] });
    history.assign('T1', 1, 1, 'a').complete('T1');
    expect(given(history)).toEqual(['T2 to b', 'T3 to a']);
  });

  it('prefers the task that has waited longest, then the order of the sprint', () => {
    const history = aRun(['T1', 'T2', 'T3'], []);
    history.state.agents.join('a', ['*']);
    history.assign('T1').add({ kind: 'task_released', taskId: 'T1', generation: 1, attempt: 1, reason: 'stopped' });
    expect(given(history)).toEqual(['T2 to a']);
    history.state.agents.join('b', ['*']);
    history.state.agents.join('c', ['*']);
    expect(given(history)).toEqual(['T2 to a', 'T3 to b', 'T1 to c']);
  });

  it('lets a task that joins the sprint later wait behind its equals', () => {
    const history = aRun(['first', { id: 'old', dependsOn: ['first'] }]);
    history.assign('first').complete('first').add({ kind: 'lease_granted', epoch: 2 });
    applySprint(history.state, aSprint(['new', 'first', { id: 'old', dependsOn: ['first'] }]));
    expect(given(history)).toEqual(['old to agent-1']);
  });

  it('names the next attempt of the present generation', () => {
    const history = aRun(['T1']).assign('T1').complete('T1');
    history.add({ kind: 'task_reopened', taskId: 'T1', generation: 2 }).assign('T1', 1, 2);
    history.add({ kind: 'task_lost', taskId: 'T1', generation: 2, attempt: 1, reason: 'process_gone' });
    expect(selectAssignments(history.state)).toEqual([
      { kind: 'assign', taskId: 'T1', agentId: 'agent-1', generation: 2, attempt: 2 },
    ]);
  });
});
