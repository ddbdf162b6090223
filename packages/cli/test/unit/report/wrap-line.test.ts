import fc from 'fast-check';
import { lineOf, lineWidth, plainText, renderLine, span } from '../../../src/lib/report/styled-line.js';
import { chalkPalette } from '../../../src/lib/report/chalk-palette.js';
import { wrapLine } from '../../../src/lib/report/wrap-line.js';

const wrapped = (text: string, columns: number): string[] => wrapLine(lineOf(text), columns).map(plainText);

describe('a line that is broken for a terminal', () => {
  it('is left alone where it fits', () => {
    expect(wrapped('  Every task is complete.', 25)).toEqual(['  Every task is complete.']);
  });

  it('goes on below its text, after the time of day and the sign', () => {
    expect(wrapped('09:41:07  ✗ TASK-3 Render pages: exited with code 3', 40)).toEqual([
      '09:41:07  ✗ TASK-3 Render pages: exited',
      '            with code 3',
    ]);
    expect(wrapped('    ■ TASK-9 Deploy: paused in the sprint file', 30)).toEqual([
      '    ■ TASK-9 Deploy: paused in',
      '      the sprint file',
    ]);
  });

  it('keeps a path that is too long in one piece, so that it can be copied', () => {
    expect(wrapped('  Output: .ginko/runs/TASK-3/g1a2/output.log', 20)).toEqual([
      '  Output:',
      '    .ginko/runs/TASK-3/g1a2/output.log',
    ]);
  });

  it('keeps a command in one piece', () => {
    const line = lineOf('  Continue with: ', span("ginko orchestrate --resume --exec 'sh -c true'", 'command'));
    expect(wrapLine(line, 30).map(plainText)).toEqual([
      '  Continue with:',
      "    ginko orchestrate --resume --exec 'sh -c true'",
    ]);
  });

  it('keeps the colours of its words', () => {
    const line = lineOf(span('✗', 'bad'), ' ', span('one two', 'good'));
    expect(wrapLine(line, 6).map((part) => renderLine(part, chalkPalette))).toEqual([
      renderLine(lineOf(span('✗', 'bad'), ' ', span('one', 'good')), chalkPalette),
      renderLine(lineOf('  ', span('two', 'good')), chalkPalette),
    ]);
  });

  it('loses no word, and is no wider than the terminal where its words are not', () => {
    const words = fc.array(fc.stringMatching(/^[a-z漢]{1,6}$/), { minLength: 1 });
    const indent = fc.nat({ max: 12 }).map((count) => ' '.repeat(count));
    fc.assert(
      fc.property(words, indent, fc.integer({ min: 30, max: 60 }), (some, before, columns) => {
        const parts = wrapLine(lineOf(before, some.join(' ')), columns);
        for (const part of parts) expect(lineWidth(part)).toBeLessThanOrEqual(columns);
        expect(parts.map((part) => plainText(part).trim()).join(' ')).toBe(some.join(' '));
      }),
    );
  });
});
