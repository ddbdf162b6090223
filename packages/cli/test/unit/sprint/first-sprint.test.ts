import { firstSprint } from '../../../src/lib/sprint/first-sprint.js';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';

describe('the sprint that ginko init writes', () => {
  it('is read without a problem, and every task says what to run', () => {
    const sprint = parseSprint(firstSprint.text, firstSprint.fileName);
    expect(sprint.problems).toEqual([]);
    expect(sprint.tasks.map(({ id, status }) => [id, status])).toEqual([
      ['TASK-1', 'pending'],
      ['TASK-2', 'pending'],
      ['TASK-3', 'pending'],
    ]);
    for (const { run } of sprint.tasks) expect(run).toMatch(/\S/);
  });
});
