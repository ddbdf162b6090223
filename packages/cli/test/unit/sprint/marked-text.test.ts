import fc from 'fast-check';
import { MarkedText } from '../../../src/lib/sprint/marked-text.js';
import { parseSprint } from '../../../src/lib/sprint/parse-sprint.js';
import { anySprintText } from './sprint-builders.js';

describe('a text into which marks are written', () => {
  const markedText = (text: string): MarkedText => new MarkedText(text, parseSprint(text, 'a.md').tasks);

  it('becomes, batch after batch, what it would become if it were parsed anew each time', () => {
    const batches = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 6 })), { maxLength: 4 });
    fc.assert(
      fc.property(anySprintText, batches, (text, numbers) => {
        const kept = markedText(text);
        let parsedAnew = text;
        for (const batch of numbers) {
          const ids = batch.map((number) => `T${number}`);
          const fresh = markedText(parsedAnew);
          fresh.complete(ids);
          parsedAnew = fresh.text;
          kept.complete(ids);
          expect(kept.text).toBe(parsedAnew);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('knows its tasks, and passes over others', () => {
    const text = markedText('### TASK-1: a\n### TASK-2: b\n');
    expect([text.size, text.has('TASK-2'), text.has('TASK-3')]).toEqual([2, true, false]);
    text.complete(['TASK-3', 'TASK-2']);
    expect(text.text).toBe('### TASK-1: a\n### TASK-2: b\n**Status:** [x] Complete\n');
    text.complete(['TASK-1', 'TASK-2']);
    expect(text.text).toBe('### TASK-1: a\n**Status:** [x] Complete\n### TASK-2: b\n**Status:** [x] Complete\n');
  });
});
