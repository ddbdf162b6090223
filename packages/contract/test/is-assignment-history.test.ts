import fc from 'fast-check';
import * as z from 'zod';
import { assignmentRecordSchema, assignmentStatuses } from '../src/checkpoint.js';
import { failureCodes } from '../src/failure.js';
import { isAssignmentHistory } from '../src/is-assignment-history.js';

const schema = z.array(assignmentRecordSchema);
const times = ['2025-12-07T10:30:00.000Z', '2024-02-29T23:59:59Z', '2025-12-07T10:30:00+01:00'] as const;

/** As a file or an answer brings it. */
const parsed = (text: string): unknown => JSON.parse(text);

const good = fc.record(
  {
    taskId: fc.string(),
    agentId: fc.string(),
    generation: fc.integer({ min: 1 }),
    attempt: fc.integer({ min: 1 }),
    status: fc.constantFrom(...assignmentStatuses),
    assignedAt: fc.constantFrom(...times),
    place: fc.string(),
    pid: fc.integer(),
    processStartedAt: fc.string(),
    closedAt: fc.constantFrom(...times),
    failure: fc.record({ code: fc.constantFrom(...failureCodes), message: fc.string(), later: fc.integer() }),
    summary: fc.string(),
    usage: fc.record({ tokens: fc.nat(), costUsd: fc.nat(), later: fc.string() }, { requiredKeys: [] }),
    later: fc.oneof(fc.string(), fc.constant({ nested: [1] })),
  },
  { requiredKeys: ['taskId', 'agentId', 'generation', 'attempt', 'status', 'assignedAt'] },
);

const oddValues = [
  '0', '1', '-1', '1.5', '9007199254740992', '1e400', 'null', 'true', '"1"', '""', '"assigned"', '"lost by somebody"',
  `"${times[0]}"`, '"2025-12-07"', '"2025-02-29T10:30:00Z"', '"2025-12-07T10:30:00"', '[]', '{}', '{"tokens":-1}',
  '{"code":"not_found","message":""}', '{"code":"nothing","message":""}',
] as const; // prettier-ignore

const fieldNames = [...Object.keys(assignmentRecordSchema.shape), 'later', '__proto__', 'constructor', 'prototype'];

/** A record with one field that may not belong there, or without one. */
const odd = fc
  .tuple(good, fc.constantFrom(...fieldNames), fc.option(fc.constantFrom(...oddValues)))
  .map(([record, name, value]) => {
    const others = Object.entries(record).filter(([key]) => key !== name);
    const members = others.map(([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(member)}`);
    return `{${[...members, ...(value === null ? [] : [`${JSON.stringify(name)}:${value}`])].join(',')}}`;
  });

const hostile = fc.oneof(
  fc.array(odd, { maxLength: 3 }).map((records) => `[${records.join(',')}]`),
  fc.constantFrom(...oddValues),
  fc.json(),
);

/** A record has a key that could reach a prototype. */
const hasForbiddenKey = (value: readonly object[]): boolean =>
  value.some((record) => ['__proto__', 'constructor', 'prototype'].some((key) => Object.hasOwn(record, key)));

/** Nothing was filled in. */
const isComplete = (value: readonly object[]): boolean =>
  value.every((record) => 'generation' in record && 'attempt' in record);

describe('the quick check of the assignments of a checkpoint', () => {
  it('takes what the schema takes and leaves as it is, and nothing else', () => {
    fc.assert(
      fc.property(hostile, (json) => {
        const value = parsed(json);
        const bySchema = schema.safeParse(value);
        const records = value as readonly object[];
        const isToBeTaken = bySchema.success && isComplete(records) && !hasForbiddenKey(records);
        expect(isAssignmentHistory(value)).toBe(isToBeTaken);
        if (isToBeTaken) expect(bySchema.data).toEqual(value);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes whatever ginko itself writes', () => {
    fc.assert(
      fc.property(fc.array(good), (records) => {
        expect(isAssignmentHistory(parsed(JSON.stringify(records)))).toBe(true);
      }),
    );
  });

  it.each([undefined, null, 1, 'records', {}, [[]], [null]])('is no for %j', (value) => {
    expect(isAssignmentHistory(value)).toBe(false);
  });
});
