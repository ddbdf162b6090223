import { withoutComments } from '../../../src/lib/sprint/html-comments.js';

describe('HTML comments inside a line', () => {
  it.each([
    ['a', 'a'],
    ['a <!-- b --> c', 'a            c'],
    ['<!--a--><!--b-->c', '                c'],
    ['a <!-- b', 'a <!-- b'],
    ['<!-- a --> b <!-- c', '           b <!-- c'],
    ['<!-- a <!-- b --> c', '                  c'],
    ['', ''],
  ])('%j becomes %j', (line, expected) => {
    expect(withoutComments(line)).toBe(expected);
  });
});
