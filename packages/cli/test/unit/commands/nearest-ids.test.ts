import { nearestIds } from '../../../src/lib/decide/nearest-ids.js';

describe('the ids that somebody may have meant', () => {
  const known = ['TASK-1', 'TASK-2', 'TASK-10', 'TASK-11', 'e008_s02_t01', 'e008_s02_t02'];

  it('are those that differ least', () => {
    expect(nearestIds('TSK-1', known)).toEqual(['TASK-1']);
    expect(nearestIds('task-2', known)).toEqual(['TASK-2']);
  });

  it('are those of which it is a part, in the order of their numbers', () => {
    expect(nearestIds('t01', known)).toEqual(['e008_s02_t01']);
    expect(nearestIds('TASK-1', known.slice(1))).toEqual(['TASK-2', 'TASK-10', 'TASK-11']);
  });

  it('are at most three', () => {
    expect(nearestIds('TASK', ['TASK-3', 'TASK-1', 'TASK-2', 'TASK-4'])).toEqual(['TASK-1', 'TASK-2', 'TASK-3']);
  });

  it('are none where nothing is near', () => {
    expect(nearestIds('deploy-everything', known)).toEqual([]);
    expect(nearestIds('', ['TASK-1'])).toEqual([]);
    expect(nearestIds('TASK-1', [])).toEqual([]);
  });
});
