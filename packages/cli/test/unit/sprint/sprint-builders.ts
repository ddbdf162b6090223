import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import type { Sprint, SprintTask } from '../../../src/lib/sprint/sprint.js';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'sprints');

export const fixturePath = (name: string): string => join(fixtures, name);

export const fixtureText = (name: string): string => readFileSync(fixturePath(name), 'utf8');

export const aSprint = (...lines: readonly string[]): Sprint => parseSprint(lines.join('\n'), 'a-sprint.md');

/** The one task of a file that has just that. */
export function aTask(...lines: readonly string[]): SprintTask {
  const [task, ...others] = aSprint(...lines).tasks;
  if (task === undefined || others.length > 0) throw new Error('The text must have one task');
  return task;
}

export function taskOf(sprint: Sprint, id: string): SprintTask {
  const task = sprint.tasks.find((each) => each.id === id);
  if (task === undefined) throw new Error(`There is no task ${id}`);
  return task;
}

export const idsOf = ({ tasks }: Sprint): readonly string[] => tasks.map(({ id }) => id);

export const problemCodes = ({ problems }: Sprint): readonly string[] => problems.map(({ code }) => code);
