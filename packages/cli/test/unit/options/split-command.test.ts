import fc from 'fast-check';
import { splitCommand } from '../../../src/lib/options/split-command.js';

describe('splitCommand', () => {
  it.each([
    ['my-agent --fast', ['my-agent', '--fast']],
    ['  a\t b\n c  ', ['a', 'b', 'c']],
    [`claude -p "do it" --name 'two words'`, ['claude', '-p', 'do it', '--name', 'two words']],
    [`a"b c"'d e'f`, ['ab cd ef']],
    ['say ""', ['say', '']],
    [`say '' x`, ['say', '', 'x']],
    ['a\\ b c\\\\d \\"', ['a b', 'c\\d', '"']],
    [`"a\\"b" "c\\\\d" "e\\f" "\\$HOME \\\`x\\\`"`, ['a"b', 'c\\d', 'e\\f', '$HOME `x`']],
    [`'a\\' b`, ['a\\', 'b']],
    ['one \\\ntwo', ['one', 'two']],
    ['on\\\ne', ['one']],
    ['"on\\\ne"', ['one']],
    ['echo $HOME *.ts ~ #no {a,b}', ['echo', '$HOME', '*.ts', '~', '#no', '{a,b}']],
    [`sh -c 'a | b && c > d'`, ['sh', '-c', 'a | b && c > d']],
    ['grüße "日本 語"', ['grüße', '日本 語']],
  ])('makes of %j the words a shell would', (text, words) => {
    expect(splitCommand(text)).toEqual({ ok: true, value: words });
  });

  it.each([
    ['', /command is empty\. Name a program/],
    [' \n ', /command is empty/],
    ['a "b', /"a \\"b" has a " that is not closed\. Add the closing "/],
    [`don't`, /has a ' that is not closed\. Add the closing '/],
    ['a \\', /ends in a backslash/],
    ['a | b', /holds "\|", which only a shell understands\. Quote it, or run a shell/],
    ['a && b', /holds "&"/],
    ['a > log', /holds ">"/],
  ])('refuses %j and says what to do', (text, message) => {
    const result = splitCommand(text);
    expect(result).toMatchObject({ ok: false, failure: { code: 'bad_option' } });
    expect(!result.ok && result.failure.message).toMatch(message);
  });

  it('takes back any words that were quoted for a shell', () => {
    const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
        expect(splitCommand(words.map(quoted).join(' '))).toEqual({ ok: true, value: words });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof splitCommand(text).ok === 'boolean'));
  });
});
