import fc from 'fast-check';
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

const eol = fc.constantFrom('\n', '\r\n');
const status = fc.constantFrom(
  '',
  '[ ] Not Started',
  '[@] In Progress',
  'Todo',
  'On hold (x)',
  'whatever',
  '[x]',
  '✅ Done',
  '[Z]',
);
const section = fc.record({
  mark: fc.constantFrom('', '[ ] ', '[x] '),
  title: fc.constantFrom('Plain', 'With (4h)', 'Done ✓', 'Über ⭐ 漢字', '~~Gone~~'),
  status: fc.option(status),
  label: fc.constantFrom('**Status:** ', '**Status**:', '**Priority:** HIGH | **Status:** '),
  body: fc.array(
    fc.constantFrom(
      '',
      'text',
      '- [ ] box',
      '```',
      '~~~ js',
      '---',
      '<!-- c -->',
      '<!--',
      '-->',
      '#### More',
      '**Depends:** T1',
    ),
    {
      maxLength: 4,
    },
  ),
});
/** Texts of sprint files with tasks T1, T2, ... in all the ways in which people write marks. */
export const anySprintText = fc
  .tuple(fc.constantFrom('', '\uFEFF'), eol, fc.array(section, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([start, ending, sections, isEnded]) => {
    const lines = sections.flatMap((each, at) => [
      `### ${each.mark}T${at + 1}: ${each.title}`,
      ...(each.status === null ? [] : [each.label + each.status]),
      ...each.body,
    ]);
    return start + lines.join(ending) + (isEnded ? ending : '');
  });
