import fc from 'fast-check';
import { cleanText } from '../../../src/lib/report/clean-text.js';
import {
  cutMiddleToWidth,
  cutToWidth,
  padToWidth,
  textWidth,
  wrapToWidth,
} from '../../../src/lib/report/text-width.js';

const text = fc.string({ unit: 'binary' }).map(cleanText);

describe('the width of text', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['Grüße', 5],
    ['e\u0301', 1],
    ['漢字', 4],
    ['ｶﾅ', 2],
    ['한국', 4],
    ['🎉', 2],
    ['❤️', 2],
    ['🇫🇷', 2],
    ['✓ℹ→■↻…·', 7],
  ])('takes %j for %i cells', (shown, width) => {
    expect(textWidth(shown)).toBe(width);
  });

  it('never cuts a character apart', () => {
    expect(cutToWidth('ab漢字', 4)).toBe('ab…');
    expect(cutToWidth('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
    expect(cutToWidth('👩‍👩‍👧 family', 3)).toBe('…');
    expect(cutToWidth('abc', 3)).toBe('abc');
    expect(cutToWidth('abcd', 3)).toBe('ab…');
  });

  it('cuts in the middle what differs at its ends', () => {
    expect(cutMiddleToWidth('orchestrator-1733592000000-a1b2', 15)).toBe('orchest…00-a1b2');
    expect(cutMiddleToWidth('orchestrator-1', 14)).toBe('orchestrator-1');
    expect(cutMiddleToWidth('漢字漢字漢字', 7)).toBe('漢…字');
    expect(cutMiddleToWidth('漢字漢字漢字', 3)).toBe('漢…');
  });

  it('cuts and pads any text to any width', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 50 }), (shown, columns) => {
        expect(textWidth(cutToWidth(shown, columns))).toBeLessThanOrEqual(columns);
        expect(textWidth(cutMiddleToWidth(shown, columns))).toBeLessThanOrEqual(columns);
        expect(textWidth(padToWidth(shown, columns))).toBe(columns);
      }),
    );
  });

  it('wraps any text without losing a word', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z漢]{1,12}$/)), fc.integer({ min: 2, max: 50 }), (words, columns) => {
        const lines = wrapToWidth(words.join(' '), columns);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
      }),
    );
  });
});
