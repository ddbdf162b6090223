import fc from 'fast-check';
import { parseJsonSafely } from '../../src/lib/perform/parse-json.js';

const limits = { maxBytes: 1_000, name: 'state.json' };

describe('JSON from outside', () => {
  it('is parsed into what it says', () => {
    expect(parseJsonSafely('{"a":[1,"__proto__",{"b":null}]}', limits)).toEqual({
      ok: true,
      value: { a: [1, '__proto__', { b: null }] },
    });
    expect(parseJsonSafely(Buffer.from('"é"'), limits)).toEqual({ ok: true, value: 'é' });
  });

  it.each([
    ['{"__proto__":{"isAdmin":true}}', '"__proto__"'],
    ['{"a":[{"constructor":1}]}', '"constructor"'],
    ['{"a":{"b":{"prototype":1}}}', '"prototype"'],
    ['{"__pr\\u006fto__":1}', '"__proto__"'],
  ])('is refused when a key could reach a prototype: %s', (text, key) => {
    expect(parseJsonSafely(text, limits)).toMatchObject({
      ok: false,
      failure: { code: 'bad_state', message: `state.json is refused: it holds the key ${key}.` },
    });
  });

  it('is refused when it is nested too deeply', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJsonSafely(nested(64), { maxBytes: 1e6 })).toMatchObject({ ok: true });
    expect(parseJsonSafely(nested(65), { maxBytes: 1e6 })).toMatchObject({ ok: false });
    expect(parseJsonSafely(nested(400_000), { maxBytes: 1e6 })).toMatchObject({ ok: false });
  });

  it('is refused unread when it is too large', () => {
    const result = parseJsonSafely('"é"', { maxBytes: 3, name: 'state.json' });
    expect(result).toMatchObject({ ok: false, failure: { message: expect.stringContaining('4 bytes') as string } });
  });

  it.each(['', '{', '{"a":1}}', '\u0000\u0000', 'undefined'])('is refused when it is none: %j', (text) => {
    expect(parseJsonSafely(text, limits)).toMatchObject({ ok: false, failure: { code: 'bad_state' } });
  });

  it('never throws, and gives back what was written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseJsonSafely(text, limits);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        const result = parseJsonSafely(text, { maxBytes: 1e6 });
        if (result.ok) expect(result.value).toEqual(JSON.parse(text));
      }),
    );
  });
});
