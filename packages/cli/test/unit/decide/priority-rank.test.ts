import { priorityRank } from '../../../src/lib/decide/priority-rank.js';

describe('priorityRank', () => {
  it.each([
    ['CRITICAL', 0],
    ['high', 1],
    [' Medium ', 2],
    ['LOW', 3],
    ['P0', 0],
    ['P1', 1],
    ['p2', 2],
    ['P3', 3],
    ['P4', 4],
    ['1', 1],
    ['12', 12],
  ])('ranks %j as %i', (priority, rank) => {
    expect(priorityRank(priority)).toBe(rank);
  });

  it.each([[null], [''], ['soon'], ['P'], ['1234'], ['constructor']])('counts %j as medium', (priority) => {
    expect(priorityRank(priority)).toBe(priorityRank('MEDIUM'));
  });
});
