import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import type { SprintTask } from '../../../src/lib/sprint/sprint.js';

const statusSchema = z.string().transform((status) => {
  if (status === 'todo') return 'pending';
  return status === 'paused' ? 'blocked: paused' : status;
});

const expectedSchema = z.object({
  file: z.string(),
  title: z.string().nullable(),
  sprintId: z.string().nullable(),
  taskCount: z.int(),
  duplicateIds: z.array(z.string()),
  tasks: z.array(
    z.object({
      id: z.string(),
      idAccept: z.array(z.string()).optional(),
      title: z.string(),
      status: statusSchema,
      dependsOn: z.array(z.string()),
      externalDepends: z.array(z.string()).default([]),
      priority: z.string().nullable(),
      effort: z.string().nullable(),
      line: z.int(),
    }),
  ),
});

type Expected = z.infer<typeof expectedSchema>;

function comparable(task: SprintTask, expected: Expected['tasks'][number] | undefined): object {
  const isAccepted = expected?.idAccept?.includes(task.id) === true;
  return {
    id: isAccepted ? expected.id : task.id,
    title: task.title,
    status: task.blockedReason === 'paused' ? 'blocked: paused' : task.status,
    dependsOn: task.dependsOn,
    externalDepends: task.externalDepends,
    priority: task.priority,
    effort: task.effort,
    line: task.line,
  };
}

function compare(expected: Expected, text: string): void {
  const sprint = parseSprint(text, expected.file);
  expect(sprint.tasks.map((task, at) => comparable(task, expected.tasks[at]))).toEqual(
    expected.tasks.map((task) => ({ ...task, idAccept: undefined })),
  );
  expect({ title: sprint.title, sprintId: sprint.sprintId }).toEqual({
    title: expected.title,
    sprintId: expected.sprintId,
  });
  expect(sprint.problems.filter(({ code }) => code === 'duplicate_id')).toHaveLength(expected.duplicateIds.length);
  expect(sprint.problems.some(({ code }) => code === 'not_a_sprint')).toBe(expected.taskCount === 0);
}

describe('the comparison with what a careful reader takes a file to say', () => {
  const expected = expectedSchema.parse({
    file: 'a.md',
    title: null,
    sprintId: null,
    taskCount: 1,
    duplicateIds: [],
    tasks: [
      {
        id: 'Task 1',
        idAccept: ['TASK-1'],
        title: 'A',
        status: 'todo',
        dependsOn: [],
        priority: null,
        effort: null,
        line: 1,
      },
    ],
  });

  it('accepts the right reading and no other', () => {
    expect(() => compare(expected, '### Task 1: A')).not.toThrow();
    expect(() => compare(expected, '### Task 1: B')).toThrow();
  });
});

const corpus = process.env['GINKO_SPRINT_CORPUS'];
if (corpus !== undefined) {
  describe('real sprint files', () => {
    const names = readdirSync(corpus).filter((name) => name.endsWith('.expected.json'));
    it.each(names)('%s', (name) => {
      const expected = expectedSchema.parse(JSON.parse(readFileSync(join(corpus, name), 'utf8')));
      compare(expected, readFileSync(join(corpus, expected.file), 'utf8'));
    });
  });
}
