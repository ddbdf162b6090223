import { encodeCheckpoint } from '../../src/lib/perform/encode-checkpoint.js';
import { aCheckpoint } from '../support/history.js';

/** How often it lets other work in. */
function pausesOf(checkpoint: ReturnType<typeof aCheckpoint>): number {
  const encoding = encodeCheckpoint(checkpoint);
  let pauses = 0;
  while (encoding.next().done !== true) pauses += 1;
  return pauses;
}

const tasks = (count: number): string[] => Array.from({ length: count }, (_, index) => `TASK-${index}`);

describe('the text of a checkpoint', () => {
  it('is made in one piece while the state is small', () => {
    expect(pausesOf(aCheckpoint({ sequence: 10, completedTasks: tasks(5) }))).toBe(1);
  });

  it('is made in many pieces of a large state, also of one without events, as version 1 left it', () => {
    expect(pausesOf(aCheckpoint({ sequence: 200_000, completedTasks: tasks(100_000) }))).toBeGreaterThan(5);
    expect(pausesOf(aCheckpoint({ sequence: 0, completedTasks: tasks(100_000) }))).toBeGreaterThan(5);
  });
});
