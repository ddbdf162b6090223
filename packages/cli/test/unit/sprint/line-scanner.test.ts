import { LineScanner } from '../../../src/lib/sprint/line-scanner.js';

function kindsOf(text: string): readonly string[] {
  const scanner = new LineScanner(text, { from: 0, to: text.length, firstLine: 1 });
  const kinds: string[] = [];
  while (scanner.advance()) kinds.push(scanner.kind);
  return kinds;
}

describe('the kind of a line', () => {
  it.each([
    ['', []],
    ['\n', ['blank']],
    ['# a', ['heading']],
    ['###### a', ['heading']],
    ['####### a', ['text']],
    ['##a', ['heading']],
    ['#a', ['text']],
    ['#', ['heading']],
    ['#\ta', ['heading']],
    ['   ## a', ['heading']],
    ['    ## a', ['text']],
    ['\t## a', ['text']],
    ['**a**', ['bold']],
    ['*a*', ['text']],
    ['- a', ['item']],
    ['-', ['item']],
    ['-a', ['text']],
    ['---', ['text']],
    ['+ a', ['item']],
    ['12. a', ['item']],
    ['12) a', ['item']],
    ['12 a', ['text']],
    ['12.5', ['text']],
    ['> # a', ['text']],
    ['- a\n  **b**\n\n  **c**\nd\n  **e**', ['item', 'text', 'blank', 'text', 'text', 'bold']],
    ['a <!--', ['text']],
    ['<b>', ['text']],
    ['<!-- a -->\nb', ['text', 'text']],
    ['<!-- a\n# b\nc --> d\n# e', ['comment', 'comment', 'comment', 'heading']],
    ['<!-- a\n<!-- b\n# c', ['text', 'text', 'heading']],
  ])('%j', (text, kinds) => {
    expect(kindsOf(text)).toEqual(kinds);
  });
});

describe('fences', () => {
  it.each([
    ['a fence', '```\n\n# a\n```\n# b', ['fence_open', 'code', 'code', 'fence_close', 'heading']],
    [
      'one inside another',
      '```md\n```js\n```\n# a\n```\n# b',
      ['fence_open', 'code', 'code', 'code', 'fence_close', 'heading'],
    ],
    ['another kind inside', '~~~\n```\n~~~\n', ['fence_open', 'code', 'fence_close']],
    ['a shorter one inside', '````\n```\n````\n', ['fence_open', 'code', 'fence_close']],
    ['a longer one at the end', '```\n`````\n', ['fence_open', 'fence_close']],
    [
      'an inner one of another kind that nobody closes',
      '```md\n~~~js\n```\n# a',
      ['fence_open', 'code', 'fence_close', 'heading'],
    ],
    ['inline code that looks like one', '```a```\n``\n# b', ['text', 'text', 'heading']],
    ['inline code inside one', '```\n```a```\n```\n# b', ['fence_open', 'code', 'fence_close', 'heading']],
    ['tildes with backticks behind', '~~~ `a`\n~~~', ['fence_open', 'fence_close']],
    ['one in a list', '- a\n  ```\n  # b\n  ```', ['item', 'fence_open', 'code', 'fence_close']],
    ['one behind a list marker', '- ```sh\n  # a\n  ```\n# b', ['fence_open', 'code', 'fence_close', 'heading']],
    ['one behind a number', '1.  ~~~\n# a\n~~~\n# b', ['fence_open', 'code', 'fence_close', 'heading']],
    [
      'one behind a list marker inside another',
      '```md\n- ```sh\n  ```\n# a\n```\n# b',
      ['fence_open', 'code', 'code', 'code', 'fence_close', 'heading'],
    ],
    [
      'a bare one behind a list marker closes nothing',
      '```\n- ```\n# a\n```',
      ['fence_open', 'code', 'code', 'fence_close'],
    ],
    ['inline code behind a list marker', '- ```a```\n# b', ['item', 'heading']],
  ])('%s', (_, text, kinds) => {
    expect(kindsOf(text)).toEqual(kinds);
  });

  it('are followed down to a depth that nobody reaches', () => {
    const text = [
      '```a',
      ...Array.from({ length: 40 }, () => '```b'),
      ...Array.from({ length: 16 }, () => '```'),
      '# c',
    ];
    expect(kindsOf(text.join('\n')).slice(-2)).toEqual(['fence_close', 'heading']);
  });

  it('tell where one was opened that is never closed', () => {
    const text = 'a\n```\nb\n';
    const scanner = new LineScanner(text, { from: 0, to: text.length, firstLine: 10 });
    while (scanner.advance());
    expect(scanner.fenceLine).toBe(11);
  });
});
