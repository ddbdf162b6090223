import fc from 'fast-check';
import * as z from 'zod';
import { taskFactsSchema } from '../src/checkpoint.js';
import { isTaskState } from '../src/is-task-state.js';
import { blockedReasons } from '../src/task.js';

const schema = z.record(z.string(), taskFactsSchema);
const at = '2025-12-07T10:30:00.000Z';

/** As a file or an answer brings it. */
const parsed = (text: string): unknown => JSON.parse(text);

const text = fc.constantFrom('a', '', '__proto__');
const good = fc.record(
  {
    generation: fc.integer({ min: 1 }),
    attempt: fc.integer({ min: 1 }),
    failures: fc.nat(),
    losses: fc.nat(),
    notBefore: fc.constantFrom(at, '2025-12-07T10:30:00+01:00'),
    blockedReason: fc.constantFrom(...blockedReasons),
    blockedDetail: fc.string(),
    definition: fc.record({ title: text, body: text, later: fc.integer() }, { requiredKeys: ['title', 'body'] }),
    completedBy: fc.constantFrom('agent', 'sprint_file', 'graph'),
    held: fc.boolean(),
    removed: fc.boolean(),
    later: fc.oneof(fc.double(), fc.string(), fc.constant(null)),
  },
  { requiredKeys: [] },
);

const oddValues = [
  '0', '-0', '1', '-1', '1.5', '9007199254740991', '9007199254740992', '1e400', '-1e400', '1e-400', 'null', 'true', '"1"',
  '""', '"person"', '"agent"', '"nobody"', `"${at}"`, '"2025-12-07"', '[]', '{}', '[[]]', '{"title":"a","body":"b"}',
  '{"title":"a","body":1}', '{"title":"a","body":"b","x":{"y":1}}', '{"title":"a","body":"b","__proto__":1}', '["title","body"]',
  '{"__proto__":{"title":"a","body":"b"}}', '{"title":"a","body":"b","constructor":1}',
] as const; // prettier-ignore

const fieldNames = [
  ...Object.keys(taskFactsSchema.shape),
  'later',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '0',
];

/** One field with a value that may not belong there. */
const oddFacts = fc.oneof(
  fc
    .tuple(fc.constantFrom(...fieldNames), fc.oneof(fc.constantFrom(...oddValues), fc.json({ maxDepth: 2 })))
    .map(([key, value]) => `{${JSON.stringify(key)}:${value}}`),
  fc.constantFrom(...oddValues),
);

const taskIds = fc.oneof(fc.constantFrom('T1', 'T2', '7', '', '__proto__', 'constructor', 'prototype'), fc.string());

const hostile = fc.oneof(
  fc
    .array(
      fc.tuple(
        taskIds,
        fc.oneof(
          oddFacts,
          good.map((facts) => JSON.stringify(facts)),
        ),
      ),
      { maxLength: 3 },
    )
    .map((tasks) => `{${tasks.map(([id, facts]) => `${JSON.stringify(id)}:${facts}`).join(',')}}`),
  fc.constantFrom(...oddValues),
  fc.json(),
);

/** Nothing is nested, and no key could reach a prototype: what the check is there for. */
function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  // The record, its tasks, their definitions.
  if (depth > 2) return false;
  return Object.entries(value).every(
    ([key, member]) => !['__proto__', 'constructor', 'prototype'].includes(key) && isPlain(member, depth + 1),
  );
}

/** A field that the schema does not know holds something nested. */
function hasNestedExtra(value: unknown): boolean {
  return Object.values(value as object).some((facts: object) =>
    Object.entries(facts).some(([key, member]) =>
      key === 'definition' ? Object.values(member as object).some(isNested) : isNested(member),
    ),
  );
}
const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null;

describe('the quick check of the tasks of a checkpoint', () => {
  it('takes what the schema takes and leaves as it is, as long as it is plain, and nothing else', () => {
    fc.assert(
      fc.property(hostile, (json) => {
        const value = parsed(json);
        const bySchema = schema.safeParse(value);
        const isPlainValue = bySchema.success && isPlain(value) && !hasNestedExtra(value);
        expect(isTaskState(value)).toBe(isPlainValue);
        if (isPlainValue) expect(bySchema.data).toEqual(value);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes whatever ginko itself writes', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((id) => isPlain({ [id]: 1 })),
          good,
        ),
        (tasks) => {
          expect(isTaskState(parsed(JSON.stringify(tasks)))).toBe(true);
        },
      ),
    );
  });

  it.each([undefined, null, 1, 'tasks', [], [[]]])('is no for %j', (value) => {
    expect(isTaskState(value)).toBe(false);
  });

  it('leaves a field without a value to the schema', () => {
    expect(isTaskState({ T1: { notBefore: undefined } })).toBe(false);
    expect(schema.safeParse({ T1: { notBefore: undefined } }).success).toBe(true);
  });
});
