import { checkpointFile, type Result } from '@ginkoai/contract';
import { checksumOf } from '../../src/lib/perform/checksum.js';
import { decodeCheckpoint } from '../../src/lib/perform/decode-checkpoint.js';
import { aCheckpoint } from '../support/history.js';

/** The file of a checkpoint that has these fields, as JSON text, instead of its own. */
function decoded(fields: Readonly<Record<string, string>>): Result<unknown> {
  const own = Object.entries(aCheckpoint()).filter(([key, value]) => !(key in fields) && value !== undefined);
  const members = [...own.map(([key, value]) => [key, JSON.stringify(value)] as const), ...Object.entries(fields)];
  const body = `{${members.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
  const text = checkpointFile.head(checksumOf(body)) + body + checkpointFile.tail;
  return decodeCheckpoint({ bytes: Buffer.from(`${text}\n`), name: 'checkpoint.json', epicId: 'EPIC-1' });
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('the tasks of a checkpoint file', () => {
  it('keep fields of a later version, nested ones too', () => {
    const taskState = '{"T1":{"attempt":1,"later":{"by":["somebody"]}},"T2":{"later":1}}';
    expect(decoded({ taskState })).toMatchObject({ ok: true, value: { taskState: JSON.parse(taskState) as unknown } });
  });

  it('are refused with the first field at fault', () => {
    expect(decoded({ taskState: '{"T1":{"attempt":1},"T2":{"attempt":0}}' })).toMatchObject({
      failure: {
        code: 'bad_state',
        message: expect.stringContaining('field taskState.T2.attempt') as string,
        details: { field: 'taskState.T2.attempt' },
      },
    });
  });

  it.each([
    ['{"__proto__":{"attempt":1}}', 'it holds the key "__proto__"'],
    ['{"T1":{"constructor":1}}', 'it holds the key "constructor"'],
    ['{"T1":{"definition":{"title":"","body":"","prototype":1}}}', 'it holds the key "prototype"'],
    [`{"T1":{"later":${nested(100)}}}`, 'it is nested too deeply'],
  ])('are refused when they are hostile: %s', (taskState, fault) => {
    const message = `checkpoint.json is refused: ${fault}.`;
    expect(decoded({ taskState })).toEqual({ ok: false, failure: { code: 'bad_state', message } });
  });

  it('are not all that is looked at', () => {
    const message = 'checkpoint.json is refused: it is nested too deeply.';
    expect(decoded({ taskState: '{"T1":{"attempt":1}}', later: nested(100) })).toMatchObject({ failure: { message } });
  });
});
