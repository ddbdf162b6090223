import { AgentPool, canDo, type Agent } from '../../../src/lib/decide/agent-pool.js';
import { idleAgents } from '../../support/decide-builders.js';

function poolOf(...ids: string[]): AgentPool {
  const pool = new AgentPool();
  for (const id of ids) pool.join(id, ['*']);
  return pool;
}

describe('AgentPool', () => {
  it('lists idle agents in the order in which they became idle', () => {
    const pool = poolOf('a', 'b', 'c');
    pool.occupy('a', 'T1');
    pool.occupy('b', 'T2');
    expect(idleAgents(pool)).toEqual(['c']);
    pool.free('b', 'T2');
    pool.free('a', 'T1');
    expect(idleAgents(pool)).toEqual(['c', 'b', 'a']);
    expect(pool.size).toBe(3);
  });

  it('keeps an agent busy when another task than its own lets go of it', () => {
    const pool = poolOf('a');
    pool.occupy('a', 'T2');
    pool.free('a', 'T1');
    expect([...pool.all()].map(({ taskId }) => taskId)).toEqual(['T2']);
    expect(idleAgents(pool)).toEqual([]);
  });

  it('puts the most specialised agents first, and those that can do anything last', () => {
    const pool = poolOf('any');
    pool.join('two', ['go', 'python']);
    pool.join('one', ['go']);
    pool.join('two as well', ['python', 'go', 'go']);
    expect(idleAgents(pool)).toEqual(['one', 'two', 'two as well', 'any']);
    expect(pool.classes()).toHaveLength(3);
  });

  it('passes over agents that are not its own', () => {
    const pool = poolOf('a');
    pool.occupy('elsewhere', 'T1');
    pool.free('elsewhere', 'T1');
    expect(idleAgents(pool)).toEqual(['a']);
  });
});

describe('canDo', () => {
  const agent = (...capabilities: string[]): Pick<Agent, 'capabilities'> => ({ capabilities: new Set(capabilities) });

  it('wants every capability that a task needs', () => {
    expect(canDo(agent('go', 'testing'), ['go', 'testing'])).toBe(true);
    expect(canDo(agent('go'), ['go', 'testing'])).toBe(false);
    expect(canDo(agent(), [])).toBe(true);
  });

  it('takes an agent with `*` for able to do anything', () => {
    expect(canDo(agent('*'), ['anything', 'else'])).toBe(true);
  });
});
